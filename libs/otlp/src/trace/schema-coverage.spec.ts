import {
  ScalarType,
  fromJson,
  toJson,
  type DescField,
  type DescMessage,
  type JsonObject,
  type JsonValue,
} from '@bufbuild/protobuf';
import { describe, expect, it } from '@jest/globals';
import { RequestType, referenceDecode, referenceEncode } from '../testing/reference-codec.js';
import { formatTraceRequestJson } from './json/format-trace-request.js';
import { parseTraceRequestJson } from './json/parse-trace-request.js';
import { decodeTraceRequest } from './protobuf/decode-trace-request.js';
import { encodeTraceRequest } from './protobuf/encode-trace-request.js';

/** Fields that the model does not have, each with the reason. */
const NOT_KEPT: Readonly<Record<string, string>> = {
  'resource_spans.resource.entity_refs':
    'names the attributes that identify the entity; still in development',
};

const base64 = (length: number): string => {
  return Buffer.alloc(length, 0xa5).toString('base64');
};

/** Fields by message type that the model always has, or that a valid span requires. */
const ALWAYS_THERE: Readonly<Record<string, JsonObject>> = {
  ResourceSpans: { resource: {} },
  ScopeSpans: { scope: {} },
  KeyValue: { value: {} },
  Span: { trace_id: base64(16), span_id: base64(8) },
  Link: { trace_id: base64(16), span_id: base64(8) },
};

const BY_PROTO_NAME = { useProtoFieldName: true };

type FieldPath = readonly DescField[];

/** Yields the paths of all scalar fields. A recursive message is entered twice. */
const leavesBelow = (type: DescMessage, path: FieldPath = []): FieldPath[] =>
  type.fields.flatMap((field) => {
    const here = [...path, field];
    const { message } = field;
    if (!message) return [here];
    return here.filter((outer) => outer.message === message).length > 2 ? [] : leavesBelow(message, here);
  });

const nameOf = (path: FieldPath): string => path.map(({ name }) => name).join('.');

/** Returns a value that is not the default of its type, so that the test detects its loss. */
const sampleOf = (field: DescField): JsonValue => {
  if (field.enum) return 2;
  if (field.name === 'trace_id') return base64(16);
  if (field.name.endsWith('span_id')) return base64(8);
  switch (field.scalar) {
    case ScalarType.STRING:
      return `a text for ${field.name}`;
    case ScalarType.BYTES:
      return base64(3);
    case ScalarType.BOOL:
      return true;
    case ScalarType.INT64:
      return '-9007199254740993';
    case ScalarType.FIXED64:
      return '18446744073709551615';
    case ScalarType.DOUBLE:
      return 0.1;
    default:
      return 4294967295;
  }
};

/** Returns a request with a sample of the field at the end of the path, and otherwise only required fields. */
const requestWith = (path: FieldPath): JsonObject => {
  const [field, ...rest] = path;
  if (!field) return {};
  const inside = field.message
    ? { ...ALWAYS_THERE[field.message.name], ...requestWith(rest) }
    : sampleOf(field);
  return { [field.name]: field.fieldKind === 'list' ? [inside] : inside };
};

const leaves = leavesBelow(RequestType);

describe('every field of the OTLP trace schema', () => {
  const cases = leaves
    .map((path): [string, FieldPath] => [nameOf(path), path])
    .filter(([name]) => !Object.keys(NOT_KEPT).some((prefix) => name.startsWith(prefix)));

  it('Every field of the OTLP trace schema is covered by a case', () => {
    const names = cases.map(([name]) => name);
    expect(names).toContain(
      'resource_spans.scope_spans.spans.links.attributes.value.array_value.values.int_value',
    );
    expect(names.length).toBeGreaterThan(100);
  });

  it.each(cases)('%s', (_name, path) => {
    const sent = fromJson(RequestType, requestWith(path));
    const { resourceSpans, rejected } = decodeTraceRequest(referenceEncode(sent));
    expect(rejected.count).toBe(0);
    const kept = referenceDecode(encodeTraceRequest(resourceSpans));
    expect(toJson(RequestType, kept, BY_PROTO_NAME)).toEqual(toJson(RequestType, sent, BY_PROTO_NAME));

    const json = JSON.stringify(formatTraceRequestJson(resourceSpans));
    expect(parseTraceRequestJson(json).resourceSpans).toEqual(resourceSpans);
  });

  it.each(Object.entries(NOT_KEPT))('but %s, which %s', (prefix) => {
    expect(leaves.map(nameOf).some((name) => name.startsWith(prefix))).toBe(true);
  });
});
