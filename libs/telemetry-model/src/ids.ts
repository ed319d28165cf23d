import { bytesFromBase64 } from './base64.js';
import { bytesFromHex, hexFromBytes } from './hex.js';

/** 32 lower-case hex digits. All zeros only in {@link NO_TRACE_ID}. */
export type TraceId = string & { readonly __brand: 'TraceId' };

/** 16 lower-case hex digits. All zeros only in {@link NO_SPAN_ID}. */
export type SpanId = string & { readonly __brand: 'SpanId' };

/**
 * ID of a link that points nowhere. Only links may have it: OpenTelemetry records such links for their attributes.
 *
 * @see https://opentelemetry.io/docs/specs/otel/trace/api/#link
 */
export const NO_TRACE_ID = '0'.repeat(32) as TraceId;
export const NO_SPAN_ID = '0'.repeat(16) as SpanId;

const HEX = /^[0-9a-f]+$/;

/** @see https://www.w3.org/TR/trace-context/#trace-id */
export const isTraceId = (text: string): text is TraceId =>
  text.length === 32 && HEX.test(text) && text !== NO_TRACE_ID;

/** @see https://www.w3.org/TR/trace-context/#parent-id */
export const isSpanId = (text: string): text is SpanId =>
  text.length === 16 && HEX.test(text) && text !== NO_SPAN_ID;

/**
 * Parses a trace ID as users and Jaeger's clients write it: 1 to 32 hex digits in upper or lower case, padded with zeros on
 * the left, or 16 bytes in base64. Returns undefined for other text.
 */
export const parseTraceId = (text: string): TraceId | undefined => {
  if (text.length === 0) return undefined;
  const id = text.toLowerCase().padStart(32, '0');
  if (isTraceId(id)) return id;
  const bytes = bytesFromBase64(text);
  return bytes && traceIdFromBytes(bytes);
};

/** Returns undefined unless there are 16 bytes that are not all zero. */
export const traceIdFromBytes = (bytes: Uint8Array): TraceId | undefined => {
  const id = hexFromBytes(bytes);
  return isTraceId(id) ? id : undefined;
};

/** Returns undefined unless there are 8 bytes that are not all zero. */
export const spanIdFromBytes = (bytes: Uint8Array): SpanId | undefined => {
  const id = hexFromBytes(bytes);
  return isSpanId(id) ? id : undefined;
};

/** @throws TypeError for text that is not hex */
export const bytesFromId = (id: TraceId | SpanId): Uint8Array => {
  const bytes = bytesFromHex(id);
  if (!bytes) throw new TypeError(`Not an ID of hex digits: ${JSON.stringify(id)}`);
  return bytes;
};
