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

/** Spans of a trace as protobuf messages, for readers that do not need a decoded model. */
export interface EncodedTrace {
  readonly traceId: TraceId;
  /** Groups; those of the same resource are neighbors. */
  readonly groups: readonly EncodedSpans[];
}

/**
 * One or more spans with the resource and scope that they inherit. The store owns the bytes; callers must not change
 * them.
 */
export interface EncodedSpans {
  readonly resource: Resource;
  readonly resourceSchemaUrl: string;
  readonly scope: InstrumentationScope;
  readonly scopeSchemaUrl: string;
  /** OTLP `Span` messages, valid and sanitized. */
  readonly spans: readonly Uint8Array[];
}

/** Decodes a trace into a model that the caller owns. A message that is in its group twice becomes one span. */
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

/** Encodes a trace; the inverse of {@link decodeTrace}. */
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
