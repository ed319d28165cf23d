import { decodeSpan, encodeSpan } from '@lantern/otlp';
import {
  finish,
  type InstrumentationScope,
  type Resource,
  type ResourceSpans,
  type ScopeSpans,
  type Span,
  type SpanId,
  type Steps,
  type Trace,
  type TraceId,
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

/** Number of spans that are decoded in one step. */
const SPANS_PER_STEP = 64;

/** Decodes a trace into a model that the caller owns. A message that is in its group twice becomes one span. */
export const decodeTrace = (trace: EncodedTrace): Trace => finish(decodeTraceSteps(trace));

/** As {@link decodeTrace}, in steps. */
export function* decodeTraceSteps({ traceId, groups }: EncodedTrace): Steps<Trace> {
  const resourceSpans: (ResourceSpans & { readonly scopeSpans: ScopeSpans[] })[] = [];
  let resource: Resource | undefined;
  let decoded = 0;
  for (const group of groups) {
    const spans: Span[] = [];
    const known = new KnownMessages();
    for (const message of group.spans) {
      if (++decoded % SPANS_PER_STEP === 0) yield;
      const span = decodeSpan(message);
      if (span && known.add(span.spanId, message)) spans.push(ownedSpan(span));
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
}

/** Messages of one group. Their digests are computed only for IDs that occur again. */
class KnownMessages {
  private readonly firstById = new Map<SpanId, Uint8Array>();
  /** Undefined until an ID occurs again. */
  private digests: Set<string> | undefined;
  private digest: SpanDigest | undefined;

  /** @returns false when an equal message was added before */
  add(spanId: SpanId, message: Uint8Array): boolean {
    const first = this.firstById.get(spanId);
    if (!first) {
      this.firstById.set(spanId, message);
      return true;
    }
    this.digests ??= new Set();
    this.digests.add(this.keyOf(spanId, first));
    const key = this.keyOf(spanId, message);
    if (this.digests.has(key)) return false;
    this.digests.add(key);
    return true;
  }

  private keyOf(spanId: SpanId, message: Uint8Array): string {
    this.digest ??= new SpanDigest();
    return `${spanId} ${this.digest.of(message, 0, message.length, 0).toString()}`;
  }
}

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
