import type {
  LegacyKeyValue,
  LegacyLog,
  LegacyProcess,
  LegacySpan,
  LegacyTrace,
} from '@lantern/query-api/wire';
import {
  bytesFromBase64,
  NANOS_PER_MICRO,
  parseTraceId,
  SpanKind,
  StatusCode,
  type AnyValue,
  type Attribute,
  type ResourceSpans,
  type Span,
  type SpanEvent,
  type SpanId,
  type SpanLink,
  type TraceId,
} from '@lantern/telemetry-model';

/**
 * Returns the spans of a trace in legacy Jaeger JSON, each in a group of its own. Tags represent the data for which
 * OTLP has fields. Spans without a valid ID are skipped.
 *
 * @see https://opentelemetry.io/docs/specs/otel/trace/sdk_exporters/jaeger/
 */
export const spansOfLegacyTrace = ({ spans = [], processes = {} }: Partial<LegacyTrace>): ResourceSpans[] =>
  spans.flatMap((legacy: Partial<LegacySpan>) => {
    const span = spanOf(legacy);
    if (span === undefined) return [];
    const process: Partial<LegacyProcess> | undefined = processes[legacy.processID ?? ''];
    const tags = legacy.tags ?? [];
    return [
      {
        resource: {
          attributes: [
            { key: 'service.name', value: process?.serviceName ?? 'unknown' },
            ...(process?.tags ?? []).map(attributeOf),
          ],
          droppedAttributesCount: 0,
        },
        schemaUrl: '',
        scopeSpans: [
          {
            scope: {
              name: textTag(tags, 'otel.scope.name', 'otel.library.name'),
              version: textTag(tags, 'otel.scope.version', 'otel.library.version'),
              attributes: [],
              droppedAttributesCount: 0,
            },
            schemaUrl: '',
            spans: [span],
          },
        ],
      },
    ];
  });

/** Tags that represent fields of a span. */
const FIELD_TAGS = new Set([
  'span.kind',
  'error',
  'otel.status_code',
  'otel.status_description',
  'w3c.tracestate',
  'otel.scope.name',
  'otel.scope.version',
  'otel.library.name',
  'otel.library.version',
]);

/** Converts a span. Missing members of a file from any source count as empty. */
const spanOf = (legacy: Partial<LegacySpan>): Span | undefined => {
  const traceId = parseTraceId(legacy.traceID ?? '');
  const spanId = spanIdOf(legacy.spanID ?? '');
  if (traceId === undefined || spanId === undefined) return undefined;
  const { tags = [], logs = [], references = [] } = legacy;
  const parent =
    references.find(({ refType, traceID }) => refType === 'CHILD_OF' && parseTraceId(traceID) === traceId) ??
    references.find(({ traceID }) => parseTraceId(traceID) === traceId);
  const startUnixNano = nanosOf(legacy.startTime);
  return {
    traceId,
    spanId,
    parentSpanId: parent === undefined ? undefined : spanIdOf(parent.spanID),
    traceState: textTag(tags, 'w3c.tracestate'),
    flags: legacy.flags ?? 0,
    name: legacy.operationName ?? '',
    kind: kindOf(textTag(tags, 'span.kind')),
    startUnixNano,
    endUnixNano: startUnixNano + nanosOf(legacy.duration),
    attributes: tags.filter(({ key }) => !FIELD_TAGS.has(key)).map(attributeOf),
    droppedAttributesCount: 0,
    events: logs.map(eventOf),
    droppedEventsCount: 0,
    links: references.filter((reference) => reference !== parent).flatMap(linkOf),
    droppedLinksCount: 0,
    status: { code: statusOf(tags), message: textTag(tags, 'otel.status_description') },
  };
};

/** Some files have fractions of microseconds, though Jaeger writes none. */
const nanosOf = (micros: number | undefined): bigint => {
  const whole = Math.trunc(micros ?? 0);
  return BigInt(whole) * NANOS_PER_MICRO + BigInt(Math.round(((micros ?? 0) - whole) * 1_000));
};

const spanIdOf = (text: string): SpanId | undefined =>
  /^[0-9a-f]{1,16}$/i.test(text) ? (text.toLowerCase().padStart(16, '0') as SpanId) : undefined;

const kindOf = (text: string): SpanKind =>
  Object.hasOwn(SpanKind, text) ? SpanKind[text as keyof typeof SpanKind] : SpanKind.unspecified;

const statusOf = (tags: readonly LegacyKeyValue[]): StatusCode => {
  const error = tags.find(({ key }) => key === 'error')?.value;
  const code = textTag(tags, 'otel.status_code');
  if (code === 'ERROR' || error === true || error === 'true') return StatusCode.error;
  return code === 'OK' ? StatusCode.ok : StatusCode.unset;
};

const textTag = (tags: readonly LegacyKeyValue[], ...keys: readonly string[]): string => {
  const tag = tags.find(({ key }) => keys.includes(key));
  return tag === undefined ? '' : String(tag.value);
};

const eventOf = ({ timestamp, fields = [] }: Partial<LegacyLog>): SpanEvent => ({
  timeUnixNano: nanosOf(timestamp),
  name: textTag(fields, 'event'),
  attributes: fields.filter(({ key }) => key !== 'event').map(attributeOf),
  droppedAttributesCount: 0,
});

const linkOf = ({ traceID, spanID }: LegacySpan['references'][number]): SpanLink[] => {
  const traceId: TraceId | undefined = parseTraceId(traceID);
  const spanId = spanIdOf(spanID);
  return traceId === undefined || spanId === undefined
    ? []
    : [{ traceId, spanId, traceState: '', attributes: [], droppedAttributesCount: 0, flags: 0 }];
};

const attributeOf = ({ key, type, value }: LegacyKeyValue): Attribute => ({
  key,
  value: valueOf(type, value),
});

const valueOf = (type: LegacyKeyValue['type'], value: LegacyKeyValue['value']): AnyValue => {
  if (type === 'int64' && /^-?\d+$/.test(String(value))) return BigInt(String(value));
  if (type === 'float64') return Number(value);
  if (type === 'bool') return value === true || value === 'true';
  if (type === 'binary') return bytesFromBase64(String(value)) ?? String(value);
  return typeof value === 'string' ? value : String(value);
};
