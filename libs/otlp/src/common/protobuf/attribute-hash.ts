import { Buffer } from 'node:buffer';
import {
  AttributeMap,
  attributeText,
  base64FromBytes,
  bytesFromBase64,
  type AnyValue,
  type Attribute,
} from '@lantern/telemetry-model';
import { WireReader, type MessageFields } from '../../wire/wire-reader.js';
import { readAttribute } from './attributes.js';

/** Told apart so that the text "1", the integer 1 and the double 1 are three values. */
const ValueType = { text: 1, bool: 2, integer: 3, double: 4, nested: 5, bytes: 6, nothing: 7 } as const;

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

const doubleOf = new Float64Array(1);
const wordsOfDouble = new Uint32Array(doubleOf.buffer);
const bytesOfDouble = new Uint8Array(doubleOf.buffer);

/**
 * A 32-bit hash of the `KeyValue` that fills `bytes` from `start` to `end`: over its key, the type of its value
 * and the value itself, and so the same however an encoder wrote them down. Arrays and maps count as their
 * {@link attributeText}.
 *
 * @throws MalformedOtlpError
 */
export const hashEncodedAttribute = (bytes: Uint8Array, start: number, end: number): number => {
  // What every encoder writes: a key and then one scalar, with lengths and tags as short as they can be.
  const keyLength = bytes[start + 1] ?? 0;
  const keyEnd = start + 2 + keyLength;
  if (bytes[start] !== 0x0a || keyLength > 0x7f || keyEnd + 2 > end || bytes[keyEnd] !== 0x12) {
    return hashUnusual(bytes, start, end);
  }
  let at = keyEnd + 1;
  let length = bytes[at++] ?? 0;
  if (length > 0x7f) {
    const next = bytes[at++] ?? 0x80;
    if (next > 0x7f) return hashUnusual(bytes, start, end);
    length = (length & 0x7f) | (next << 7);
  }
  if (at + length !== end) return hashUnusual(bytes, start, end);
  const key = hashBytes(FNV_OFFSET, bytes, start + 2, keyEnd);
  if (length === 0) return finish(hashByte(key, ValueType.nothing));

  const tag = bytes[at++];
  switch (tag) {
    case 0x0a:
    case 0x3a: {
      let size = bytes[at++] ?? 0;
      if (size > 0x7f) {
        const next = bytes[at++] ?? 0x80;
        if (next > 0x7f) return hashUnusual(bytes, start, end);
        size = (size & 0x7f) | (next << 7);
      }
      if (at + size !== end) return hashUnusual(bytes, start, end);
      const type = tag === 0x0a ? ValueType.text : ValueType.bytes;
      return finish(hashBytes(hashByte(key, type), bytes, at, end));
    }
    case 0x10:
      if (at + 1 !== end || (bytes[at] ?? 2) > 1) return hashUnusual(bytes, start, end);
      return finish(hashByte(hashByte(key, ValueType.bool), bytes[at] ?? 0));
    case 0x18: {
      // Up to 28 bits; longer ones are rare.
      let value = 0;
      for (let shift = 0; at < end && shift < 28; shift += 7) {
        const byte = bytes[at++] ?? 0;
        value |= (byte & 0x7f) << shift;
        if (byte > 0x7f) continue;
        if (at !== end) break;
        return finish(hashWords(hashByte(key, ValueType.integer), value, 0));
      }
      return hashUnusual(bytes, start, end);
    }
    case 0x21:
      if (at + 8 !== end) return hashUnusual(bytes, start, end);
      for (let i = 0; i < 8; i++) bytesOfDouble[i] = bytes[at + i] ?? 0;
      return finish(hashDouble(hashByte(key, ValueType.double)));
    default:
      return hashUnusual(bytes, start, end);
  }
};

/**
 * The hashes of all attributes that have this key and whose value has this {@link attributeText}: one for each
 * type of value that can read so.
 */
