import {
  NO_ATTRIBUTES,
  StatusCode,
  type Attribute,
  type Span,
  type SpanEvent,
  type SpanId,
  type SpanLink,
  type SpanStatus,
  type TraceId,
} from '@lantern/telemetry-model';
import { readAttribute, writeAttributes } from '../../common/protobuf/attributes.js';
import { INVALID_SPAN_NAME } from '../../common/protobuf/invalid-text.js';
import { WireReader, type MessageFields } from '../../wire/wire-reader.js';
import { WireWriter } from '../../wire/wire-writer.js';
import { faultOfLinkIds, faultOfSpanIds, linkSpanIdOf, linkTraceIdOf, parentSpanIdOf } from '../ids.js';
import { Rejections } from '../rejections.js';

const SPAN: MessageFields = {
  1: 'traceId',
  2: 'spanId',
  3: 'traceState',
  4: 'parentSpanId',
  5: 'name',
  6: 'kind',
  7: 'startTimeUnixNano',
  8: 'endTimeUnixNano',
  9: 'attributes',
  10: 'droppedAttributesCount',
  11: 'events',
  12: 'droppedEventsCount',
  13: 'links',
  14: 'droppedLinksCount',
  15: 'status',
  16: 'flags',
};
const EVENT: MessageFields = { 1: 'timeUnixNano', 2: 'name', 3: 'attributes', 4: 'droppedAttributesCount' };
const LINK: MessageFields = {
  1: 'traceId',
  2: 'spanId',
  3: 'traceState',
  4: 'attributes',
  5: 'droppedAttributesCount',
  6: 'flags',
};
const STATUS: MessageFields = { 2: 'message', 3: 'code' };

/** Shared by all spans without events or links, so frozen. */
const NO_EVENTS: readonly SpanEvent[] = Object.freeze([]);
const NO_LINKS: readonly SpanLink[] = Object.freeze([]);
const UNSET: SpanStatus = Object.freeze({ code: StatusCode.unset, message: '' });

/** Returns undefined for a span with invalid IDs, and adds the reason to `rejected`. */
export const readSpan = (reader: WireReader, rejected: Rejections): Span | undefined => {
  const outer = reader.enter(SPAN);
  const span = readFields(reader, rejected);
  reader.leave(outer);
  return span;
};

/**
 * Decodes a `Span` message. Returns undefined when its IDs are invalid.
 *
 * @throws MalformedOtlpError
 */
export const decodeSpan = (message: Uint8Array): Span | undefined =>
  readFields(new WireReader(message, SPAN), new Rejections());

const readFields = (reader: WireReader, rejected: Rejections): Span | undefined => {
  let traceId = '';
  let spanId = '';
  let traceState = '';
  let parentSpanId = '';
  let name: string | Uint8Array = '';
  let kind = 0;
  let startUnixNano = 0n;
  let endUnixNano = 0n;
  let attributes: Attribute[] | undefined;
  let droppedAttributesCount = 0;
  let events: SpanEvent[] | undefined;
  let droppedEventsCount = 0;
  let links: SpanLink[] | undefined;
  let droppedLinksCount = 0;
  let status = UNSET;
  let flags = 0;
  let linkFault: string | undefined;
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        traceId = reader.hex();
        break;
      case 2:
        spanId = reader.hex();
        break;
      case 3:
        traceState = reader.text();
        break;
      case 4:
        parentSpanId = reader.hex();
        break;
      case 5:
        name = reader.textOrBytes();
        break;
      case 6:
        kind = reader.int32();
        break;
      case 7:
        startUnixNano = reader.fixed64();
        break;
      case 8:
        endUnixNano = reader.fixed64();
        break;
      case 9:
        (attributes ??= []).push(readAttribute(reader, attributes));
        break;
      case 10:
        droppedAttributesCount = reader.uint32();
        break;
      case 11:
        (events ??= []).push(readEvent(reader));
        break;
      case 12:
        droppedEventsCount = reader.uint32();
        break;
      case 13: {
        const link = readLink(reader);
        if (typeof link === 'string') linkFault = link;
        else (links ??= []).push(link);
        break;
      }
      case 14:
        droppedLinksCount = reader.uint32();
        break;
      case 15:
        status = readStatus(reader, status);
        break;
      case 16:
        flags = reader.fixed32();
        break;
      default:
        reader.skip();
    }
  }

  const fault = faultOfSpanIds({ traceId, spanId, parentSpanId }) ?? linkFault;
  if (fault !== undefined) {
    rejected.add(fault);
    return undefined;
  }
  if (typeof name !== 'string') {
    (attributes ??= []).push({ key: INVALID_SPAN_NAME, value: name });
    name = INVALID_SPAN_NAME;
  }
  return {
    traceId: traceId as TraceId,
    spanId: spanId as SpanId,
    parentSpanId: parentSpanIdOf(parentSpanId),
    traceState,
    flags,
    name,
    kind,
    startUnixNano,
    endUnixNano,
    attributes: attributes ?? NO_ATTRIBUTES,
    droppedAttributesCount,
    events: events ?? NO_EVENTS,
    droppedEventsCount,
    links: links ?? NO_LINKS,
    droppedLinksCount,
    status,
  };
};

