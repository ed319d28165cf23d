import { isUtf8 } from 'node:buffer';

import { MalformedOtlpError } from '../malformed-otlp-error.js';
import { TextCache } from './text-cache.js';

/** Field number to field name of one message type, for error messages. */
export type MessageFields = Readonly<Record<number, string>>;

/** @see https://protobuf.dev/programming-guides/encoding/#structure */
export const WireType = { varint: 0, fixed64: 1, lengthDelimited: 2, fixed32: 5 } as const;

/** Types of repeated numbers. */
export type NumberListType = 'uint64[]' | 'sint64[]' | 'fixed64[]' | 'double[]';

const WIRE_TYPE_NAMES = ['varint', 'fixed64', 'length-delimited', 'start-group', 'end-group', 'fixed32'];

/** Shared by all readers: exporters repeat the same strings in every request. */
const texts = new TextCache();

/**
 * Reads protobuf field by field, and names the field and the offset of a fault:
 *
 * ```ts
 * while (reader.next()) {
 *   switch (reader.field) {
 *     case 5: name = reader.text(); break;
 *     case 9: { const outer = reader.enter(KEY_VALUE); …the same loop again…; reader.leave(outer); break; }
 *     default: reader.skip();
 *   }
 * }
 * ```
 *
 * Every read is checked against the end of the innermost message, and throws {@link MalformedOtlpError} beyond it. Call
 * exactly one read method, {@link enter} or {@link skip} after each {@link next}.
 */
export class WireReader {
  /** Number of the field that {@link next} found. */
  field = 0;
  /** Number of strings that were not valid UTF-8. {@link text} put U+FFFD there, {@link textOrBytes} kept the bytes. */
  invalidTexts = 0;

  private offset = 0;
  private end: number;
  private wireType = 0;
  private readonly buffer: Buffer;
  private readonly view: DataView;

  /** Message types and fields around the current one, outermost first, for error messages. */
  private depth = 0;
  private readonly outerFields: MessageFields[] = [];
  private readonly outerNumbers: number[] = [];

  /** Lower and upper 32 bits of the last varint, unsigned. */
  private low = 0;
  private high = 0;

  constructor(
    bytes: Uint8Array,
    private fields: MessageFields,
    /** Maximum number of messages to enter. Limits the objects that a small request can cause. */
    private messagesLeft = Infinity,
    /** Whether {@link textOrBytes} returns bytes for a string that is not valid UTF-8. */
    private readonly keepsInvalidText = false,
  ) {
    this.buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.end = bytes.byteLength;
  }

  /** Moves to the next field of the current message. Returns false at its end. */
  next(): boolean {
    if (this.offset === this.end) return false;
    this.field = 0;
    this.readVarint();
    const tag = this.low;
    this.field = tag >>> 3;
    this.wireType = tag & 7;
    if (this.high !== 0 || this.field === 0) this.fail('has a field number out of range');
    return true;
  }

  /** Enters the message of the current field. @returns a token for {@link leave} */
  enter(fields: MessageFields): number {
    const end = this.endOfLengthDelimited();
    if (--this.messagesLeft < 0) this.fail('exceeds the maximum number of messages per request');
    this.outerFields[this.depth] = this.fields;
    this.outerNumbers[this.depth] = this.field;
    this.depth++;
    this.fields = fields;
    const outer = this.end;
    this.end = end;
    return outer;
  }

  leave(outer: number): void {
    this.depth--;
    this.fields = this.outerFields[this.depth] ?? this.fields;
    this.end = outer;
  }

  /** Skips the current field. */
  skip(): void {
    switch (this.wireType) {
      case WireType.varint:
        this.readVarint();
        return;
      case WireType.fixed64:
        this.advance(8);
        return;
      case WireType.lengthDelimited:
        this.offset = this.endOfLengthDelimited();
        return;
      case WireType.fixed32:
        this.advance(4);
        return;
      default:
        // OTLP is proto3, which has no groups.
        this.fail(`has wire type ${this.wireTypeName()}`);
    }
  }

  /**
   * Appends the numbers of a repeated field, packed or single. Integers beyond 2^53 are rounded.
   *
   * @see https://protobuf.dev/programming-guides/encoding/#packed
   */
  numbers(type: NumberListType, into: number[]): void {
    const wireType = type === 'uint64[]' || type === 'sint64[]' ? WireType.varint : WireType.fixed64;
    if (this.wireType !== WireType.lengthDelimited) {
      this.expect(wireType);
      into.push(this.number(type));
      return;
    }
    const outer = this.end;
    this.end = this.endOfLengthDelimited();
    while (this.offset < this.end) into.push(this.number(type));
    this.end = outer;
  }

