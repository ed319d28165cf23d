import type { AnyValue, Attribute } from '../attributes.js';
import type { SpanId, TraceId } from '../ids.js';
import type { InstrumentationScope, Resource } from '../resource.js';
import { SpanKind, StatusCode, type Span } from '../span.js';
import type { ResourceSpans, Trace } from '../trace.js';
import { NANOS_PER_MILLI, type UnixNano } from '../units.js';

/** Start of the builders' spans: 2026-01-01T00:00:00Z. */
export const T0: UnixNano = 1_767_225_600_000_000_000n;

/** `T0 + millis(5)` is five milliseconds later. */
export const millis = (count: number): bigint =>
  (BigInt(Math.round(count * 1e6)) * NANOS_PER_MILLI) / 1_000_000n;

/** Returns a readable trace ID: `traceId(10)` is `0000…000a`. */
export const traceId = (n: number): TraceId => n.toString(16).padStart(32, '0') as TraceId;

export const spanId = (n: number): SpanId => n.toString(16).padStart(16, '0') as SpanId;

export const attributes = (values: Readonly<Record<string, AnyValue>>): Attribute[] =>
  Object.entries(values).map(([key, value]) => ({ key, value }));

export const resource = (service: string, more: Readonly<Record<string, AnyValue>> = {}): Resource => ({
  attributes: attributes({ 'service.name': service, ...more }),
  droppedAttributesCount: 0,
});

export const scope = (name = '', version = ''): InstrumentationScope => ({
  name,
  version,
  attributes: [],
  droppedAttributesCount: 0,
});

/** Returns a root span of kind SERVER that starts at {@link T0} and takes 1 ms, except for `fields`. */
export const span = (fields: Partial<Span> = {}): Span => {
  const startUnixNano = fields.startUnixNano ?? T0;
  return {
    traceId: traceId(1),
    spanId: spanId(1),
    parentSpanId: undefined,
    traceState: '',
    flags: 1,
    name: 'GET /',
    kind: SpanKind.server,
    startUnixNano,
    endUnixNano: startUnixNano + NANOS_PER_MILLI,
    attributes: [],
    droppedAttributesCount: 0,
    events: [],
    droppedEventsCount: 0,
    links: [],
    droppedLinksCount: 0,
    status: { code: StatusCode.unset, message: '' },
    ...fields,
  };
};

/** Returns the spans of one service in one scope without a name. */
export const resourceSpans = (service: string | Resource, ...spans: readonly Span[]): ResourceSpans => ({
  resource: typeof service === 'string' ? resource(service) : service,
  schemaUrl: '',
  scopeSpans: [{ scope: scope(), schemaUrl: '', spans }],
});

/** Returns the trace of the first span. */
export const trace = (...groups: readonly ResourceSpans[]): Trace => ({
  traceId: groups[0]?.scopeSpans[0]?.spans[0]?.traceId ?? traceId(1),
  resourceSpans: groups,
});
