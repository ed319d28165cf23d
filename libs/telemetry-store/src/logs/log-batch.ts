import { Buffer } from 'node:buffer';
import type { LogEntry, LogStream } from '@lantern/telemetry-model';
import { ByteReader } from '../bytes/byte-reader.js';
import { grownWords } from '../bytes/growing.js';

const INITIAL_BYTES = 256 * 1024;
/** Maximum size of a buffer that is reused. A buffer of one large request is not kept for the small ones after it. */
const MAX_KEPT_BYTES = 8 * 1024 * 1024;
/** Number of characters up to which an own loop is faster than a call of Node's encoder. */
const SHORT = 24;
/** Maximum size of an encoded length. */
const MAX_VARINT_BYTES = 5;

/**
 * Encodes the streams of an append as a record of the journal: for each stream its labels, and its entries with time,
 * structured metadata and line. The store copies the encoded lines from it, so that each line is encoded once.
 *
 * ```
 * streams (varint)
 *   labels (varint), name, value …
 *   entries (varint)
 *     time (8 bytes), pairs (varint), name, value …, line
 * ```
 */
export class LogBatch {
  bytes = Buffer.allocUnsafeSlow(INITIAL_BYTES);
  length = 0;
  /** Start and end of each line in `bytes`, all streams one after the other. */
  lineStart = new Uint32Array(1024);
  lineEnd = new Uint32Array(1024);
  lineCount = 0;

  /** @returns a view that is valid until the next write */
  write(streams: readonly LogStream[]): Buffer {
    if (this.bytes.length > MAX_KEPT_BYTES) this.bytes = Buffer.allocUnsafeSlow(INITIAL_BYTES);
    this.length = 0;
    this.lineCount = 0;
    this.varint(streams.length);
    for (const { labels, entries } of streams) {
      const names = Object.keys(labels);
      this.varint(names.length);
      for (const name of names) {
        this.text(name);
        this.text(labels[name] ?? '');
      }
      this.varint(entries.length);
      for (const entry of entries) this.entry(entry);
    }
    return this.bytes.subarray(0, this.length);
  }

  private entry({ timeUnixNano, structuredMetadata, line }: LogEntry): void {
    this.reserve(8);
    this.length = this.bytes.writeBigUInt64LE(timeUnixNano, this.length);
    let count = 0;
    for (const name in structuredMetadata) if (Object.hasOwn(structuredMetadata, name)) count++;
    this.varint(count);
    for (const name in structuredMetadata) {
      if (!Object.hasOwn(structuredMetadata, name)) continue;
      this.text(name);
      this.text(structuredMetadata[name] ?? '');
    }
    const length = this.text(line);
    if (this.lineCount === this.lineEnd.length) {
      this.lineStart = grownWords(this.lineStart);
      this.lineEnd = grownWords(this.lineEnd);
    }
    this.lineStart[this.lineCount] = this.length - length;
    this.lineEnd[this.lineCount++] = this.length;
  }

  private varint(value: number): void {
    this.reserve(MAX_VARINT_BYTES);
    this.length = putVarint(this.bytes, this.length, value);
  }

  /** @returns its length in UTF-8 */
  private text(text: string): number {
    const { length } = text;
    this.reserve(3 * length + MAX_VARINT_BYTES);
    const { bytes } = this;
    if (length <= SHORT) {
      let at = this.length;
      bytes[at++] = length;
      for (let i = 0; i < length; i++) {
        const code = text.charCodeAt(i);
        if (code > 0x7f) return this.longText(text);
        bytes[at++] = code;
      }
      this.length = at;
      return length;
    }
    return this.longText(text);
  }

  /** Most texts are ASCII, so their length is known before they are written. */
  private longText(text: string): number {
    const { bytes, length: start } = this;
    const expected = putVarint(bytes, start, text.length);
    const written = bytes.write(text, expected);
    if (written === text.length) {
      this.length = expected + written;
      return written;
    }
    const width = putVarint(scratch, 0, written);
    bytes.copyWithin(start + width, expected, expected + written);
    this.length = putVarint(bytes, start, written) + written;
    return written;
  }

  private reserve(count: number): void {
    if (this.length + count <= this.bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(2 * this.bytes.length, this.length + count));
    larger.set(this.bytes.subarray(0, this.length));
    this.bytes = larger;
  }
}

const scratch = Buffer.alloc(MAX_VARINT_BYTES);

/** @returns the offset of the next byte */
const putVarint = (bytes: Buffer, at: number, value: number): number => {
  let rest = value;
  while (rest >= 0x80) {
    bytes[at++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  bytes[at++] = rest;
  return at;
};

/** @throws DamageError */
export const readLogBatch = (payload: Uint8Array): LogStream[] => {
  const reader = new ByteReader(payload);
  const pairs = (): Record<string, string> => {
    const count = reader.varint();
    const entries: [name: string, value: string][] = [];
    for (let left = count; left > 0; left--) entries.push([reader.text(), reader.text()]);
    // Names may be arbitrary, such as `__proto__`.
    return Object.fromEntries(entries);
  };
  const streams: LogStream[] = [];
  for (let streamsLeft = reader.varint(); streamsLeft > 0; streamsLeft--) {
    const labels = pairs();
    const entries: LogEntry[] = [];
    for (let left = reader.varint(); left > 0; left--) {
      const timeUnixNano = reader.uint64();
      const structuredMetadata = pairs();
      entries.push({ timeUnixNano, line: reader.text(), structuredMetadata });
    }
    streams.push({ labels, entries });
  }
  return streams;
};
