import {
  createFileRegistry,
  fromBinary,
  fromJson,
  toBinary,
  type DescMessage,
  type Message,
} from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';

/**
 * Schema of OTLP's trace messages, as in the `.proto` files: `number: [name, type, 'repeated' | 'oneof']`.
 *
 * @see https://github.com/open-telemetry/opentelemetry-proto/tree/main/opentelemetry/proto
 */
const MESSAGES: Readonly<Record<string, Readonly<Record<number, readonly [string, string, string?]>>>> = {
  ExportTraceServiceRequest: { 1: ['resource_spans', 'ResourceSpans', 'repeated'] },
  ResourceSpans: {
    1: ['resource', 'Resource'],
    2: ['scope_spans', 'ScopeSpans', 'repeated'],
    3: ['schema_url', 'string'],
  },
  Resource: {
    1: ['attributes', 'KeyValue', 'repeated'],
    2: ['dropped_attributes_count', 'uint32'],
    3: ['entity_refs', 'EntityRef', 'repeated'],
  },
  EntityRef: {
    1: ['schema_url', 'string'],
    2: ['type', 'string'],
    3: ['id_keys', 'string', 'repeated'],
    4: ['description_keys', 'string', 'repeated'],
  },
  ScopeSpans: {
    1: ['scope', 'InstrumentationScope'],
    2: ['spans', 'Span', 'repeated'],
    3: ['schema_url', 'string'],
  },
  InstrumentationScope: {
    1: ['name', 'string'],
    2: ['version', 'string'],
    3: ['attributes', 'KeyValue', 'repeated'],
    4: ['dropped_attributes_count', 'uint32'],
  },
  Span: {
    1: ['trace_id', 'bytes'],
    2: ['span_id', 'bytes'],
    3: ['trace_state', 'string'],
    4: ['parent_span_id', 'bytes'],
    5: ['name', 'string'],
    6: ['kind', 'SpanKind'],
    7: ['start_time_unix_nano', 'fixed64'],
    8: ['end_time_unix_nano', 'fixed64'],
    9: ['attributes', 'KeyValue', 'repeated'],
    10: ['dropped_attributes_count', 'uint32'],
    11: ['events', 'Event', 'repeated'],
    12: ['dropped_events_count', 'uint32'],
    13: ['links', 'Link', 'repeated'],
    14: ['dropped_links_count', 'uint32'],
    15: ['status', 'Status'],
    16: ['flags', 'fixed32'],
  },
  Event: {
    1: ['time_unix_nano', 'fixed64'],
    2: ['name', 'string'],
    3: ['attributes', 'KeyValue', 'repeated'],
    4: ['dropped_attributes_count', 'uint32'],
  },
  Link: {
    1: ['trace_id', 'bytes'],
    2: ['span_id', 'bytes'],
    3: ['trace_state', 'string'],
    4: ['attributes', 'KeyValue', 'repeated'],
    5: ['dropped_attributes_count', 'uint32'],
    6: ['flags', 'fixed32'],
  },
  Status: { 2: ['message', 'string'], 3: ['code', 'StatusCode'] },
  KeyValue: { 1: ['key', 'string'], 2: ['value', 'AnyValue'] },
  AnyValue: {
    1: ['string_value', 'string', 'oneof'],
    2: ['bool_value', 'bool', 'oneof'],
    3: ['int_value', 'int64', 'oneof'],
    4: ['double_value', 'double', 'oneof'],
    5: ['array_value', 'ArrayValue', 'oneof'],
    6: ['kvlist_value', 'KeyValueList', 'oneof'],
    7: ['bytes_value', 'bytes', 'oneof'],
  },
  ArrayValue: { 1: ['values', 'AnyValue', 'repeated'] },
  KeyValueList: { 1: ['values', 'KeyValue', 'repeated'] },
};

const ENUMS: Readonly<Record<string, readonly string[]>> = {
  SpanKind: ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'],
  StatusCode: ['UNSET', 'OK', 'ERROR'],
};

const typeOf = (type: string): Readonly<Record<string, string>> => {
  if (type in MESSAGES) return { type: 'TYPE_MESSAGE', typeName: `.otlp.${type}` };
  if (type in ENUMS) return { type: 'TYPE_ENUM', typeName: `.otlp.${type}` };
  return { type: `TYPE_${type.toUpperCase()}` };
};

const file = fromJson(FileDescriptorProtoSchema, {
  name: 'otlp.proto',
  package: 'otlp',
  syntax: 'proto3',
  messageType: Object.entries(MESSAGES).map(([name, fields]) => ({
    name,
    field: Object.entries(fields).map(([number, [fieldName, type, rule]]) => ({
      number: Number(number),
      name: fieldName,
      label: rule === 'repeated' ? 'LABEL_REPEATED' : 'LABEL_OPTIONAL',
      ...typeOf(type),
      ...(rule === 'oneof' ? { oneofIndex: 0 } : {}),
    })),
    oneofDecl: Object.values(fields).some(([, , rule]) => rule === 'oneof') ? [{ name: 'value' }] : [],
  })),
  enumType: Object.entries(ENUMS).map(([name, values]) => ({
    name,
    value: values.map((value, number) => ({ name: `${name}_${value}`, number })),
  })),
});

const registry = createFileRegistry(file, () => undefined);

const messageType = (name: string): DescMessage => {
  const type = registry.getMessage(`otlp.${name}`);
  if (!type) throw new Error(`No message ${name} in the reference schema.`);
  return type;
};

export const RequestType: DescMessage = messageType('ExportTraceServiceRequest');

/** Decodes `bytes` with a conformance-tested implementation of protobuf, without unknown fields. */
export const referenceDecode = (bytes: Uint8Array): Message =>
  fromBinary(RequestType, bytes, { readUnknownFields: false });

export const referenceEncode = (request: Message): Uint8Array => toBinary(RequestType, request);
