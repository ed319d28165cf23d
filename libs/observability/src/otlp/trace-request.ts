import { type Attributes, type Link, type SpanContext, SpanStatusCode } from '@opentelemetry/api';
import type { InstrumentationScope } from '@opentelemetry/core';
import type { ReadableSpan, TimedEvent } from '@opentelemetry/sdk-trace';
import { groupBy } from '../group-by.js';
import { ProtobufWriter } from './protobuf-writer.js';

const BYTES_OF_REQUEST = 4096;

/** A server span of an application takes 500 to 700. */
let bytesOfSpan = 700;

/**
 * Encodes spans as ExportTraceServiceRequest. Fields that have their default are omitted, as proto3 specifies.
 * https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/trace/v1/trace.proto
 */
export const encodeTraceRequest = (spans: readonly ReadableSpan[]): Uint8Array => {
  const writer = new ProtobufWriter(BYTES_OF_REQUEST + spans.length * bytesOfSpan);
  for (const [resource, ofResource] of groupBy(spans, (span) => span.resource)) {
    const resourceSpans = writer.begin(messageTag(1), 3);
    const start = writer.begin(messageTag(1));
    writeAttributes(writer, 1, resource.attributes);
    writer.end(start);
    for (const [scope, ofScope] of groupBy(ofResource, (span) => span.instrumentationScope)) {
      const scopeSpans = writer.begin(messageTag(2), 3);
      writeScope(writer, scope);
      for (const span of ofScope) writeSpan(writer, span);
      if (scope.schemaUrl) writer.string(messageTag(3), scope.schemaUrl);
      writer.end(scopeSpans, 3);
    }
    if (resource.schemaUrl) writer.string(messageTag(3), resource.schemaUrl);
    writer.end(resourceSpans, 3);
  }
  const request = writer.finish();
  // Room for the next request, so that it rarely has to move.
  if (spans.length > 0) bytesOfSpan = Math.min(8192, Math.ceil((1.1 * request.length) / spans.length));
  return request;
};

// https://protobuf.dev/programming-guides/encoding/#structure
const varintTag = (field: number): number => field << 3;
const fixed64Tag = (field: number): number => (field << 3) | 1;
const messageTag = (field: number): number => (field << 3) | 2;
const fixed32Tag = (field: number): number => (field << 3) | 5;

const writeScope = (writer: ProtobufWriter, { name, version }: InstrumentationScope): void => {
  const start = writer.begin(messageTag(1));
  writer.string(messageTag(1), name);
  if (version) writer.string(messageTag(2), version);
  writer.end(start);
};

const writeSpan = (writer: ProtobufWriter, span: ReadableSpan): void => {
  const { parentSpanContext: parent, status } = span;
  const spanContext = span.spanContext();
  const start = writer.begin(messageTag(2), 2);
  writer.hex(messageTag(1), spanContext.traceId);
  writer.hex(messageTag(2), spanContext.spanId);
  writeTraceState(writer, spanContext);
  if (parent) writer.hex(messageTag(4), parent.spanId);
  writer.string(messageTag(5), span.name);
  // OTLP has a kind more, at the beginning: UNSPECIFIED.
  writer.uint32(varintTag(6), span.kind + 1);
  writer.fixed64Nanos(fixed64Tag(7), span.startTime);
  writer.fixed64Nanos(fixed64Tag(8), span.endTime);
  writeAttributes(writer, 9, span.attributes);
  writer.uint32(varintTag(10), span.droppedAttributesCount);
  for (const event of span.events) writeEvent(writer, event);
  writer.uint32(varintTag(12), span.droppedEventsCount);
  for (const link of span.links) writeLink(writer, link);
  writer.uint32(varintTag(14), span.droppedLinksCount);
  if (status.code !== SpanStatusCode.UNSET) {
    const statusStart = writer.begin(messageTag(15));
    if (status.message) writer.string(messageTag(2), status.message);
    writer.uint32(varintTag(3), status.code);
    writer.end(statusStart);
  }
  writer.fixed32(fixed32Tag(16), flagsOf(spanContext.traceFlags, parent?.isRemote));
  writer.end(start, 2);
};

/** The flags of W3C, and whether the parent, or the linked span, is in another process. */
const flagsOf = (traceFlags: number, isRemote: boolean | undefined): number =>
  (traceFlags & 0xff) | 0x100 | (isRemote === true ? 0x200 : 0);

const writeTraceState = (writer: ProtobufWriter, { traceState }: SpanContext): void => {
  const text = traceState?.serialize();
  if (text) writer.string(messageTag(3), text);
};

const writeEvent = (writer: ProtobufWriter, event: TimedEvent): void => {
  const start = writer.begin(messageTag(11), 2);
  writer.fixed64Nanos(fixed64Tag(1), event.time);
  writer.string(messageTag(2), event.name);
  if (event.attributes) writeAttributes(writer, 3, event.attributes);
  writer.uint32(varintTag(4), event.droppedAttributesCount ?? 0);
  writer.end(start, 2);
};

const writeLink = (writer: ProtobufWriter, { context, attributes, droppedAttributesCount }: Link): void => {
  const start = writer.begin(messageTag(13));
  writer.hex(messageTag(1), context.traceId);
  writer.hex(messageTag(2), context.spanId);
  writeTraceState(writer, context);
  if (attributes) writeAttributes(writer, 4, attributes);
  writer.uint32(varintTag(5), droppedAttributesCount ?? 0);
  writer.fixed32(fixed32Tag(6), flagsOf(context.traceFlags, context.isRemote));
  writer.end(start);
};

const writeAttributes = (writer: ProtobufWriter, field: number, attributes: Attributes): void => {
  for (const key in attributes) {
    const value = attributes[key];
    if (value === undefined) continue;
    const start = writer.begin(messageTag(field));
    writer.encoded(encodedKey(key));
    writeValue(writer, messageTag(2), value);
    writer.end(start);
  }
};

/** The keys of the semantic conventions and of one application; those beyond, which a program makes up, are not kept. */
const MAX_KEYS = 1000;
const encodedKeys = new Map<string, Uint8Array>();

const encodedKey = (key: string): Uint8Array => {
  let bytes = encodedKeys.get(key);
  if (!bytes) {
    const writer = new ProtobufWriter(key.length + 8);
    writer.string(messageTag(1), key);
    bytes = writer.finish();
    if (encodedKeys.size < MAX_KEYS) encodedKeys.set(key, bytes);
  }
  return bytes;
};

const SMALLEST_INT64 = -(2 ** 63);
const ABOVE_INT64 = 2 ** 63;

// https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/common/v1/common.proto
const writeValue = (writer: ProtobufWriter, tag: number, value: unknown): void => {
  const start = writer.begin(tag);
  if (typeof value === 'string') writer.string(messageTag(1), value);
  else if (typeof value === 'boolean') writer.bool(varintTag(2), value);
  else if (typeof value === 'number') {
    if (Number.isInteger(value) && value >= SMALLEST_INT64 && value < ABOVE_INT64)
      writer.int64(varintTag(3), value);
    else writer.double(fixed64Tag(4), value);
  } else if (value instanceof Uint8Array) writer.rawBytes(messageTag(7), value);
  else if (Array.isArray(value)) {
    const list = writer.begin(messageTag(5));
    for (const item of value) writeValue(writer, messageTag(1), item);
    writer.end(list);
  } else if (typeof value === 'object' && value !== null) {
    const map = writer.begin(messageTag(6));
    writeAttributes(writer, 1, value as Attributes);
    writer.end(map);
  }
  writer.end(start);
};
