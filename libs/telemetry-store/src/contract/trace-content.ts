import { Buffer } from 'node:buffer';
import { encodeTraceRequest } from '@lantern/otlp';
import type { InstrumentationScope, Resource, Span, Trace } from '@lantern/telemetry-model';

interface SpanContent {
  readonly span: Span;
  readonly scope: InstrumentationScope;
  readonly scopeSchemaUrl: string;
  readonly resource: Resource;
  readonly resourceSchemaUrl: string;
}

/** Content of a trace, independent of order and grouping. */
export const contentOf = (trace: Trace | undefined): SpanContent[] | undefined =>
  trace?.resourceSpans
    .flatMap(({ resource, schemaUrl: resourceSchemaUrl, scopeSpans }) =>
      scopeSpans.flatMap(({ scope, schemaUrl: scopeSchemaUrl, spans }) =>
        spans.map((span) => ({ span, scope, scopeSchemaUrl, resource, resourceSchemaUrl })),
      ),
    )
    .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));

/** Ids first, then all that is left, so that spans of equal ids have an order too. */
const keyOf = ({ span, scope, scopeSchemaUrl, resource, resourceSchemaUrl }: SpanContent): string => {
  const scopeSpans = [{ scope, schemaUrl: scopeSchemaUrl, spans: [span] }];
  const message = encodeTraceRequest([{ resource, schemaUrl: resourceSchemaUrl, scopeSpans }]);
  return `${span.traceId} ${span.spanId} ${span.kind} ${Buffer.from(message).toString('latin1')}`;
};
