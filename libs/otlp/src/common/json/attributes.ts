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
  doubleValue?: number | string;
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

/** Parses a value. If several members of the oneof are set, the last one wins, as in protobuf's binary encoding. */
export const parseAnyValue = (message: JsonMessage, depth: number): AnyValue => {
  let value: AnyValue = null;
  for (const name of message.names()) {
    switch (name) {
      case 'stringValue':
      case 'string_value':
        value = message.text(name);
        break;
      case 'boolValue':
      case 'bool_value':
        value = message.bool(name);
        break;
      case 'intValue':
      case 'int_value':
        value = message.int64(name);
        break;
      case 'doubleValue':
      case 'double_value':
        value = message.double(name);
        break;
      case 'bytesValue':
      case 'bytes_value':
        value = message.bytes(name);
        break;
      case 'arrayValue':
      case 'array_value':
        value = isTooDeep(depth)
          ? message.lose(name, TOO_DEEP, null)
          : message
              .message(name)
              .messages('values')
              .map((item) => parseAnyValue(item, depth + 1));
        break;
      case 'kvlistValue':
      case 'kvlist_value':
        value = isTooDeep(depth)
          ? message.lose(name, TOO_DEEP, null)
          : new AttributeMap(parseAttributes(message.message(name), 'values', depth + 1));
        break;
      default:
        break;
    }
  }
  return value;
};

const TOO_DEEP = `nests deeper than ${MAX_VALUE_DEPTH} levels`;

const isTooDeep = (depth: number): boolean => depth >= MAX_VALUE_DEPTH;

/** Returns undefined for an empty list, because OTLP/JSON omits empty lists. */
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

/** Returns a string for the numbers that JSON cannot express: https://protobuf.dev/programming-guides/json/ */
const formatDouble = (value: number): number | string => {
  if (Object.is(value, -0)) return '-0';
  return Number.isFinite(value) ? value : String(value);
};
