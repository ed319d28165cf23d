/**
 * `npm run bench:logs`: what LogQL costs over an hour of 100,000 lines in the store in memory. Figures are medians
 * of wall time on one thread.
 */
import {
  evaluateLog,
  evaluateMetric,
  parseLogql,
  type MetricExpr,
  type QueryControl,
} from '@lantern/query-api/logql';
import type { LogEntry } from '@lantern/telemetry-model';
import { openMemoryLogStore } from '@lantern/telemetry-store';

const LINES = 100_000;
const RUNS = 7;
const SECOND = 1_000_000_000n;
const START = 1_767_225_600n * SECOND;
const HOUR = 3_600n * SECOND;
const LEVELS = ['info', 'info', 'info', 'info', 'debug', 'debug', 'warn', 'error'];
const SERVICES = ['api-gateway', 'order-service', 'user-service'];

const traceIdOf = (n: number): string => (n * 2_654_435_761).toString(16).padStart(32, '0').slice(-32);

/** A line as the services of the shop write them. */
const entryOf = (n: number): LogEntry => {
  const level = LEVELS[n % LEVELS.length] ?? '';
  const traceId = traceIdOf(n);
  return {
    timeUnixNano: START + (BigInt(n) * HOUR) / BigInt(LINES),
    line: JSON.stringify({
      timestamp: '2026-01-01T00:00:00.000Z',
      level,
      message: `POST /orders answered in ${n % 900}ms`,
      context: 'OrdersController',
      status: n % 50 === 0 ? 504 : 200,
      trace_id: traceId,
      span_id: traceId.slice(0, 16),
      request: { method: 'POST', path: '/orders', ip: '10.0.0.1' },
    }),
    structuredMetadata: { trace_id: traceId, detected_level: level, level },
  };
};

const store = openMemoryLogStore({ maxBytes: 1024 * 1024 * 1024 });
const numbersOfLines = Array.from({ length: LINES }, (_, n) => n);
for (const [index, service] of SERVICES.entries()) {
  const own = numbersOfLines.filter((n) => n % SERVICES.length === index);
  await store.append([{ labels: { service, env: 'dev', service_name: service }, entries: own.map(entryOf) }]);
}

const FREE_RUN: QueryControl = { checkpoint: () => undefined };

const median = async (run: () => Promise<unknown>): Promise<number> => {
  const times: number[] = [];
  for (let index = 0; index < RUNS; index++) {
    const start = performance.now();
    await run();
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[Math.floor(RUNS / 2)] ?? Number.NaN;
};

const report = (name: string, figure: string): void => {
  process.stdout.write(`${figure.padStart(12)}  ${name}\n`);
};

const lines = async (query: string, limit = LINES): Promise<void> => {
  const expression = parseLogql(query);
  if (expression.kind !== 'log') throw new Error(`no query for lines: ${query}`);
  const options = {
    startUnixNano: START,
    endUnixNano: START + HOUR,
    direction: 'backward',
    limit,
  } as const;
  const time = await median(() => evaluateLog(expression, options, store, FREE_RUN));
  report(query, `${time.toFixed(1)} ms`);
};

const numbers = async (query: string): Promise<void> => {
  const expression = parseLogql(query) as MetricExpr;
  const steps = { startUnixNano: START, stepNanos: 60n * SECOND, count: 61 };
  const time = await median(() => evaluateMetric(expression, steps, store, FREE_RUN));
  report(query, `${time.toFixed(1)} ms`);
};

const PARSED = 'sum by (level) (count_over_time({service=~".+"} |= "x" | json | status >= 500 [5m])) / 2 > 1';
/** A thousand of them, so that milliseconds are microseconds each. */
const parsing = await median(async () => {
  for (let index = 0; index < 1_000; index++) parseLogql(PARSED);
});
report(`parsing ${PARSED}`, `${parsing.toFixed(1)} µs`);
report(`lines of about ${entryOf(0).line.length} bytes, an hour of them, steps of a minute`, `${LINES}`);
await numbers('sum by (level) (count_over_time({service=~".+"}[1m]))');
await numbers('sum(count_over_time({service=~".+"}[1h]))');
await numbers('sum by (service, level) (rate({service=~".+"} | json | status >= 500 [5m]))');
await numbers('quantile_over_time(0.95, {service=~".+"} | json | unwrap status [5m]) by (service)');
await lines('{service=~".+"} | json | status >= 500');
await lines('{service=~".+"} | json');
await lines(`{service=~".+"} | trace_id="${traceIdOf(LINES / 2)}"`);
await lines('{service="order-service"} |= "answered"', 100);
await lines('{service=~".+"} |= "absent"');
await lines('{service=~".+"} |~ "answered in [0-9]00ms"');
await lines('{service=~".+"} | logfmt | status="504"');
await lines('{service=~".+"} | line_format "{{.level}} {{__line__ | trunc 20}}" |= "error"');
await lines('{service=~".+"} | pattern "<_>answered in <took>ms<_>" | took > 890');
