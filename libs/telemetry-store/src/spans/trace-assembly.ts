import { SpanScanner, checkTraceRequest } from '@lantern/otlp';
import type { Resource, TraceId } from '@lantern/telemetry-model';
import type { EncodedSpans, EncodedTrace } from '../encoded-trace.js';
import type { HoldBytes } from '../trace-store.js';
import type { Steps } from '../blocks/steps.js';
import type { TraceWords } from '../blocks/trace-words.js';
import { SpanDigest } from '../span-digest.js';
import type { Origin, OriginTable } from './origin.js';
import { writeRequest, type SpanGroup } from './request-bytes.js';
import { spanBytes, traceIndexIn, type ReadChunk, type SpanRows } from './rows.js';

/** Encoded spans of one trace, by the origin that they inherit. */
export type SpansByOrigin = Map<Origin, Uint8Array[]>;

/** Memory of a span in addition to its message, in bytes. */
const SPAN_OVERHEAD_BYTES = 150;

/**
 * Adds the spans of a trace that a block has.
 *
 * @param hold called for each span before it is added
 */
export const collectSpans = (
  rows: SpanRows,
  read: ReadChunk,
  words: TraceWords,
  into: SpansByOrigin,
  hold?: HoldBytes,
): void => {
  const index = traceIndexIn(rows, words);
  if (index === undefined) return;
  const { traceOf, spanCount } = rows;
  for (let row = 0; row < spanCount; row++) {
    if (traceOf[row] !== index) continue;
    const origin = rows.origins[rows.originOf[row] ?? 0];
    const span = spanBytes(rows, row, read);
    if (!origin || !span) continue;
    hold?.(SPAN_OVERHEAD_BYTES + span.length);
    const spans = into.get(origin);
    if (spans) spans.push(span);
    else into.set(origin, [span]);
  }
};

/** Number of spans that are scanned in one step. */
const SPANS_PER_STEP = 256;

/** Number of origins that are grouped in one step. Each one may have a resource of several kilobytes. */
const ORIGINS_PER_STEP = 16;

interface GrowingSpans extends EncodedSpans {
  readonly spans: Uint8Array[];
}

/** Groups messages by resource and scope, without copying them. Origins with the same content share a group. */
export function* groupSpans(traceId: TraceId, spansByOrigin: SpansByOrigin): Steps<EncodedTrace> {
  const byResource = new Map<string, { resource: Resource; byScope: Map<string, GrowingSpans> }>();
  let grouped = 0;
  for (const [origin, spans] of spansByOrigin) {
    if (++grouped % ORIGINS_PER_STEP === 0) yield;
    const sharing = byResource.get(origin.resourceKey) ?? {
      resource: origin.decoded.resource,
      byScope: new Map<string, GrowingSpans>(),
    };
    byResource.set(origin.resourceKey, sharing);
    const group = sharing.byScope.get(origin.key);
    if (group) for (const span of spans) group.spans.push(span);
    else {
      sharing.byScope.set(origin.key, {
        resource: sharing.resource,
        resourceSchemaUrl: origin.decoded.resourceSchemaUrl,
        scope: origin.decoded.scope,
        scopeSchemaUrl: origin.decoded.scopeSchemaUrl,
        spans,
      });
    }
  }
  return { traceId, groups: [...byResource.values()].flatMap(({ byScope }) => [...byScope.values()]) };
}

/** Encodes all spans as one request, without duplicates. */
export function* encodeSpans(spansByOrigin: SpansByOrigin): Steps<Uint8Array> {
  const scanner = new SpanScanner();
  const digest = new SpanDigest();
  const known = new Set<string>();
  const groups: SpanGroup[] = [];
  let scanned = 0;
  for (const [origin, spans] of spansByOrigin) {
    const fresh: Uint8Array[] = [];
    for (const span of spans) {
      if (++scanned % SPANS_PER_STEP === 0) yield;
      const [, , , , spanLow, spanHigh] = scanner.scan(span, 0, span.length).ids;
      const key = `${spanLow} ${spanHigh} ${digest.of(span, 0, span.length, origin.hash).toString()}`;
      if (known.has(key)) continue;
      known.add(key);
      fresh.push(span);
    }
    if (fresh.length > 0) groups.push({ origin, spans: fresh });
  }
  return writeRequest(groups);
}

/** @throws MalformedOtlpError */
export const addEncodedSpans = (request: Uint8Array, origins: OriginTable, into: SpansByOrigin): void => {
  const { columns, origins: encoded } = checkTraceRequest(request);
  const interned = encoded.map((origin) => origins.intern(origin));
  for (let row = 0; row < columns.spanCount; row++) {
    const origin = interned[columns.origins[row] ?? 0];
    if (!origin) continue;
    const span = request.subarray(columns.spanStart[row], columns.spanEnd[row]);
    const spans = into.get(origin);
    if (spans) spans.push(span);
    else into.set(origin, [span]);
  }
};