  private number(type: NumberListType): number {
    if (type === 'uint64[]' || type === 'sint64[]') {
      this.readVarint();
      const number = this.high * 2 ** 32 + this.low;
      if (type === 'uint64[]') return number;
      // Zigzag: https://protobuf.dev/programming-guides/encoding/#signed-ints
      const half = this.high * 2 ** 31 + (this.low >>> 1);
      return (this.low & 1) === 0 ? half : -half - 1;
    }
    const at = this.offset;
    this.advance(8);
    if (type === 'double[]') return this.view.getFloat64(at, true);
    return this.view.getUint32(at + 4, true) * 2 ** 32 + this.view.getUint32(at, true);
  }

  /** Returns the bytes of a string that is not valid UTF-8, if this reader keeps them. U+FFFD would lose them. */
  textOrBytes(): string | Uint8Array {
    if (!this.keepsInvalidText) return this.text();
    const { offset, invalidTexts } = this;
    const text = this.text();
    if (this.invalidTexts === invalidTexts) return text;
    this.offset = offset;
    return this.bytes();
  }

  text(): string {
    const end = this.endOfLengthDelimited();
    const known = texts.text(this.buffer, this.offset, end);
    if (known !== undefined) {
      this.offset = end;
      return known;
    }
    const text = this.buffer.toString('utf8', this.offset, end);
    if (text.includes('\ufffd') && !isUtf8(this.buffer.subarray(this.offset, end))) this.invalidTexts++;
    this.offset = end;
    return text;
  }

  /** Returns a copy, which does not keep the request in memory. */
  bytes(): Uint8Array {
    const end = this.endOfLengthDelimited();
    const bytes = new Uint8Array(this.buffer.subarray(this.offset, end));
    this.offset = end;
    return bytes;
  }

  /** Returns bytes as lower-case hex digits. */
  hex(): string {
    const end = this.endOfLengthDelimited();
    const hex = this.buffer.toString('hex', this.offset, end);
    this.offset = end;
    return hex;
  }

  bool(): boolean {
    this.varint();
    return this.low !== 0 || this.high !== 0;
  }

  /** Reads an enum or `int32`. Truncates higher bits, as protobuf specifies. */
  int32(): number {
    this.varint();
    return this.low | 0;
  }

  uint32(): number {
    this.varint();
    return this.low;
  }

  /** Reads a `sint32`, which is encoded as zigzag. */
  sint32(): number {
    this.varint();
    return (this.low >>> 1) ^ -(this.low & 1);
  }

  int64(): bigint {
    this.varint();
    if (this.high === 0) return BigInt(this.low);
    return (BigInt(this.high | 0) << 32n) | BigInt(this.low);
  }

  fixed32(): number {
    this.expect(WireType.fixed32);
    const at = this.offset;
    this.advance(4);
    return this.view.getUint32(at, true);
  }

  fixed64(): bigint {
    this.expect(WireType.fixed64);
    const at = this.offset;
    this.advance(8);
    return this.view.getBigUint64(at, true);
  }

  double(): number {
    this.expect(WireType.fixed64);
    const at = this.offset;
    this.advance(8);
    return this.view.getFloat64(at, true);
  }

  fail(fault: string): never {
    const names: string[] = [];
    for (let level = 0; level < this.depth; level++) {
      const number = this.outerNumbers[level] ?? 0;
      names.push(this.outerFields[level]?.[number] ?? `field ${number}`);
    }
    if (this.field !== 0) names.push(this.fields[this.field] ?? `field ${this.field}`);
    throw new MalformedOtlpError(names.join('.'), fault, this.offset);
  }

  private varint(): void {
    this.expect(WireType.varint);
    this.readVarint();
  }

  private readVarint(): void {
    const { view, end } = this;
    let offset = this.offset;
    if (offset >= end) this.fail('ends in the middle of a varint');
    let byte = view.getUint8(offset++);
    let low = byte & 0x7f;
    let high = 0;
    for (let shift = 7; byte >= 0x80; shift += 7) {
      if (offset >= end) this.fail('ends in the middle of a varint');
      byte = view.getUint8(offset++);
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high = bits >>> 4;
      } else if (shift < 63) high |= bits << (shift - 32);
      // The tenth byte has room for one bit of 64.
      else if (byte <= 1) high |= byte << 31;
      else this.fail('has a varint of more than 64 bits');
    }
    this.offset = offset;
    this.low = low >>> 0;
    this.high = high >>> 0;
  }

  private endOfLengthDelimited(): number {
    this.expect(WireType.lengthDelimited);
    this.readVarint();
    const length = this.low;
    if (this.high !== 0 || length > this.end - this.offset) {
      this.fail(
        `claims ${this.high === 0 ? length : 'over 4 GiB of'} bytes where ${this.end - this.offset} are left`,
      );
    }
    return this.offset + length;
  }

  private advance(count: number): void {
    if (count > this.end - this.offset)
      this.fail(`needs ${count} bytes where ${this.end - this.offset} are left`);
    this.offset += count;
  }

  private expect(wireType: number): void {
    if (this.wireType !== wireType) this.fail(`has wire type ${this.wireTypeName()}`);
  }

  private wireTypeName(): string {
    return WIRE_TYPE_NAMES[this.wireType] ?? String(this.wireType);
  }
}
