import { NANOS_PER_MILLI, SpanKind, formatCounted, formatNanos } from '@lantern/telemetry-model';
import { codeText } from '../code-text.js';
import type { Detection } from '../detection.js';
import type { Detector } from '../detector.js';
import type { TraceFacts } from '../trace-facts.js';

/** Smaller differences may come from timestamps truncated to microseconds or milliseconds. */
const LEAST_NANOS = Number(NANOS_PER_MILLI);

/**
 * Finds SERVER spans outside of the CLIENT span that called them:
 *
 *     CLIENT            ├──────────┤        ├──────────┤
 *     SERVER   ├──────┤                          ├──────┤    the clock is slow, or fast
 *     SERVER              ├──────────────┤                   not: the client gave up, and the server went on
 *
 * Processes of one host have one clock: there a server under load ends its span after the client has the answer.
 */
export const detectClockSkew: Detector = (facts) => {
  const byPair = new Map<string, { rows: number[]; most: number }>();
  for (let row = 0; row < facts.table.length; row++) {
    const parent = facts.parent(row);
    if (parent === -1 || facts.service(parent) === facts.service(row)) continue;
    if (isSameHost(facts, parent, row)) continue;
    const skew = skewOf(facts, parent, row);
    if (skew < LEAST_NANOS) continue;
    const key = `${codeText(facts.service(row))} and ${codeText(facts.service(parent))}`;
    const pair = byPair.get(key) ?? { rows: [], most: 0 };
    byPair.set(key, pair);
    pair.rows.push(row);
    pair.most = Math.max(pair.most, skew);
  }
  return [...byPair].map(([pair, { rows, most }]): Detection => ({
    kind: 'clock-skew',
    share: 0,
    rows,
    text: `The clocks of ${pair} differ by at least ${formatNanos(most)}: ${formatCounted(rows.length, 'span is', 'spans are')} outside of the calling span.`,
  }));
};

const skewOf = (facts: TraceFacts, parent: number, row: number): number => {
  const early = facts.start(parent) - facts.start(row);
  // Nothing starts before its cause, whatever its kind.
  if (early >= LEAST_NANOS) return early;
  const isCall = facts.kind(parent) === SpanKind.client && facts.kind(row) === SpanKind.server;
  if (!isCall || facts.isError(parent) || facts.duration(row) > facts.duration(parent)) return 0;
  return facts.end(row) - facts.end(parent);
};

/** @see https://opentelemetry.io/docs/specs/semconv/resource/host/ */
const HOST_ATTRIBUTES = ['host.id', 'host.name'] as const;

const isSameHost = (facts: TraceFacts, a: number, b: number): boolean =>
  HOST_ATTRIBUTES.some((key) => {
    const host = hostOf(facts, a, key);
    return host !== undefined && host === hostOf(facts, b, key);
  });

const hostOf = (facts: TraceFacts, row: number, key: string): string | undefined => {
  const value = facts.spans[row]?.resource.attributes.find((attribute) => attribute.key === key)?.value;
  return typeof value === 'string' && value !== '' ? value : undefined;
};
