import type { LogEntry, LogStream } from '@lantern/telemetry-model';

const SECOND = 1_000_000_000n;
const HOUR = 3_600n * SECOND;
export const LINES_AN_HOUR = 100_000;
export const LINES_A_TRACE = 5;
const BATCH_LINES = 500;

export const SERVICES = ['api-gateway', 'order-service', 'user-service'] as const;
const LEVELS = ['info', 'info', 'info', 'info', 'debug', 'debug', 'warn', 'error'];

/** Hash for IDs that look random and are the same in every run. */
const scatter = (n: number): number => {
  let hash = Math.imul(n ^ 0x9e3779b9, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
};

const hex = (n: number): string => scatter(n).toString(16).padStart(8, '0');

export const traceIdOf = (trace: number): string =>
  hex(4 * trace) + hex(4 * trace + 1) + hex(4 * trace + 2) + hex(4 * trace + 3);

/** Text of one line in 100,000. */
export const RARE = 'circuit breaker opened';

/** Returns a log line of the shop's services. */
const entryOf = (n: number, count: number, endUnixNano: bigint): LogEntry => {
  const level = LEVELS[scatter(n) % LEVELS.length] ?? '';
  const traceId = traceIdOf(Math.floor(n / LINES_A_TRACE));
  const spanId = hex(n) + hex(n + 7);
  const user = scatter(n * 3) % 5_000;
  const message =
    n % 100_000 === 77_777
      ? `${RARE} for payment-provider`
      : [
          `POST /orders answered in ${scatter(n) % 900}ms`,
          `user u-${user} validated`,
          `total of order ${n} calculated: ${scatter(n) % 10_000} cents`,
          `order ${n} stored for user u-${user}`,
          'asking the payment provider',
        ][n % 5];
  const millisAgo = BigInt(Math.floor(((count - n) * 3_600_000) / LINES_AN_HOUR));
  const timeUnixNano = endUnixNano - millisAgo * 1_000_000n;
  return {
    timeUnixNano,
    line: JSON.stringify({
      timestamp: new Date(Number(timeUnixNano / 1_000_000n)).toISOString(),
      level,
      message,
      context: 'OrdersController',
      status: n % 50 === 0 ? 504 : 200,
      trace_id: traceId,
      span_id: spanId,
      correlation_id: `c-${hex(Math.floor(n / LINES_A_TRACE))}`,
    }),
    structuredMetadata: { trace_id: traceId, span_id: spanId, level },
  };
};

/**
 * Yields the lines of three services, 100,000 per hour until `endUnixNano`, in batches of 500 lines of one service. The
 * batches of different services overlap in time, as those of real clients do.
 */
export function* logBatches(count: number, endUnixNano: bigint): Generator<LogStream> {
  const waiting = new Map<string, LogEntry[]>(SERVICES.map((service) => [service, []]));
  const streamOf = (service: string, entries: readonly LogEntry[]): LogStream => ({
    labels: { service, env: 'production' },
    entries,
  });
  for (let n = 0; n < count; n++) {
    const service = SERVICES[n % SERVICES.length] ?? SERVICES[0];
    const entries = waiting.get(service) ?? [];
    entries.push(entryOf(n, count, endUnixNano));
    if (entries.length < BATCH_LINES) continue;
    yield streamOf(service, entries);
    waiting.set(service, []);
  }
  for (const [service, entries] of waiting) if (entries.length > 0) yield streamOf(service, entries);
}

export const hoursOf = (count: number): bigint => BigInt(Math.ceil(count / LINES_AN_HOUR)) * HOUR;
