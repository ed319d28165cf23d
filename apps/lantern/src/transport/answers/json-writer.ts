import { Buffer } from 'node:buffer';

/** UTF-8 has no more bytes for a character of JavaScript's. */
const MAX_BYTES_A_CHARACTER = 3;
const ZERO = 0x30;
/** Eight digits, as many as are divided as integers. */
const LOWER_DIGITS = 100_000_000;

const HEX_DIGITS = Uint8Array.from(Buffer.from('0123456789abcdef'));

/** Writes a long JSON text bit by bit, as its bytes. */
export class JsonWriter {
  private buffer = Buffer.alloc(0);
  private written = 0;

  /** How many bytes were written. */
  get length(): number {
    return this.written;
  }

  /** Removes all bytes after the first `length`. */
  truncate(length: number): void {
    this.written = length;
  }

  /** Makes room for `count` bytes more, which otherwise is made step by step. */
  reserve(count: number): void {
    if (this.written + count <= this.buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(2 * this.buffer.length, this.written + count));
    this.buffer.copy(larger, 0, 0, this.written);
    this.buffer = larger;
  }

  /** Returns the written bytes and starts an empty output. */
  take(): Buffer {
    const taken = this.buffer.subarray(0, this.written);
    this.buffer = Buffer.alloc(0);
    this.written = 0;
    return taken;
  }

  bytes(json: Uint8Array): void {
    this.reserve(json.length);
    this.buffer.set(json, this.written);
    this.written += json.length;
  }

  text(json: string): void {
    this.reserve(MAX_BYTES_A_CHARACTER * json.length);
    this.written += this.buffer.write(json, this.written);
  }

  comma(): void {
    this.reserve(1);
    this.buffer[this.written++] = 0x2c;
  }

  /** The digits of `bytes` from `start` to `end`, without quotes. */
  hex(bytes: Uint8Array, start: number, end: number): void {
    this.reserve(2 * (end - start));
    const { buffer } = this;
    let at = this.written;
    for (let i = start; i < end; i++) {
      const byte = bytes[i] ?? 0;
      buffer[at++] = HEX_DIGITS[byte >>> 4] ?? 0;
      buffer[at++] = HEX_DIGITS[byte & 0xf] ?? 0;
    }
    this.written = at;
  }

  /** @param value a safe integer, not negative */
  integer(value: number): void {
    if (value < LOWER_DIGITS) {
      this.digits(value, digitsOf(value));
      return;
    }
    const upper = Math.floor(value / LOWER_DIGITS);
    this.integer(upper);
    this.digits(value - upper * LOWER_DIGITS, 8);
  }

  private digits(value: number, count: number): void {
    this.reserve(count);
    const { buffer, written } = this;
    for (let at = written + count - 1; at >= written; at--) {
      const rest = Math.floor(value / 10);
      buffer[at] = ZERO + value - 10 * rest;
      value = rest;
    }
    this.written += count;
  }
}

const digitsOf = (value: number): number => {
  let count = 1;
  for (let limit = 10; value >= limit; limit *= 10) count++;
  return count;
};
