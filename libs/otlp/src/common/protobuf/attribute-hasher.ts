import { Buffer, isUtf8 } from 'node:buffer';
import {
  AttributeMap,
  attributeText,
  base64FromBytes,
  bytesFromBase64,
  type AnyValue,
  type Attribute,
  FNV_OFFSET,
  FNV_PRIME,
  fnvOfBytes,
} from '@lantern/telemetry-model';
import { WireCursor } from '../../wire/wire-cursor.js';
import { WireReader, type MessageFields } from '../../wire/wire-reader.js';
import { readAttribute } from './attributes.js';

/** Hashed with each value, so that the string "1", the integer 1 and the double 1 have different hashes. */
const ValueType = { text: 1, bool: 2, integer: 3, double: 4, nested: 5, bytes: 6, nothing: 7 } as const;

/** A constant of this module: V8 folds it, and reads an imported one in each step. */
const PRIME: number = FNV_PRIME;

const doubleOf = new Float64Array(1);
const wordsOfDouble = new Uint32Array(doubleOf.buffer);

const KEY = 0x0a;
const VALUE = 0x12;
const STRING_VALUE = 0x0a;
const BOOL_VALUE = 0x10;
const INT_VALUE = 0x18;
const DOUBLE_VALUE = 0x21;
const BYTES_VALUE = 0x3a;

/**
 * Hashes attributes at a cursor, checks that their strings are UTF-8, and counts them. The hash has 32 bits and covers
 * the key, the type of the value and the value, so it is the same for every encoding of an attribute. Arrays and maps
 * are hashed as their {@link attributeText}.
 */
export class AttributeHasher {
  /** Number of attributes that were hashed. */
  count = 0;
  /** Whether any string was not valid UTF-8. */
  hasInvalidText = false;
  /** Bitwise OR of the bytes that were hashed last: above 0x7f when they are not ASCII. */
  private bits = 0;
  /** Whether the last message was a key and then one scalar, as encoders write it. */
  private isScalar = false;

  constructor(private readonly cursor: WireCursor) {}

  /**
   * Hashes the `KeyValue` message from the cursor to `end`, and moves the cursor there.
   *
   * @returns a signed integer, which V8 keeps without a heap object
   * @throws when the message is malformed
   */
  hash(end: number): number {
    const { cursor } = this;
    const start = cursor.at;
    this.count++;
    const hash = this.hashScalar(end);
    cursor.at = end;
    return this.isScalar ? mix(hash) : this.hashUnusual(start, end);
  }

  /** Checks the string from the cursor to `end`, and moves the cursor there. */
  checkText(end: number): void {
    const { bytes, at } = this.cursor;
    this.cursor.at = end;
    let bits = 0;
    for (let i = at; i < end; i++) bits |= bytes[i] ?? 0;
    if (bits > 0x7f && !isUtf8(bytes.subarray(at, end))) this.hasInvalidText = true;
  }

  /** Sets {@link isScalar}; the result counts only then. */
  private hashScalar(end: number): number {
    const { cursor } = this;
    this.isScalar = false;
    if (cursor.at === end || cursor.tag(end) !== KEY) return 0;
    const keyEnd = cursor.messageEnd(end);
    const key = this.hashText(FNV_OFFSET, keyEnd);
    if (keyEnd === end || cursor.tag(end) !== VALUE || cursor.messageEnd(end) !== end) return 0;
    if (cursor.at === end) {
      this.isScalar = true;
      return hashByte(key, ValueType.nothing);
    }
    switch (cursor.tag(end)) {
      case STRING_VALUE:
        this.isScalar = cursor.messageEnd(end) === end;
        return this.isScalar ? this.hashText(hashByte(key, ValueType.text), end) : 0;
      case BYTES_VALUE:
        this.isScalar = cursor.messageEnd(end) === end;
        return this.isScalar ? this.hashBytes(hashByte(key, ValueType.bytes), end) : 0;
      case BOOL_VALUE:
        cursor.varint(end);
        this.isScalar = cursor.at === end;
        return hashByte(hashByte(key, ValueType.bool), cursor.low === 0 && cursor.high === 0 ? 0 : 1);
      case INT_VALUE:
        cursor.varint(end);
        this.isScalar = cursor.at === end;
        return hashWords(hashByte(key, ValueType.integer), cursor.low, cursor.high);
      case DOUBLE_VALUE:
        if (cursor.at + 8 !== end) return 0;
        this.isScalar = true;
        doubleOf[0] = cursor.view.getFloat64(cursor.at, true);
        return hashDouble(hashByte(key, ValueType.double));
      default:
        return 0;
    }
  }

