import fc from 'fast-check';
import { AttributeMap, type AnyValue, type Attribute } from '../attributes.js';
import { NO_SPAN_ID, NO_TRACE_ID, type SpanId, type TraceId } from '../ids.js';
import { hexFromBytes } from '../hex.js';
import type { InstrumentationScope, Resource } from '../resource.js';
import { SpanKind, StatusCode, type Span, type SpanEvent, type SpanLink } from '../span.js';
import type { ResourceSpans, ScopeSpans } from '../trace.js';

/** Any model that OTLP can encode, including extremes, for property tests. */

const MAX_UINT32 = 0xffff_ffff;
const MAX_UINT64 = 0xffff_ffff_ffff_ffffn;

/** Well-formed Unicode: OTLP cannot encode other strings. */
const text = fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary', maxLength: 60 }));
const count = fc.oneof(fc.constant(0), fc.nat(3), fc.nat(MAX_UINT32));
const time = fc.oneof(
  fc.bigInt({ min: 1_700_000_000_000_000_000n, max: 1_800_000_000_000_000_000n }),
  fc.bigInt({ min: 0n, max: MAX_UINT64 }),
);

const hexOf = (bytes: number): fc.Arbitrary<string> =>
  fc.uint8Array({ minLength: bytes, maxLength: bytes }).map(hexFromBytes);
const anyTraceId = hexOf(16).map((hex) => hex as TraceId);
const anySpanId = hexOf(8).map((hex) => hex as SpanId);
const traceId = anyTraceId.filter((id) => id !== NO_TRACE_ID);
const spanId = anySpanId.filter((id) => id !== NO_SPAN_ID);

const { anyValue } = fc.letrec<{ anyValue: AnyValue; attributes: Attribute[] }>((tie) => ({
  anyValue: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    text,
    fc.boolean(),
    fc.bigInt({ min: -0x8000_0000_0000_0000n, max: 0x7fff_ffff_ffff_ffffn }),
    fc.double(),
    fc.uint8Array({ maxLength: 20 }),
    fc.constant(null),
    fc.array(tie('anyValue'), { maxLength: 3 }),
    tie('attributes').map((entries) => new AttributeMap(entries)),
  ),
  attributes: fc.array(fc.record({ key: text, value: tie('anyValue') }), { maxLength: 3 }),
}));

const attributes: fc.Arbitrary<Attribute[]> = fc.array(fc.record({ key: text, value: anyValue }), {
  maxLength: 4,
});

const event: fc.Arbitrary<SpanEvent> = fc.record({
  timeUnixNano: time,
  name: text,
  attributes,
  droppedAttributesCount: count,
});

const link: fc.Arbitrary<SpanLink> = fc.record({
  traceId: fc.oneof(anyTraceId, fc.constant(NO_TRACE_ID)),
  spanId: fc.oneof(anySpanId, fc.constant(NO_SPAN_ID)),
  traceState: text,
  attributes,
  droppedAttributesCount: count,
  flags: count,
});

export const anySpan: fc.Arbitrary<Span> = fc.record({
  traceId,
  spanId,
  parentSpanId: fc.option(spanId, { nil: undefined }),
  traceState: text,
  flags: count,
  name: text,
  kind: fc.constantFrom(...Object.values(SpanKind)),
  startUnixNano: time,
  endUnixNano: time,
  attributes,
  droppedAttributesCount: count,
  events: fc.array(event, { maxLength: 2 }),
  droppedEventsCount: count,
  links: fc.array(link, { maxLength: 2 }),
  droppedLinksCount: count,
  status: fc.record({ code: fc.constantFrom(...Object.values(StatusCode)), message: text }),
});

const resource: fc.Arbitrary<Resource> = fc.record({ attributes, droppedAttributesCount: count });

const scope: fc.Arbitrary<InstrumentationScope> = fc.record({
  name: text,
  version: text,
  attributes,
  droppedAttributesCount: count,
});

const scopeSpans: fc.Arbitrary<ScopeSpans> = fc.record({
  scope,
  schemaUrl: text,
  spans: fc.array(anySpan, { maxLength: 3 }),
});

export const anyResourceSpans: fc.Arbitrary<ResourceSpans[]> = fc.array(
  fc.record({ resource, schemaUrl: text, scopeSpans: fc.array(scopeSpans, { maxLength: 2 }) }),
  { maxLength: 2 },
);
