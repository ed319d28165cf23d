import {
  WARNINGS_ATTRIBUTE,
  warningsOf,
  NANOS_PER_MICRO,
  StatusCode,
  attributeText,
  attributeValue,
  base64FromBytes,
  mapKey,
  durationNano,
  serviceNameOf,
  spanKindOf,
  spansOf,
  type AnyValue,
  type Attribute,
  type InstrumentationScope,
  type Resource,
  type Span,
  type SpanEvent,
  type Trace,
} from '@lantern/telemetry-model';
import {
  SPAN_KIND_NAMES,
  legacyTraceId,
  type LegacyKeyValue,
  type LegacyLog,
  type LegacyProcess,
  type LegacyReference,
  type LegacySpan,
  type LegacyTrace,
} from '@lantern/query-api';

/** A trace in Jaeger's legacy JSON. */
export const toLegacyTrace = (trace: Trace): LegacyTrace => {
  const processes = new ProcessTable();
  const spans: LegacySpan[] = [];
  for (const { span, scope, resource } of spansOf(trace.resourceSpans)) {
    spans.push(toLegacySpan(span, scope, processes.idOf(resource)));
  }
  return { traceID: legacyTraceId(trace.traceId), spans, processes: processes.byId, warnings: null };
};

export const toLegacySpan = (span: Span, scope: InstrumentationScope, processID: string): LegacySpan => {
  const warnings = warningsOf(span);
  return {
    traceID: legacyTraceId(span.traceId),
    spanID: span.spanId,
    operationName: span.name,
    references: referencesOf(span),
    startTime: Number(span.startUnixNano / NANOS_PER_MICRO),
    duration: Number(durationNano(span) / NANOS_PER_MICRO),
    tags: tagsOf(span, scope),
    logs: span.events.map(toLog),
    processID,
    warnings: warnings.length === 0 ? null : warnings,
  };
};

/** Returns the parent first. A link to the parent only sets the type of that reference. */
const referencesOf = (span: Span): LegacyReference[] => {
  const references: LegacyReference[] = [];
  const { traceId, parentSpanId } = span;
  if (parentSpanId !== undefined) {
    const link = span.links.find(
      (candidate) => candidate.traceId === traceId && candidate.spanId === parentSpanId,
    );
    references.push({
      refType: link ? refTypeOf(link) : 'CHILD_OF',
      traceID: legacyTraceId(traceId),
      spanID: parentSpanId,
    });
  }
  for (const link of span.links) {
    if (link.traceId === traceId && link.spanId === parentSpanId) continue;
    references.push({ refType: refTypeOf(link), traceID: legacyTraceId(link.traceId), spanID: link.spanId });
  }
  return references;
};

/** @see https://opentelemetry.io/docs/specs/otel/compatibility/opentracing/#span-references */
const refTypeOf = ({ attributes }: Pick<Span, 'attributes'>): LegacyReference['refType'] =>
  attributeValue(attributes, 'opentracing.ref_type') === 'child_of' ? 'CHILD_OF' : 'FOLLOWS_FROM';

/** @see https://opentelemetry.io/docs/specs/otel/trace/sdk_exporters/jaeger/ */
const tagsOf = (span: Span, scope: InstrumentationScope): LegacyKeyValue[] => {
  const tags = tagsOfScope(scope);
  for (const attribute of span.attributes) {
    if (attribute.key !== WARNINGS_ATTRIBUTE) tags.push(toKeyValue(attribute));
  }
  for (const tag of tagsOfOutcome(span)) tags.push(tag);
  return tags;
};

/** Returns the tags before a span's attributes. */
export const tagsOfScope = ({ name, version }: InstrumentationScope): LegacyKeyValue[] => [
  ...textTag('otel.scope.name', name),
  ...textTag('otel.scope.version', version),
];

/** Returns the tags after a span's attributes. */
export const tagsOfOutcome = ({
  kind,
  status: { code, message },
  traceState,
}: Pick<Span, 'kind' | 'status' | 'traceState'>): LegacyKeyValue[] => {
  const tags = textTag('span.kind', SPAN_KIND_NAMES[spanKindOf(kind)]);
  if (code === StatusCode.ok) tags.push(...textTag('otel.status_code', 'OK'));
  if (code === StatusCode.error) {
    tags.push(...textTag('otel.status_code', 'ERROR'), { key: 'error', type: 'bool', value: true });
  }
  tags.push(...textTag('otel.status_description', message), ...textTag('w3c.tracestate', traceState));
  return tags;
};

/** Returns no tag for an empty text. */
const textTag = (key: string, value: string): LegacyKeyValue[] =>
  value === '' ? [] : [{ key, type: 'string', value }];

const toLog = (event: SpanEvent): LegacyLog => {
  const fields = event.attributes.map(toKeyValue);
  const named = event.name === '' || event.attributes.some(({ key }) => key === 'event');
  if (!named) fields.unshift({ key: 'event', type: 'string', value: event.name });
  return { timestamp: Number(event.timeUnixNano / NANOS_PER_MICRO), fields };
};

export const toKeyValue = ({ key, value }: Attribute): LegacyKeyValue => {
  switch (typeof value) {
    case 'string':
      return { key, type: 'string', value };
    case 'boolean':
      return { key, type: 'bool', value };
    case 'bigint':
      return { key, type: 'int64', value: integer(value) };
    case 'number':
      // JSON has no NaN and no infinity.
      return { key, type: 'float64', value: Number.isFinite(value) ? value : String(value) };
    default:
      return value instanceof Uint8Array
        ? { key, type: 'binary', value: base64FromBytes(value) }
        : { key, type: 'string', value: attributeText(value satisfies AnyValue) };
  }
};

/** Beyond the safe range a JavaScript client would round the number, so it is a string. */
const integer = (value: bigint): number | string =>
  value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : String(value);

/** Numbers the processes p1, p2 … in the order of their spans. Equal resources are one process. */
export class ProcessTable {
  readonly byId: Record<string, LegacyProcess> = {};
  private readonly idByResource = new Map<Resource, string>();
  private readonly idByContent = new Map<string, string>();

  idOf(resource: Resource): string {
    let id = this.idByResource.get(resource);
    if (id === undefined) {
      id = this.add(resource);
      this.idByResource.set(resource, id);
    }
    return id;
  }

  private add(resource: Resource): string {
    const process: LegacyProcess = {
      serviceName: serviceNameOf(resource),
      tags: resource.attributes.filter(({ key }) => key !== 'service.name').map(toKeyValue),
    };
    const content = JSON.stringify(process);
    const key = mapKey(content);
    let id = this.idByContent.get(key);
    if (id === undefined) {
      id = `p${this.idByContent.size + 1}`;
      this.idByContent.set(key, id);
      this.byId[id] = process;
    }
    return id;
  }
}
