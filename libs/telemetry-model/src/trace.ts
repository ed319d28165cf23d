import type { TraceId } from './ids.js';
import type { InstrumentationScope, Resource } from './resource.js';
import type { Span } from './span.js';

export interface ScopeSpans {
  readonly scope: InstrumentationScope;
  readonly schemaUrl: string;
  readonly spans: readonly Span[];
}

export interface ResourceSpans {
  readonly resource: Resource;
  readonly schemaUrl: string;
  readonly scopeSpans: readonly ScopeSpans[];
}

/** Known spans of one trace, grouped by resource and then by scope, as in OTLP. */
export interface Trace {
  readonly traceId: TraceId;
  readonly resourceSpans: readonly ResourceSpans[];
}

/** Span with its resource and scope. */
export interface SpanInContext {
  readonly span: Span;
  readonly scope: InstrumentationScope;
  readonly resource: Resource;
  /** Schema URL of the span's group; empty or absent when the group has none. */
  readonly scopeSchemaUrl?: string;
  /** Schema URL of the span's group; empty or absent when the group has none. */
  readonly resourceSchemaUrl?: string;
}

export function* spansOf(groups: readonly ResourceSpans[]): Generator<SpanInContext> {
  for (const { resource, schemaUrl: resourceSchemaUrl, scopeSpans } of groups) {
    for (const { scope, schemaUrl: scopeSchemaUrl, spans } of scopeSpans) {
      for (const span of spans) yield { span, scope, resource, scopeSchemaUrl, resourceSchemaUrl };
    }
  }
}
