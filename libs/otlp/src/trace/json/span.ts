import type { Span, SpanEvent, SpanId, SpanLink, SpanStatus, TraceId } from '@lantern/telemetry-model';
import { formatAttributes, parseAttributes, type KeyValueJson } from '../../common/json/attributes.js';
import type { JsonMessage } from '../../common/json/json-message.js';
import { faultOfLinkIds, faultOfSpanIds, linkSpanIdOf, linkTraceIdOf, parentSpanIdOf } from '../ids.js';
import type { Rejections } from '../rejections.js';

export interface SpanJson {
  traceId: string;
  spanId: string;
  traceState?: string;
  parentSpanId?: string;
  flags?: number;
  name?: string;
  kind?: number;
  startTimeUnixNano?: string;
  endTimeUnixNano?: string;
  attributes?: KeyValueJson[];
  droppedAttributesCount?: number;
  events?: SpanEventJson[];
  droppedEventsCount?: number;
  links?: SpanLinkJson[];
  droppedLinksCount?: number;
  status: { code?: number; message?: string };
}

export interface SpanEventJson {
  timeUnixNano?: string;
  name?: string;
  attributes?: KeyValueJson[];
  droppedAttributesCount?: number;
}

export interface SpanLinkJson {
  traceId: string;
  spanId: string;
  traceState?: string;
  attributes?: KeyValueJson[];
  droppedAttributesCount?: number;
  flags?: number;
}

const SPAN_KINDS: Readonly<Record<string, number>> = {
  SPAN_KIND_UNSPECIFIED: 0,
  SPAN_KIND_INTERNAL: 1,
  SPAN_KIND_SERVER: 2,
  SPAN_KIND_CLIENT: 3,
  SPAN_KIND_PRODUCER: 4,
  SPAN_KIND_CONSUMER: 5,
};

const STATUS_CODES: Readonly<Record<string, number>> = {
  STATUS_CODE_UNSET: 0,
  STATUS_CODE_OK: 1,
  STATUS_CODE_ERROR: 2,
};

/** Returns undefined for a span with invalid IDs, and adds the reason to `rejected`. */
export const parseSpan = (message: JsonMessage, rejected: Rejections): Span | undefined => {
  const traceId = message.hex('traceId');
  const spanId = message.hex('spanId');
  const parentSpanId = message.hex('parentSpanId');
  const linkMessages = message.messages('links');
  const fault = faultOfSpanIds({ traceId, spanId, parentSpanId }) ?? firstFaultOfLinks(linkMessages);
  const span: Span = {
    traceId: traceId as TraceId,
    spanId: spanId as SpanId,
    parentSpanId: parentSpanIdOf(parentSpanId),
    traceState: message.text('traceState'),
    flags: message.uint32('flags'),
    name: message.text('name'),
    kind: message.enumNumber('kind', SPAN_KINDS),
    startUnixNano: message.uint64('startTimeUnixNano'),
    endUnixNano: message.uint64('endTimeUnixNano'),
    attributes: parseAttributes(message, 'attributes'),
    droppedAttributesCount: message.uint32('droppedAttributesCount'),
    events: message.messages('events').map(parseEvent),
    droppedEventsCount: message.uint32('droppedEventsCount'),
    links: linkMessages.map(parseLink),
    droppedLinksCount: message.uint32('droppedLinksCount'),
    status: parseStatus(message.message('status')),
  };
  if (fault === undefined) return span;
  rejected.add(fault);
  return undefined;
};

const firstFaultOfLinks = (links: readonly JsonMessage[]): string | undefined => {
  for (const link of links) {
    const fault = faultOfLinkIds(link.hex('traceId'), link.hex('spanId'));
    if (fault !== undefined) return fault;
  }
  return undefined;
};

const parseEvent = (message: JsonMessage): SpanEvent => ({
  timeUnixNano: message.uint64('timeUnixNano'),
  name: message.text('name'),
  attributes: parseAttributes(message, 'attributes'),
  droppedAttributesCount: message.uint32('droppedAttributesCount'),
});

const parseLink = (message: JsonMessage): SpanLink => ({
  traceId: linkTraceIdOf(message.hex('traceId')),
  spanId: linkSpanIdOf(message.hex('spanId')),
  traceState: message.text('traceState'),
  attributes: parseAttributes(message, 'attributes'),
  droppedAttributesCount: message.uint32('droppedAttributesCount'),
  flags: message.uint32('flags'),
});

const parseStatus = (message: JsonMessage): SpanStatus => ({
  code: message.enumNumber('code', STATUS_CODES),
  message: message.text('message'),
});

export const formatSpan = (span: Span): SpanJson => ({
  traceId: span.traceId,
  spanId: span.spanId,
  traceState: span.traceState || undefined,
  parentSpanId: span.parentSpanId,
  flags: span.flags || undefined,
  name: span.name || undefined,
  kind: span.kind || undefined,
  startTimeUnixNano: formatNano(span.startUnixNano),
  endTimeUnixNano: formatNano(span.endUnixNano),
  attributes: formatAttributes(span.attributes),
  droppedAttributesCount: span.droppedAttributesCount || undefined,
  events: span.events.length === 0 ? undefined : span.events.map(formatEvent),
  droppedEventsCount: span.droppedEventsCount || undefined,
  links: span.links.length === 0 ? undefined : span.links.map(formatLink),
  droppedLinksCount: span.droppedLinksCount || undefined,
  status: { code: span.status.code || undefined, message: span.status.message || undefined },
});

const formatEvent = (event: SpanEvent): SpanEventJson => ({
  timeUnixNano: formatNano(event.timeUnixNano),
  name: event.name || undefined,
  attributes: formatAttributes(event.attributes),
  droppedAttributesCount: event.droppedAttributesCount || undefined,
});

const formatLink = (link: SpanLink): SpanLinkJson => ({
  traceId: link.traceId,
  spanId: link.spanId,
  traceState: link.traceState || undefined,
  attributes: formatAttributes(link.attributes),
  droppedAttributesCount: link.droppedAttributesCount || undefined,
  flags: link.flags || undefined,
});

const formatNano = (nanos: bigint): string | undefined => (nanos === 0n ? undefined : String(nanos));
