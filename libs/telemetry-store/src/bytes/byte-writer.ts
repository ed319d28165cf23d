import { Buffer } from 'node:buffer';
import type { Column } from './column.js';

/** Writes the parts of a block: little-endian numbers, LEB128 varints, and bytes with a length prefix. */
export class ByteWriter {
  private buffer = Buffer.allocUnsafeSlow(4096);
  private length = 0;

  /** Returns a view of the written bytes. The writer must not be used afterwards. */
  finish(): Buffer {
    return this.buffer.subarray(0, this.length);
  }

  byte(value: number): void {
    this.reserve(1);
    this.buffer[this.length++] = value;
  }

  uint32(value: number): void {
    this.reserve(4);
    this.length = this.buffer.writeUInt32LE(value, this.length);
  }

  uint64(value: bigint): void {
    this.reserve(8);
    this.length = this.buffer.writeBigUInt64LE(value, this.length);
  }

  /** Writes an integer from 0 to 2^53 - 1. */
  varint(value: number): void {
    this.reserve(8);
    while (value >= 0x80) {
      this.buffer[this.length++] = (value % 0x80) | 0x80;
      value = Math.floor(value / 0x80);
    }
    this.buffer[this.length++] = value;
  }

  raw(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.buffer.set(bytes, this.length);
    this.length += bytes.length;
  }

  bytes(bytes: Uint8Array): void {
    this.varint(bytes.length);
    this.raw(bytes);
  }

  text(text: string): void {
    this.bytes(Buffer.from(text));
  }

  /**
   * Writes a column: its width in bytes, then the lowest byte of every number, then the second byte of every number,
   * and so on. Bytes that rarely change become neighbors this way, and compress to almost nothing.
   */
  column(numbers: Column): void {
    const { length } = numbers;
    let bits = 0;
    for (const number of numbers) bits |= number;
    const width = bits >>> 16 === 0 ? (bits >>> 8 === 0 ? 1 : 2) : 4;
    this.byte(width);
    this.reserve(width * length);
    const { buffer } = this;
    let at = this.length;
    for (let shift = 0; shift < 8 * width; shift += 8) {
      for (let i = 0; i < length; i++) buffer[at++] = (numbers[i] ?? 0) >>> shift;
    }
    this.length = at;
  }

  private reserve(count: number): void {
    if (this.length + count <= this.buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(2 * this.buffer.length, this.length + count));
    larger.set(this.buffer.subarray(0, this.length));
    this.buffer = larger;
  }
}
