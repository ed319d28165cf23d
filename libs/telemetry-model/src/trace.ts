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

/** All spans that are known of one trace, grouped as OTLP groups them: by resource, then by scope. */
export interface Trace {
  readonly traceId: TraceId;
  readonly resourceSpans: readonly ResourceSpans[];
}

/** A span together with what it inherits from its surroundings. */
export interface SpanInContext {
  readonly span: Span;
  readonly scope: InstrumentationScope;
  readonly resource: Resource;
  /** Of its group; empty, or absent, where that names none. */
  readonly scopeSchemaUrl?: string;
  /** Of its group; empty, or absent, where that names none. */
  readonly resourceSchemaUrl?: string;
}

export function* spansOf(groups: readonly ResourceSpans[]): Generator<SpanInContext> {
  for (const { resource, schemaUrl: resourceSchemaUrl, scopeSpans } of groups) {
    for (const { scope, schemaUrl: scopeSchemaUrl, spans } of scopeSpans) {
      for (const span of spans) yield { span, scope, resource, scopeSchemaUrl, resourceSchemaUrl };
    }
  }
}
