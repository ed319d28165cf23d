import {
  SpanKind,
  StatusCode,
  isSpanId,
  isTraceId,
  type Attribute,
  type ResourceSpans,
  type Span,
  type SpanEvent,
  type SpanId,
  type SpanStatus,
  type TraceId,
  type UnixNano,
} from '@lantern/telemetry-model';
import { HttpError } from '../../transport/errors/http-error.js';

/** Largest time of OTLP, which counts nanoseconds in 64 bits, in Zipkin's microseconds. */
const MAX_MICROS = Number((1n << 64n) / 1_000n) - 1;

const KINDS: Readonly<Record<string, SpanKind>> = {
  CLIENT: SpanKind.client,
  SERVER: SpanKind.server,
  PRODUCER: SpanKind.producer,
  CONSUMER: SpanKind.consumer,
};

/** Attribute of a span whose sender gave no start: its time is that of the first annotation, or of the arrival. */
const ABSENT_START: Attribute = { key: 'otel.zipkin.absentField.startTime', value: true };

type Fields = Readonly<Record<string, unknown>>;

/**
 * Translates a list of spans of Zipkin's API v2 as an OpenTelemetry Collector does: tags become attributes, annotations events,
 * the local endpoint the resource, and the remote endpoint `peer.service` and `network.peer.*`. A server span that shares its ID with
 * the client's stays as it is: queries tell the two apart.
 *
 * @param now time for spans without any
 * @throws {HttpError} 400 that names the span and the field
 * @see https://zipkin.io/zipkin-api/
 * @see https://opentelemetry.io/docs/specs/otel/trace/sdk_exporters/zipkin/
 */
export const readZipkinSpans = (list: unknown, now: UnixNano): ResourceSpans[] => {
  if (!Array.isArray(list)) throw new HttpError(400, 'the body must be a JSON list of spans');
  const groups = new Map<string, Span[]>();
  for (const [index, item] of list.entries()) {
    const fields = isFields(item) ? item : fail(index, 'must be an object');
    const service = endpointOf(fields.localEndpoint).serviceName;
    const spans = groups.get(service);
    const span = readSpan(fields, index, now);
    if (spans) spans.push(span);
    else groups.set(service, [span]);
  }
  return [...groups].map(([service, spans]) => ({
    resource: {
      attributes: service === '' ? [] : [{ key: 'service.name', value: service }],
      droppedAttributesCount: 0,
    },
    schemaUrl: '',
    scopeSpans: [
      { scope: { name: '', version: '', attributes: [], droppedAttributesCount: 0 }, schemaUrl: '', spans },
    ],
  }));
};

const readSpan = (fields: Fields, index: number, now: UnixNano): Span => {
  const kind = textOf(fields.kind) === '' ? SpanKind.internal : KINDS[textOf(fields.kind)];
  if (kind === undefined) fail(index, 'kind must be CLIENT, SERVER, PRODUCER or CONSUMER');
  const events = eventsOf(fields.annotations);
  const given = timeOf(fields.timestamp);
  const start = given ?? events[0]?.timeUnixNano ?? now;
  const tags = tagsOf(fields.tags);
  return {
    traceId: traceIdOf(fields.traceId) ?? fail(index, 'traceId must be 16 or 32 hex digits, not all zero'),
    spanId: spanIdOf(fields.id) ?? fail(index, 'id must be 16 hex digits, not all zero'),
    parentSpanId: spanIdOf(fields.parentId),
    traceState: '',
    flags: 0,
    name: textOf(fields.name),
    kind: kind ?? SpanKind.internal,
    startUnixNano: start,
    endUnixNano: start + (timeOf(fields.duration) ?? 0n),
    attributes: [
      ...tags.filter(({ key }) => !STATUS_TAGS.has(key)),
      ...endpointAttributes('local', fields.localEndpoint),
      ...endpointAttributes('peer', fields.remoteEndpoint),
      ...(given === undefined ? [ABSENT_START] : []),
    ],
    droppedAttributesCount: 0,
    events,
    droppedEventsCount: 0,
    links: [],
    droppedLinksCount: 0,
    status: statusOf(tags),
  };
};

