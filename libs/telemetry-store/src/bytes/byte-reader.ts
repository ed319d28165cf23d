import { Buffer } from 'node:buffer';
import type { Column } from './column.js';

/** Error of stored bytes that differ from the bytes that were written. */
export class DamageError extends Error {
  override readonly name = 'DamageError';
}

/** Reads bytes that a `ByteWriter` wrote. Every mismatch throws {@link DamageError}. */
export class ByteReader {
  private readonly buffer: Buffer;
  private at = 0;

  constructor(bytes: Uint8Array) {
    this.buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get isAtEnd(): boolean {
    return this.at === this.buffer.length;
  }

  /** Offset of the next byte. */
  get position(): number {
    return this.at;
  }

  byte(): number {
    return this.buffer[this.advance(1)] ?? 0;
  }

  uint32(): number {
    return this.buffer.readUInt32LE(this.advance(4));
  }

  uint64(): bigint {
    return this.buffer.readBigUInt64LE(this.advance(8));
  }

  varint(): number {
    let value = 0;
    for (let factor = 1; factor <= 2 ** 49; factor *= 0x80) {
      const byte = this.byte();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
    throw new DamageError('a number is too long');
  }

  /** Returns a view. */
  raw(length: number): Buffer {
    const start = this.advance(length);
    return this.buffer.subarray(start, start + length);
  }

  /** Returns a view. */
  bytes(): Buffer {
    return this.raw(this.varint());
  }

  text(): string {
    return this.bytes().toString();
  }

  column(length: number): Column {
    const width = this.byte();
    if (width !== 1 && width !== 2 && width !== 4) throw new DamageError('a column has no such width');
    const start = this.advance(width * length);
    const { buffer } = this;
    // A copy, because a view of one column would keep the memory of all columns.
    if (width === 1) return new Uint8Array(buffer.subarray(start, start + length));
    const second = start + length;
    if (width === 2) {
      const numbers = new Uint16Array(length);
      for (let i = 0; i < length; i++)
        numbers[i] = (buffer[start + i] ?? 0) | ((buffer[second + i] ?? 0) << 8);
      return numbers;
    }
    const [third, fourth] = [second + length, second + 2 * length];
    const numbers = new Uint32Array(length);
    for (let i = 0; i < length; i++) {
      numbers[i] =
        (buffer[start + i] ?? 0) |
        ((buffer[second + i] ?? 0) << 8) |
        ((buffer[third + i] ?? 0) << 16) |
        ((buffer[fourth + i] ?? 0) << 24);
    }
    return numbers;
  }

  private advance(count: number): number {
    const start = this.at;
    if (count > this.buffer.length - start) throw new DamageError('it ends too early');
    this.at += count;
    return start;
  }
}
