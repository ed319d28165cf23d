import { type TextMapGetter, isValidSpanId, isValidTraceId } from '@opentelemetry/api';
import {
  B3_CONTEXT_HEADER,
  X_B3_FLAGS,
  X_B3_SAMPLED,
  X_B3_SPAN_ID,
  X_B3_TRACE_ID,
} from '@opentelemetry/propagator-b3';

/**
 * Sampling state from the sender, https://github.com/openzipkin/b3-propagation#sampling-state.
 * `defer` leaves the decision to the receiver; `debug` accepts and must be propagated as debug.
 */
export type B3Sampling = 'accept' | 'deny' | 'debug' | 'defer';

/** B3 headers in one shape, regardless of their encoding. Ids are absent when only sampling was sent. */
export interface B3State {
  sampling: B3Sampling;
  ids?: { traceId: string; spanId: string };
}

/**
 * Reads the single header, and where that is absent or malformed the multiple headers. Ids are accepted in either
 * case and returned in lower case; a 64-bit trace id is padded. Undefined when nothing usable was sent.
 */
export const readB3 = <Carrier>(carrier: Carrier, getter: TextMapGetter<Carrier>): B3State | undefined => {
  return readSingle(carrier, getter) ?? readMulti(carrier, getter);
};

const states: Record<string, B3Sampling> = { '0': 'deny', '1': 'accept', d: 'debug' };

// traceid-spanid[-sampling[-parentspanid]], the whole value and nothing around it.
const singleHeader = /^((?:[0-9a-f]{16}){1,2})-([0-9a-f]{16})(?:-([01d]))?(?:-[0-9a-f]{16})?$/;

const readSingle = <Carrier>(carrier: Carrier, getter: TextMapGetter<Carrier>): B3State | undefined => {
  const value = first(getter.get(carrier, B3_CONTEXT_HEADER))?.toLowerCase();
  if (value === undefined) return undefined;
  const alone = states[value];
  if (alone !== undefined) return { sampling: alone };
  const [, traceId, spanId, sampling] = singleHeader.exec(value) ?? [];
  const ids = validIds(traceId, spanId);
  return ids && { ids, sampling: states[sampling ?? ''] ?? 'defer' };
};

const readMulti = <Carrier>(carrier: Carrier, getter: TextMapGetter<Carrier>): B3State | undefined => {
  const header = (name: string): string | undefined => first(getter.get(carrier, name))?.toLowerCase();
  const ids = validIds(header(X_B3_TRACE_ID), header(X_B3_SPAN_ID));
  const sampling = multiSampling(header(X_B3_FLAGS), header(X_B3_SAMPLED));
  if (!ids) return sampling === 'defer' ? undefined : { sampling };
  return { ids, sampling };
};

const multiSampling = (flags: string | undefined, sampled: string | undefined): B3Sampling => {
  // Debug implies accept, so X-B3-Sampled is ignored.
  if (flags === '1') return 'debug';
  // Senders older than the specification wrote these words.
  if (sampled === 'true') return 'accept';
  if (sampled === 'false') return 'deny';
  return states[sampled ?? ''] ?? 'defer';
};

const validIds = (traceId = '', spanId = ''): B3State['ids'] => {
  const padded = traceId.length === 16 ? traceId.padStart(32, '0') : traceId;
  return isValidTraceId(padded) && isValidSpanId(spanId) ? { traceId: padded, spanId } : undefined;
};

// A header sent twice arrives as an array or joined by commas; the first value counts.
const first = (value: string | string[] | undefined): string | undefined => {
  const text = Array.isArray(value) ? value[0] : value;
  return text?.split(',', 1)[0]?.trim();
};
