/** 32 lower-case hex digits, never all zero. */
export type TraceId = string & { readonly __brand: 'TraceId' };

/** 16 lower-case hex digits, never all zero. */
export type SpanId = string & { readonly __brand: 'SpanId' };

const HEX = /^[0-9a-f]+$/;

/** @see https://www.w3.org/TR/trace-context/#trace-id */
export const isTraceId = (text: string): text is TraceId =>
  text.length === 32 && HEX.test(text) && !/^0+$/.test(text);

/** @see https://www.w3.org/TR/trace-context/#parent-id */
export const isSpanId = (text: string): text is SpanId =>
  text.length === 16 && HEX.test(text) && !/^0+$/.test(text);

/**
 * Reads a trace id as people and Jaeger's clients write it: 1 to 32 hex digits in either case, short ones
 * extended by zeros on the left. Undefined when it is none.
 */
export const parseTraceId = (text: string): TraceId | undefined => {
  const id = text.toLowerCase().padStart(32, '0');
  return text.length > 0 && isTraceId(id) ? id : undefined;
};
