import { decodeSpan, encodeSpan } from '@lantern/otlp';
import type {
  InstrumentationScope,
  Resource,
  ResourceSpans,
  ScopeSpans,
  Span,
  Trace,
  TraceId,
} from '@lantern/telemetry-model';
import { copyResource, copyScope } from './copy.js';
import { ownedSpan } from './owned-span.js';
import { SpanDigest } from './span-digest.js';

/** The spans of a trace as protobuf messages, for whoever needs no model of all of them. */
export interface EncodedTrace {
  readonly traceId: TraceId;
  /** Those that share their resource stand together. */
  readonly groups: readonly EncodedSpans[];
}

/** Spans, at least one, under what they inherit. All of it is the engine's own: nobody may change it. */
export interface EncodedSpans {
  readonly resource: Resource;
  readonly resourceSchemaUrl: string;
  readonly scope: InstrumentationScope;
  readonly scopeSchemaUrl: string;
  /** Each an OTLP `Span`, valid and sanitised. */
  readonly spans: readonly Uint8Array[];
}

/** The model of a trace, which belongs to the caller. A span whose message is in its group twice comes once. */
export const decodeTrace = ({ traceId, groups }: EncodedTrace): Trace => {
  const resourceSpans: (ResourceSpans & { readonly scopeSpans: ScopeSpans[] })[] = [];
  const digest = new SpanDigest();
  let resource: Resource | undefined;
  for (const group of groups) {
    const spans: Span[] = [];
    const known = new Set<string>();
    for (const message of group.spans) {
      const span = decodeSpan(message);
      if (!span) continue;
      const key = `${span.spanId} ${digest.of(message, 0, message.length, 0).toString()}`;
      if (known.has(key)) continue;
      known.add(key);
      spans.push(ownedSpan(span));
    }
    if (spans.length === 0) continue;
    if (group.resource !== resource) {
      ({ resource } = group);
      resourceSpans.push({
        resource: copyResource(resource),
        schemaUrl: group.resourceSchemaUrl,
        scopeSpans: [],
      });
    }
    const scopeSpans = { scope: copyScope(group.scope), schemaUrl: group.scopeSchemaUrl, spans };
    resourceSpans.at(-1)?.scopeSpans.push(scopeSpans);
  }
  return { traceId, resourceSpans };
};

/** The opposite of {@link decodeTrace}. */
export const encodeTrace = ({ traceId, resourceSpans }: Trace): EncodedTrace => ({
  traceId,
  groups: resourceSpans.flatMap(({ resource, schemaUrl: resourceSchemaUrl, scopeSpans }) =>
    scopeSpans
      .filter(({ spans }) => spans.length > 0)
      .map(({ scope, schemaUrl: scopeSchemaUrl, spans }): EncodedSpans => ({
        resource,
        resourceSchemaUrl,
        scope,
        scopeSchemaUrl,
        spans: spans.map(encodeSpan),
      })),
  ),
});
