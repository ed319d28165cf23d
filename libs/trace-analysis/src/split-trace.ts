import { attributeText, type TraceId } from '@lantern/telemetry-model';
import { codeText } from './code-text.js';
import type { Detection } from './detection.js';
import type { TraceFacts } from './trace-facts.js';

/** Attributes in which services record the ID of a request that they pass on themselves. */
const CORRELATION_KEYS = [
  'correlation_id',
  'correlation.id',
  'http.request.header.x-correlation-id',
  'http.request.header.x-request-id',
];

export interface Correlation {
  readonly key: string;
  readonly value: string;
}

/** Returns the correlation ID of a trace, as its first span has it. */
export const correlationOf = (facts: TraceFacts): Correlation | undefined => {
  const attributes = facts.spans[0]?.span.attributes ?? [];
  for (const key of CORRELATION_KEYS) {
    const found = attributes.find((attribute) => attribute.key === key);
    if (found === undefined) continue;
    // Headers are lists of values.
    const value = Array.isArray(found.value) ? (found.value[0] as string | undefined) : found.value;
    const text = value === undefined ? '' : attributeText(value);
    if (text !== '') return { key, value: text };
  }
  return undefined;
};

/** First span of another trace with the same correlation ID. */
export interface OtherRoot {
  readonly traceId: TraceId;
  readonly service: string;
  readonly startUnixNano: bigint;
}

/**
 * Finds calls that arrived in another service as a trace of its own, because the trace context was lost on the way: that
 * trace has the same correlation ID, and starts during a call that has no SERVER span.
 *
 *     trace 1   gateway   GET orders:8002   ├──────┤     correlation ID 7f3a
 *     trace 2   orders      GET /orders      ├────┤      correlation ID 7f3a
 *
 * A client that sends one ID with several requests makes no such pair.
 */
export const detectSplitTraces = (
  facts: TraceFacts,
  { key }: Correlation,
  others: readonly OtherRoot[],
): Detection[] => {
  const silent = facts.calls.filter(
    ({ row, protocol }) => (protocol === 'http' || protocol === 'rpc') && facts.receiverOf(row) === -1,
  );
  const found: Detection[] = [];
  for (const { traceId, service, startUnixNano } of others) {
    const start = Number(startUnixNano - facts.table.startUnixNano);
    const call = silent.find(
      ({ row }) => facts.start(row) <= start && start <= facts.end(row) && facts.service(row) !== service,
    );
    if (call === undefined) continue;
    found.push({
      kind: 'broken-propagation',
      share: 0,
      rows: [call.row],
      text:
        `${codeText(call.label)} of ${codeText(facts.service(call.row))} arrived in ${codeText(service)} as the trace ` +
        `${codeText(traceId)}, which has the same ${codeText(key)}.`,
    });
  }
  return found;
};