const readEvent = (reader: WireReader): SpanEvent => {
  const outer = reader.enter(EVENT);
  let timeUnixNano = 0n;
  let name = '';
  let attributes: Attribute[] | undefined;
  let droppedAttributesCount = 0;
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        timeUnixNano = reader.fixed64();
        break;
      case 2:
        name = reader.text();
        break;
      case 3:
        (attributes ??= []).push(readAttribute(reader, attributes));
        break;
      case 4:
        droppedAttributesCount = reader.uint32();
        break;
      default:
        reader.skip();
    }
  }
  reader.leave(outer);
  return { timeUnixNano, name, attributes: attributes ?? NO_ATTRIBUTES, droppedAttributesCount };
};

/** Returns a string with the reason when the span must be rejected. */
const readLink = (reader: WireReader): SpanLink | string => {
  const outer = reader.enter(LINK);
  let traceId = '';
  let spanId = '';
  let traceState = '';
  let attributes: Attribute[] | undefined;
  let droppedAttributesCount = 0;
  let flags = 0;
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        traceId = reader.hex();
        break;
      case 2:
        spanId = reader.hex();
        break;
      case 3:
        traceState = reader.text();
        break;
      case 4:
        (attributes ??= []).push(readAttribute(reader, attributes));
        break;
      case 5:
        droppedAttributesCount = reader.uint32();
        break;
      case 6:
        flags = reader.fixed32();
        break;
      default:
        reader.skip();
    }
  }
  reader.leave(outer);
  return (
    faultOfLinkIds(traceId, spanId) ?? {
      traceId: linkTraceIdOf(traceId),
      spanId: linkSpanIdOf(spanId),
      traceState,
      attributes: attributes ?? NO_ATTRIBUTES,
      droppedAttributesCount,
      flags,
    }
  );
};

/** @param before protobuf merges a message that occurs twice */
const readStatus = (reader: WireReader, before: SpanStatus): SpanStatus => {
  const outer = reader.enter(STATUS);
  let { code, message } = before;
  while (reader.next()) {
    switch (reader.field) {
      case 2:
        message = reader.text();
        break;
      case 3:
        code = reader.int32();
        break;
      default:
        reader.skip();
    }
  }
  reader.leave(outer);
  return code === StatusCode.unset && message === '' ? UNSET : { code, message };
};

export const writeSpan = (writer: WireWriter, field: number, span: Span): void => {
  const start = writer.begin(field);
  writeFields(writer, span);
  writer.end(start);
};

/** Encodes a `Span` message. */
export const encodeSpan = (span: Span): Uint8Array => {
  const writer = new WireWriter();
  writeFields(writer, span);
  return writer.finish();
};

const writeFields = (writer: WireWriter, span: Span): void => {
  writer.hex(1, span.traceId);
  writer.hex(2, span.spanId);
  writer.text(3, span.traceState);
  if (span.parentSpanId !== undefined) writer.hex(4, span.parentSpanId);
  writer.text(5, span.name);
  writer.int32(6, span.kind);
  writer.fixed64(7, span.startUnixNano);
  writer.fixed64(8, span.endUnixNano);
  writeAttributes(writer, 9, span.attributes);
  writer.uint32(10, span.droppedAttributesCount);
  for (const event of span.events) writeEvent(writer, 11, event);
  writer.uint32(12, span.droppedEventsCount);
  for (const link of span.links) writeLink(writer, 13, link);
  writer.uint32(14, span.droppedLinksCount);
  writeStatus(writer, 15, span.status);
  writer.fixed32(16, span.flags);
};

const writeEvent = (writer: WireWriter, field: number, event: SpanEvent): void => {
  const start = writer.begin(field);
  writer.fixed64(1, event.timeUnixNano);
  writer.text(2, event.name);
  writeAttributes(writer, 3, event.attributes);
  writer.uint32(4, event.droppedAttributesCount);
  writer.end(start);
};

const writeLink = (writer: WireWriter, field: number, link: SpanLink): void => {
  const start = writer.begin(field);
  writer.hex(1, link.traceId);
  writer.hex(2, link.spanId);
  writer.text(3, link.traceState);
  writeAttributes(writer, 4, link.attributes);
  writer.uint32(5, link.droppedAttributesCount);
  writer.fixed32(6, link.flags);
  writer.end(start);
};

const writeStatus = (writer: WireWriter, field: number, { code, message }: SpanStatus): void => {
  if (code === StatusCode.unset && message === '') return;
  const start = writer.begin(field);
  writer.text(2, message);
  writer.int32(3, code);
  writer.end(start);
};