export const hashesOfAttributeText = (key: string, text: string): number[] => {
  const keyHash = hashText(FNV_OFFSET, key);
  const hashes = [finish(hashText(hashByte(keyHash, ValueType.text), text))];
  for (const value of scalarsThatRead(text)) hashes.push(hashAttribute(key, value));
  if (/^[[{]/.test(text)) hashes.push(finish(hashText(hashByte(keyHash, ValueType.nested), text)));
  return hashes;
};

const scalarsThatRead = (text: string): AnyValue[] => {
  const values: AnyValue[] = [];
  if (text === '') values.push(null);
  if (text === 'true' || text === 'false') values.push(text === 'true');
  if (/^-?\d{1,19}$/.test(text) && String(BigInt.asIntN(64, BigInt(text))) === text)
    values.push(BigInt(text));
  if (String(Number(text)) === text) values.push(Number(text));
  const bytes = bytesFromBase64(text);
  if (bytes && base64FromBytes(bytes) === text) values.push(bytes);
  return values;
};

/** Anything that is well-formed but not written in the usual way, and anything that is not well-formed. */
const hashUnusual = (bytes: Uint8Array, start: number, end: number): number => {
  const { key, value } = readKeyValue(bytes.subarray(start, end));
  return hashAttribute(key, value);
};

const ATTRIBUTE: MessageFields = { 1: 'attributes' };

/** Reads a `KeyValue` message alone, and says how many of its texts are no UTF-8. */
export const readKeyValue = (keyValue: Uint8Array): Attribute & { readonly invalidTexts: number } => {
  const header = [0x0a];
  for (let rest = keyValue.length; ; rest >>>= 7) {
    header.push(rest > 0x7f ? (rest & 0x7f) | 0x80 : rest);
    if (rest <= 0x7f) break;
  }
  const reader = new WireReader(Buffer.concat([Uint8Array.from(header), keyValue]), ATTRIBUTE);
  reader.next();
  const attribute = readAttribute(reader);
  return { ...attribute, invalidTexts: reader.invalidTexts };
};

const hashAttribute = (key: string, value: AnyValue): number => {
  const hash = hashText(FNV_OFFSET, key);
  if (typeof value === 'string') return finish(hashText(hashByte(hash, ValueType.text), value));
  if (typeof value === 'boolean') return finish(hashByte(hashByte(hash, ValueType.bool), value ? 1 : 0));
  if (typeof value === 'bigint') {
    const [low, high] = [Number(value & 0xffff_ffffn), Number((value >> 32n) & 0xffff_ffffn)];
    return finish(hashWords(hashByte(hash, ValueType.integer), low, high));
  }
  if (typeof value === 'number') {
    doubleOf[0] = value;
    return finish(hashDouble(hashByte(hash, ValueType.double)));
  }
  if (value === null) return finish(hashByte(hash, ValueType.nothing));
  if (value instanceof Uint8Array) {
    return finish(hashBytes(hashByte(hash, ValueType.bytes), value, 0, value.length));
  }
  if (value instanceof AttributeMap || Array.isArray(value)) {
    return finish(hashText(hashByte(hash, ValueType.nested), attributeText(value)));
  }
  return hash;
};

const hashByte = (hash: number, byte: number): number => Math.imul(hash ^ byte, FNV_PRIME);

const hashBytes = (hash: number, bytes: Uint8Array, start: number, end: number): number => {
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ (bytes[i] ?? 0), FNV_PRIME);
  return hash;
};

const hashText = (hash: number, text: string): number => {
  const bytes = Buffer.from(text);
  return hashBytes(hash, bytes, 0, bytes.length);
};

const hashWords = (hash: number, low: number, high: number): number =>
  Math.imul(Math.imul(hash ^ low, 0x85ebca6b) ^ high, 0xc2b2ae35);

/** Of what stands in `doubleOf`: both zeros read `0`, and every NaN reads `NaN`. */
const hashDouble = (hash: number): number => {
  const [value = 0] = doubleOf;
  if (value === 0 || Number.isNaN(value)) doubleOf[0] = value === 0 ? 0 : Number.NaN;
  return hashWords(hash, wordsOfDouble[0] ?? 0, wordsOfDouble[1] ?? 0);
};

/** MurmurHash3's finaliser: each bit of the result depends on all bits of the hash. */
const finish = (hash: number): number => {
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
};
