import { Buffer } from 'node:buffer';

/** What is stored is not what was stored. */
export class DamageError extends Error {
  override readonly name = 'DamageError';
}

/** Reads what a `ByteWriter` wrote; whatever does not fit throws {@link DamageError}. */
export class ByteReader {
  private readonly buffer: Buffer;
  private at = 0;

  constructor(bytes: Uint8Array) {
    this.buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get isAtEnd(): boolean {
    return this.at === this.buffer.length;
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

  /** A view. */
  raw(length: number): Buffer {
    const start = this.advance(length);
    return this.buffer.subarray(start, start + length);
  }

  /** A view. */
  bytes(): Buffer {
    return this.raw(this.varint());
  }

  text(): string {
    return this.bytes().toString();
  }

  words(length: number): Uint32Array {
    const start = this.advance(4 * length);
    const { buffer } = this;
    const words = new Uint32Array(length);
    const [second, third, fourth] = [start + length, start + 2 * length, start + 3 * length];
    for (let i = 0; i < length; i++) {
      words[i] =
        (buffer[start + i] ?? 0) |
        ((buffer[second + i] ?? 0) << 8) |
        ((buffer[third + i] ?? 0) << 16) |
        ((buffer[fourth + i] ?? 0) << 24);
    }
    return words;
  }

  private advance(count: number): number {
    const start = this.at;
    if (count > this.buffer.length - start) throw new DamageError('it ends too early');
    this.at += count;
    return start;
  }
}