  private hashText(hash: number, end: number): number {
    const { bytes, at } = this.cursor;
    const result = this.hashBytes(hash, end);
    if (this.bits > 0x7f && !isUtf8(bytes.subarray(at, end))) this.hasInvalidText = true;
    return result;
  }

  private hashBytes(hash: number, end: number): number {
    const { bytes, at } = this.cursor;
    this.cursor.at = end;
    let bits = 0;
    for (let i = at; i < end; i++) {
      const byte = bytes[i] ?? 0;
      bits |= byte;
      hash = Math.imul(hash ^ byte, PRIME);
    }
    this.bits = bits;
    return hash;
  }

  /**
   * Hashes a message that is not a key and one scalar: a nested value, or an encoding that no common encoder writes.
   *
   * @throws MalformedOtlpError
   */
  private hashUnusual(start: number, end: number): number {
    const { key, value, invalidTexts } = readKeyValue(this.cursor.bytes.subarray(start, end));
    if (invalidTexts > 0) this.hasInvalidText = true;
    return hashOfAttribute(key, value);
  }
}

/** Shared cursor and hasher of {@link attributeHash}. */
const sharedCursor = new WireCursor();
const sharedHasher = new AttributeHasher(sharedCursor);

/** Returns the hash of the `KeyValue` message between two offsets; undefined when it is malformed. */
export const attributeHash = (bytes: Uint8Array, start: number, end: number): number | undefined => {
  sharedCursor.moveTo(bytes, start);
  try {
    return sharedHasher.hash(end) >>> 0;
  } catch {
    return undefined;
  }
};

/**
 * Returns the hashes of all attributes with this key and a value of this {@link attributeText}: one for each type of
 * value that can have this text.
 */
export const hashesOfAttributeText = (key: string, text: string): number[] => {
  const keyHash = hashText(FNV_OFFSET, key);
  const hashes = [finish(hashText(hashByte(keyHash, ValueType.text), text))];
  for (const value of scalarsOfText(text)) hashes.push(hashOfAttribute(key, value));
  if (/^[[{]/.test(text)) hashes.push(finish(hashText(hashByte(keyHash, ValueType.nested), text)));
  return hashes;
};

const scalarsOfText = (text: string): AnyValue[] => {
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

const ATTRIBUTE: MessageFields = { 1: 'attributes' };

/** Decodes a `KeyValue` message, and counts its strings that are not valid UTF-8. */
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

/** Returns the hash of an attribute, as {@link AttributeHasher} computes it from the encoded one. */
export const hashOfAttribute = (key: string, value: AnyValue): number => {
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
    return finish(fnvOfBytes(value, 0, value.length, hashByte(hash, ValueType.bytes)));
  }
  if (value instanceof AttributeMap || Array.isArray(value)) {
    return finish(hashText(hashByte(hash, ValueType.nested), attributeText(value)));
  }
  return hash;
};

const hashByte = (hash: number, byte: number): number => Math.imul(hash ^ byte, PRIME);

const hashText = (hash: number, text: string): number => {
  const bytes = Buffer.from(text);
  return fnvOfBytes(bytes, 0, bytes.length, hash);
};

const hashWords = (hash: number, low: number, high: number): number =>
  Math.imul(Math.imul(hash ^ low, 0x85ebca6b) ^ high, 0xc2b2ae35);

/** Hashes the number in `doubleOf`. Both zeros have the text `0`, and every NaN the text `NaN`, so each pair shares a hash. */
const hashDouble = (hash: number): number => {
  const [value = 0] = doubleOf;
  if (value === 0 || Number.isNaN(value)) doubleOf[0] = value === 0 ? 0 : Number.NaN;
  return hashWords(hash, wordsOfDouble[0] ?? 0, wordsOfDouble[1] ?? 0);
};

/** Finalizer of MurmurHash3: each bit of the result depends on every bit of the hash. */
const mix = (hash: number): number => {
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
};

const finish = (hash: number): number => mix(hash) >>> 0;
