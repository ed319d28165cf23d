import { encodeSpan } from '@lantern/otlp';
import type { InstrumentationScope, Resource, Trace, TraceId } from '@lantern/telemetry-model';

/** The spans of a trace as protobuf messages, for whoever needs no model of them. */
export interface EncodedTrace {
  readonly traceId: TraceId;
  readonly groups: readonly EncodedSpans[];
}

/** Spans, at least one, under what they inherit. All of it is the engine's own: nobody may change it. */
export interface EncodedSpans {
  readonly resource: Resource;
  readonly scope: InstrumentationScope;
  /** Each an OTLP `Span`, valid and sanitised. */
  readonly spans: readonly Uint8Array[];
}

export const encodeTrace = ({ traceId, resourceSpans }: Trace): EncodedTrace => ({
  traceId,
  groups: resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans
      .filter(({ spans }) => spans.length > 0)
      .map(({ scope, spans }): EncodedSpans => ({ resource, scope, spans: spans.map(encodeSpan) })),
  ),
});
