import {
  AttributeMap,
  NO_ATTRIBUTES,
  base64FromBytes,
  type AnyValue,
  type Attribute,
  type Attributes,
} from '@lantern/telemetry-model';
import { MAX_VALUE_DEPTH } from '../nesting.js';
import type { JsonMessage } from './json-message.js';

export interface KeyValueJson {
  key: string;
  value: AnyValueJson;
}

export interface AnyValueJson {
  stringValue?: string;
  boolValue?: boolean;
  intValue?: string;
  doubleValue?: number | 'NaN' | 'Infinity' | '-Infinity';
  arrayValue?: { values?: AnyValueJson[] };
  kvlistValue?: { values?: KeyValueJson[] };
  bytesValue?: string;
}

export const parseAttributes = (message: JsonMessage, name: string, depth = 0): Attributes => {
  const attributes = message.messages(name);
  return attributes.length === 0
    ? NO_ATTRIBUTES
    : attributes.map((attribute) => ({
        key: attribute.text('key'),
        value: parseAnyValue(attribute.message('value'), depth),
      }));
};

const parseAnyValue = (value: JsonMessage, depth: number): AnyValue => {
  if (value.has('stringValue')) return value.text('stringValue');
  if (value.has('boolValue')) return value.bool('boolValue');
  if (value.has('intValue')) return value.int64('intValue');
  if (value.has('doubleValue')) return value.double('doubleValue');
  if (value.has('bytesValue')) return value.bytes('bytesValue');
  if (value.has('arrayValue')) {
    return nested(value, 'arrayValue', depth)
      .messages('values')
      .map((item) => parseAnyValue(item, depth + 1));
  }
  if (value.has('kvlistValue')) {
    return new AttributeMap(parseAttributes(nested(value, 'kvlistValue', depth), 'values', depth + 1));
  }
  return null;
};

const nested = (value: JsonMessage, name: string, depth: number): JsonMessage => {
  if (depth >= MAX_VALUE_DEPTH) value.fail(name, `nests deeper than ${MAX_VALUE_DEPTH} levels`);
  return value.message(name);
};

/** Undefined when there are none: OTLP/JSON leaves empty lists out. */
export const formatAttributes = (attributes: Attributes): KeyValueJson[] | undefined =>
  attributes.length === 0 ? undefined : attributes.map(formatAttribute);

const formatAttribute = ({ key, value }: Attribute): KeyValueJson => ({ key, value: formatAnyValue(value) });

const formatAnyValue = (value: AnyValue): AnyValueJson => {
  if (value === null) return {};
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'bigint') return { intValue: String(value) };
  if (typeof value === 'number') return { doubleValue: formatDouble(value) };
  if (value instanceof Uint8Array) return { bytesValue: base64FromBytes(value) };
  if (value instanceof AttributeMap) return { kvlistValue: { values: formatAttributes(value.entries) } };
  return { arrayValue: { values: value.length === 0 ? undefined : value.map(formatAnyValue) } };
};

/** @see https://protobuf.dev/programming-guides/json/ */
const formatDouble = (value: number): AnyValueJson['doubleValue'] =>
  Number.isFinite(value) ? value : (String(value) as 'NaN' | 'Infinity' | '-Infinity');
