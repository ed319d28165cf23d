import {
  AttributeMap,
  NO_ATTRIBUTES,
  type AnyValue,
  type Attribute,
  type Attributes,
} from '@lantern/telemetry-model';
import type { WireReader, MessageFields } from '../../wire/wire-reader.js';
import type { WireWriter } from '../../wire/wire-writer.js';
import { MAX_VALUE_DEPTH } from '../nesting.js';
import { attributeOfInvalidKey } from './invalid-text.js';

const KEY_VALUE: MessageFields = { 1: 'key', 2: 'value' };
const ANY_VALUE: MessageFields = {
  1: 'stringValue',
  2: 'boolValue',
  3: 'intValue',
  4: 'doubleValue',
  5: 'arrayValue',
  6: 'kvlistValue',
  7: 'bytesValue',
};
const ARRAY_VALUE: MessageFields = { 1: 'values' };
const KEY_VALUE_LIST: MessageFields = { 1: 'values' };

/**
 * Reads the `KeyValue` at the reader.
 *
 * @param before attributes that were read earlier from the same list
 */
export const readAttribute = (
  reader: WireReader,
  before: Attributes = NO_ATTRIBUTES,
  depth = 0,
): Attribute => {
  const outer = reader.enter(KEY_VALUE);
  let key: string | Uint8Array = '';
  let value: AnyValue = null;
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        key = reader.textOrBytes();
        break;
      case 2:
        value = readAnyValue(reader, value, depth);
        break;
      default:
        reader.skip();
    }
  }
  reader.leave(outer);
  return typeof key === 'string' ? { key, value } : attributeOfInvalidKey(key, value, before);
};

/**
 * Reads an `AnyValue`.
 *
 * @param value read earlier for the same field. In a oneof the last field wins, but a message that occurs twice is
 *   merged into the first: https://protobuf.dev/programming-guides/encoding/#last-one-wins
 */
export const readAnyValue = (reader: WireReader, value: AnyValue, depth: number): AnyValue => {
  const outer = reader.enter(ANY_VALUE);
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        value = reader.textOrBytes();
        break;
      case 2:
        value = reader.bool();
        break;
      case 3:
        value = reader.int64();
        break;
      case 4:
        value = reader.double();
        break;
      case 5:
        // This reader made the array or map, so it may append to it.
        value = readArray(reader, isArray(value) ? (value as AnyValue[]) : [], depth + 1);
        break;
      case 6:
        value = readMap(reader, value instanceof AttributeMap ? value : new AttributeMap([]), depth + 1);
        break;
      case 7:
        value = reader.bytes();
        break;
      default:
        reader.skip();
    }
  }
  reader.leave(outer);
  return value;
};

/** `Array.isArray` does not narrow a `readonly` array. */
const isArray = (value: AnyValue): value is readonly AnyValue[] => Array.isArray(value);

const readArray = (reader: WireReader, into: AnyValue[], depth: number): AnyValue[] => {
  const outer = enterNested(reader, ARRAY_VALUE, depth);
  while (reader.next()) {
    if (reader.field === 1) into.push(readAnyValue(reader, null, depth));
    else reader.skip();
  }
  reader.leave(outer);
  return into;
};

const readMap = (reader: WireReader, into: AttributeMap, depth: number): AttributeMap => {
  const outer = enterNested(reader, KEY_VALUE_LIST, depth);
  const entries = into.entries as Attribute[];
  while (reader.next()) {
    if (reader.field === 1) entries.push(readAttribute(reader, entries, depth));
    else reader.skip();
  }
  reader.leave(outer);
  return into;
};

const enterNested = (reader: WireReader, fields: MessageFields, depth: number): number => {
  if (depth > MAX_VALUE_DEPTH) reader.fail(`nests deeper than ${MAX_VALUE_DEPTH} levels`);
  return reader.enter(fields);
};

export const writeAttributes = (writer: WireWriter, field: number, attributes: Attributes): void => {
  for (const { key, value } of attributes) {
    const start = writer.begin(field);
    writer.text(1, key);
    writeAnyValue(writer, 2, value);
    writer.end(start);
  }
};

/** Writes the member of the oneof even if it is zero: otherwise the value would read as unset. */
const writeAnyValue = (writer: WireWriter, field: number, value: AnyValue): void => {
  const start = writer.begin(field);
  if (typeof value === 'string') writer.presentText(1, value);
  else if (typeof value === 'boolean') writer.presentBool(2, value);
  else if (typeof value === 'bigint') writer.presentInt64(3, value);
  else if (typeof value === 'number') writer.presentDouble(4, value);
  else if (value instanceof Uint8Array) writer.presentBytes(7, value);
  else if (value instanceof AttributeMap) {
    const list = writer.begin(6);
    writeAttributes(writer, 1, value.entries);
    writer.end(list);
  } else if (value !== null) {
    const list = writer.begin(5);
    for (const item of value) writeAnyValue(writer, 1, item);
    writer.end(list);
  }
  writer.end(start);
};