/** Tags with which exporters of OpenTelemetry and Zipkin's own instrumentation write the status. */
const STATUS_TAGS: ReadonlySet<string> = new Set(['otel.status_code', 'otel.status_description', 'error']);

const statusOf = (tags: readonly Attribute[]): SpanStatus => {
  const tag = (name: string): string | undefined => {
    const value = tags.find(({ key }) => key === name)?.value;
    return value === undefined ? undefined : textOf(value);
  };
  const error = tag('error');
  const code = tag('otel.status_code');
  // The tag `error` may hold a message, or `true`. Its presence means a failure, unless it says the opposite.
  if (code === 'ERROR' || (code === undefined && error !== undefined && error !== 'false')) {
    const message = tag('otel.status_description') ?? (error === 'true' ? '' : (error ?? ''));
    return { code: StatusCode.error, message };
  }
  return { code: code === 'OK' ? StatusCode.ok : StatusCode.unset, message: '' };
};

interface Endpoint {
  readonly serviceName: string;
  readonly address: string;
  readonly port: number | undefined;
}

const endpointOf = (value: unknown): Endpoint => {
  const { serviceName, ipv4, ipv6, port } = isFields(value) ? value : {};
  return {
    serviceName: textOf(serviceName),
    address: textOf(ipv4) || textOf(ipv6),
    port: Number.isInteger(port) && Number(port) > 0 ? Number(port) : undefined,
  };
};

const endpointAttributes = (side: 'local' | 'peer', value: unknown): Attribute[] => {
  const { serviceName, address, port } = endpointOf(value);
  const attributes: Attribute[] = [];
  if (side === 'peer' && serviceName !== '') attributes.push({ key: 'peer.service', value: serviceName });
  if (address !== '') attributes.push({ key: `network.${side}.address`, value: address });
  if (port !== undefined) attributes.push({ key: `network.${side}.port`, value: BigInt(port) });
  return attributes;
};

const tagsOf = (value: unknown): Attribute[] =>
  isFields(value) ? Object.entries(value).map(([key, tag]) => ({ key, value: textOf(tag) })) : [];

const eventsOf = (value: unknown): SpanEvent[] => {
  if (!Array.isArray(value)) return [];
  const events: SpanEvent[] = [];
  for (const annotation of value) {
    if (!isFields(annotation)) continue;
    const time = timeOf(annotation.timestamp);
    if (time === undefined) continue;
    events.push({
      timeUnixNano: time,
      name: textOf(annotation.value),
      attributes: [],
      droppedAttributesCount: 0,
    });
  }
  return events.sort((a, b) => Number(a.timeUnixNano - b.timeUnixNano));
};

/** IDs of 64 bits, as B3 allows them, are padded with zeros. */
const traceIdOf = (value: unknown): TraceId | undefined => {
  const id = textOf(value).toLowerCase();
  const padded = id.padStart(32, '0');
  return isTraceId(padded) ? padded : undefined;
};

const spanIdOf = (value: unknown): SpanId | undefined => {
  const id = textOf(value).toLowerCase().padStart(16, '0');
  return isSpanId(id) ? id : undefined;
};

/** Returns microseconds as nanoseconds. Zipkin's servers take zero, negative and broken times for absent. */
const timeOf = (value: unknown): bigint | undefined => {
  const micros = typeof value === 'string' ? Number(value) : value;
  if (typeof micros !== 'number' || !(micros > 0) || micros > MAX_MICROS) return undefined;
  return BigInt(Math.trunc(micros)) * 1_000n;
};

const textOf = (value: unknown): string => {
  if (typeof value === 'string') return value;
  return value === undefined || value === null ? '' : JSON.stringify(value);
};

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const fail = (index: number, reason: string): never => {
  throw new HttpError(400, `span ${index} of the list: ${reason}`);
};
