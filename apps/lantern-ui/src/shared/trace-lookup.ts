import { isSpanId, parseTraceId, type TraceId } from '@lantern/telemetry-model';

export interface LookedUp {
  readonly traceId: TraceId;
  readonly spanId: string | undefined;
}

/**
 * `00-<trace id>-<span id>-<flags>`.
 *
 * @see https://www.w3.org/TR/trace-context/#traceparent-header
 */
const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}/i;

/** Parses a trace ID, a `traceparent` header or the URL of a trace. */
export const parseTraceLookup = (text: string): LookedUp | undefined => {
  const word = text.trim();
  const [, traced, span] = TRACEPARENT.exec(word) ?? [];
  const id = traced ?? /\/trace\/([0-9a-f]{1,32})(?:[?#/]|$)/i.exec(word)?.[1] ?? word;
  const traceId = id.length > 32 ? undefined : parseTraceId(id);
  if (traceId === undefined) return undefined;
  const spanId = (span ?? /[?&]uiFind=([0-9a-f]{16})(?:&|$)/i.exec(word)?.[1])?.toLowerCase();
  return { traceId, spanId: spanId !== undefined && isSpanId(spanId) ? spanId : undefined };
};
