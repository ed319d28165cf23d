import {
  AttributeMap,
  SpanKind,
  type AnyValue,
  type Attribute,
  type Span,
  type SpanId,
  type SpanInContext,
  type TraceId,
} from '@lantern/telemetry-model';
import type { TestTrace } from './test-trace.js';
import { testTraceOf } from './trace-model.js';

type HrTime = readonly [seconds: number, nanos: number];
type Values = Readonly<Record<string, unknown>>;

/** Part of an ended span of OpenTelemetry's SDK that is read. Versions 1 and 2 of the SDK name the parent differently. */
export interface EndedSpan {
  readonly name: string;
  /** Number of the API's enum, which begins with INTERNAL = 0. */
  readonly kind: number;
  spanContext(): { readonly traceId: string; readonly spanId: string; readonly traceFlags?: number };
  readonly parentSpanContext?: { readonly spanId: string; readonly isRemote?: boolean } | undefined;
  readonly parentSpanId?: string | undefined;
  readonly startTime: HrTime;
  readonly endTime: HrTime;
  readonly status: { readonly code: number; readonly message?: string };
  readonly attributes: Values;
  readonly events?: readonly { readonly name: string; readonly time: HrTime; readonly attributes?: Values }[];
  readonly links?: readonly {
    readonly context: { readonly traceId: string; readonly spanId: string };
    readonly attributes?: Values;
  }[];
  readonly resource?: { readonly attributes: Values };
  readonly instrumentationScope?: { readonly name: string };
}

/** Tests of one process keep its spans in memory: `startTestTelemetry()` of `@lantern/observability`, for example. */
export interface SpanKeeper {
  spans(): readonly EndedSpan[];
}

/**
 * Makes a trace of spans that ended in this process. It is complete when the parent of each span has ended too; a parent in
 * another process counts as known.
 */
export const traceFromSpans = (spans: readonly EndedSpan[]): TestTrace => {
  const ids = new Set(spans.map((span) => span.spanContext().spanId));
  const reasons = spans
    .filter((span) => {
      const parent = parentOf(span);
      return parent !== undefined && !ids.has(parent) && span.parentSpanContext?.isRemote !== true;
    })
    .map(
      (span) =>
        `The parent ${parentOf(span) ?? ''} of span "${span.name}" (${span.spanContext().spanId}) has not ended.`,
    );
  const [first] = spans;
  const traceId = first?.spanContext().traceId ?? '';
  const resourceSpans = spans.map(toContext).map(({ span, scope, resource }) => ({
    resource,
    schemaUrl: '',
    scopeSpans: [{ scope, schemaUrl: '', spans: [span] }],
  }));
  const remoteParents = new Set(
    spans.filter((span) => span.parentSpanContext?.isRemote === true).map((span) => parentOf(span)),
  );
  return testTraceOf(
    { traceId: traceId as TraceId, resourceSpans },
    {
      reasons: first === undefined ? ['No span has ended.'] : reasons,
      isOutside: ({ parentSpanId }) =>
        parentSpanId !== undefined && !ids.has(parentSpanId) && remoteParents.has(parentSpanId),
    },
  );
};

const parentOf = (span: EndedSpan): string | undefined => span.parentSpanContext?.spanId ?? span.parentSpanId;

const API_KINDS = [SpanKind.internal, SpanKind.server, SpanKind.client, SpanKind.producer, SpanKind.consumer];

const toContext = (ended: EndedSpan): SpanInContext => {
  const { traceId, spanId, traceFlags = 1 } = ended.spanContext();
  const parentSpanId = parentOf(ended);
  const span: Span = {
    traceId: traceId as TraceId,
    spanId: spanId as SpanId,
    parentSpanId: parentSpanId as SpanId | undefined,
    traceState: '',
    flags: traceFlags,
    name: ended.name,
    kind: API_KINDS[ended.kind] ?? SpanKind.internal,
    startUnixNano: nanosOf(ended.startTime),
    endUnixNano: nanosOf(ended.endTime),
    attributes: toAttributes(ended.attributes),
    droppedAttributesCount: 0,
    events: (ended.events ?? []).map(({ name, time, attributes = {} }) => ({
      name,
      timeUnixNano: nanosOf(time),
      attributes: toAttributes(attributes),
      droppedAttributesCount: 0,
    })),
    droppedEventsCount: 0,
    links: (ended.links ?? []).map(({ context, attributes = {} }) => ({
      traceId: context.traceId as TraceId,
      spanId: context.spanId as SpanId,
      traceState: '',
      attributes: toAttributes(attributes),
      droppedAttributesCount: 0,
      flags: 0,
    })),
    droppedLinksCount: 0,
    // The numbers of the API's enum are those of OTLP's.
    status: { code: ended.status.code, message: ended.status.message ?? '' },
  };
  return {
    span,
    scope: {
      name: ended.instrumentationScope?.name ?? '',
      version: '',
      attributes: [],
      droppedAttributesCount: 0,
    },
    resource: { attributes: toAttributes(ended.resource?.attributes ?? {}), droppedAttributesCount: 0 },
  };
};

const nanosOf = ([seconds, nanos]: HrTime): bigint => BigInt(seconds) * 1_000_000_000n + BigInt(nanos);

const toAttributes = (values: Values): Attribute[] =>
  Object.entries(values).map(([key, value]) => ({ key, value: toAnyValue(value) }));

const toAnyValue = (value: unknown): AnyValue => {
  if (Array.isArray(value)) return value.map(toAnyValue);
  if (typeof value === 'object' && value !== null && !(value instanceof Uint8Array)) {
    return new AttributeMap(toAttributes(value as Values));
  }
  return value === undefined ? null : (value as AnyValue);
};
