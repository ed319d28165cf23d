import { NO_SPAN_ID, NO_TRACE_ID, type SpanId, type TraceId } from '@lantern/telemetry-model';

const TRACE_ID_BYTES = 16;
const SPAN_ID_BYTES = 8;

/** IDs of a span in hex, as the exporter sent them. Empty for an absent ID. */
export interface SpanIds {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
}

/**
 * Returns the reason to reject a span with these IDs, or undefined when they are valid.
 *
 * @see https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/trace/v1/trace.proto
 */
export const faultOfSpanIds = ({ traceId, spanId, parentSpanId }: SpanIds): string | undefined =>
  faultOfOwnId('trace id', traceId, TRACE_ID_BYTES) ??
  faultOfOwnId('span id', spanId, SPAN_ID_BYTES) ??
  faultOfLength('parent span id', parentSpanId, SPAN_ID_BYTES);

/** Returns the reason to reject a span with this link. An empty ID is valid: a link may point nowhere. */
export const faultOfLinkIds = (traceId: string, spanId: string): string | undefined =>
  faultOfLength("link's trace id", traceId, TRACE_ID_BYTES) ??
  faultOfLength("link's span id", spanId, SPAN_ID_BYTES);

const faultOfOwnId = (name: string, hex: string, bytes: number): string | undefined => {
  if (hex === '') return `${name} is missing`;
  if (hex === NO_TRACE_ID || hex === NO_SPAN_ID) return `${name} is all zero`;
  return faultOfLength(name, hex, bytes);
};

const faultOfLength = (name: string, hex: string, bytes: number): string | undefined =>
  hex === '' || hex.length === 2 * bytes ? undefined : `${name} is not ${bytes} bytes long`;

/** Treats zeros as no parent: some exporters write zeros where OTLP requires an empty ID. */
export const parentSpanIdOf = (hex: string): SpanId | undefined =>
  hex === '' || hex === NO_SPAN_ID ? undefined : (hex as SpanId);

export const linkTraceIdOf = (hex: string): TraceId => (hex === '' ? NO_TRACE_ID : (hex as TraceId));

export const linkSpanIdOf = (hex: string): SpanId => (hex === '' ? NO_SPAN_ID : (hex as SpanId));
