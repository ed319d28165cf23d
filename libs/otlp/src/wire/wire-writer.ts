import { WireType } from './wire-reader.js';

const INITIAL_SIZE = 4096;
/** Maximum length of an ASCII string that a loop writes faster than a call into native code. */
const SHORT_TEXT = 40;

/**
 * Writes protobuf field by field. A field with proto3's default is omitted, unless the name of the method begins with
 * `present`.
 *
 * @see https://protobuf.dev/programming-guides/encoding/
 */
export class WireWriter {
  private buffer = Buffer.allocUnsafeSlow(INITIAL_SIZE);
  private view = new DataView(this.buffer.buffer);
  private offset = 0;

  /** The writer must not be used afterwards. */
  finish(): Uint8Array {
    return new Uint8Array(this.buffer.subarray(0, this.offset));
  }

  /** Begins a nested message. @returns a token for {@link end} */
  begin(field: number): number {
    this.tag(field, WireType.lengthDelimited);
    this.reserve(1);
    return ++this.offset;
  }

  end(start: number): void {
    const length = this.offset - start;
    let size = 1;
    for (let rest = length; rest > 0x7f; rest >>>= 7) size++;
    if (size > 1) {
      // One byte was reserved for the length. A longer length moves the message.
      this.reserve(size);
      this.buffer.copyWithin(start + size - 1, start, this.offset);
    }
    const end = this.offset + size - 1;
    this.offset = start - 1;
    this.varint(length);
    this.offset = end;
  }

  text(field: number, text: string): void {
    if (text.length > 0) this.presentText(field, text);
  }

  presentText(field: number, text: string): void {
    this.tag(field, WireType.lengthDelimited);
    if (text.length <= SHORT_TEXT && this.shortAsciiText(text)) return;
    const length = Buffer.byteLength(text);
    this.varint(length);
    this.reserve(length);
    this.buffer.write(text, this.offset, length, 'utf8');
    this.offset += length;
  }

  presentBytes(field: number, bytes: Uint8Array): void {
    this.tag(field, WireType.lengthDelimited);
    this.varint(bytes.length);
    this.reserve(bytes.length);
    this.buffer.set(bytes, this.offset);
    this.offset += bytes.length;
  }

  /**
   * Writes bytes that are given as hex digits.
   *
   * @throws TypeError for other characters
   */
  hex(field: number, digits: string): void {
    const length = digits.length / 2;
    if (length === 0) return;
    this.tag(field, WireType.lengthDelimited);
    this.varint(length);
    this.reserve(length);
    if (this.buffer.write(digits, this.offset, length, 'hex') !== length) {
      throw new TypeError(`Not hex digits, two a byte: ${JSON.stringify(digits)}`);
    }
    this.offset += length;
  }

  presentBool(field: number, value: boolean): void {
    this.tag(field, WireType.varint);
    this.varint(value ? 1 : 0);
  }

  uint32(field: number, value: number): void {
    if (value === 0) return;
    this.tag(field, WireType.varint);
    this.varint(value);
  }

  int32(field: number, value: number): void {
    if (value < 0) this.presentInt64(field, BigInt(value));
    else this.uint32(field, value);
  }

  int64(field: number, value: bigint): void {
    if (value !== 0n) this.presentInt64(field, value);
  }

  presentInt64(field: number, value: bigint): void {
    this.tag(field, WireType.varint);
    if (value >= 0n && value <= 0xffff_ffffn) {
      this.varint(Number(value));
      return;
    }
    this.reserve(10);
    let low = Number(BigInt.asUintN(32, value));
    let high = Number(BigInt.asUintN(32, value >> 32n));
    while (high !== 0) {
      this.buffer[this.offset++] = (low & 0x7f) | 0x80;
      low = ((low >>> 7) | (high << 25)) >>> 0;
      high >>>= 7;
    }
    this.varint(low);
  }

  fixed32(field: number, value: number): void {
    if (value === 0) return;
    this.tag(field, WireType.fixed32);
    this.reserve(4);
    this.view.setUint32(this.offset, value, true);
    this.offset += 4;
  }

  fixed64(field: number, value: bigint): void {
    if (value === 0n) return;
    this.tag(field, WireType.fixed64);
    this.reserve(8);
    this.view.setBigUint64(this.offset, value, true);
    this.offset += 8;
  }

  presentDouble(field: number, value: number): void {
    this.tag(field, WireType.fixed64);
    this.reserve(8);
    this.view.setFloat64(this.offset, value, true);
    this.offset += 8;
  }

  private tag(field: number, wireType: number): void {
    this.varint((field << 3) | wireType);
  }

  private varint(value: number): void {
    this.reserve(5);
    let rest = value;
    while (rest > 0x7f) {
      this.buffer[this.offset++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.buffer[this.offset++] = rest;
  }

  /** Returns false, and writes nothing, when `text` is not ASCII. */
  private shortAsciiText(text: string): boolean {
    this.reserve(1 + text.length);
    const { buffer } = this;
    const start = this.offset + 1;
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      if (unit > 0x7f) return false;
      buffer[start + i] = unit;
    }
    buffer[this.offset] = text.length;
    this.offset = start + text.length;
    return true;
  }

  private reserve(count: number): void {
    const needed = this.offset + count;
    if (needed <= this.buffer.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(2 * this.buffer.length, needed));
    this.buffer.copy(grown, 0, 0, this.offset);
    this.buffer = grown;
    this.view = new DataView(grown.buffer);
  }
}
