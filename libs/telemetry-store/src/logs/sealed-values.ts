import { Buffer } from 'node:buffer';
import { DamageError, type ByteReader } from '../bytes/byte-reader.js';
import type { ValueTexts } from './rows.js';
import { textHash } from '../bytes/text-hash.js';

const BYTES_PER_VALUE = 8;

/** Values of structured metadata. Each one is decoded on first use. */
export class SealedValues implements ValueTexts {
  readonly count: number;
  readonly byteLength: number;
  private readonly bytes: Buffer;
  private readonly ends: Uint32Array;
  private readonly texts: (string | undefined)[] = [];

  constructor(reader: ByteReader) {
    this.count = reader.varint();
    this.ends = new Uint32Array(reader.column(this.count));
    for (let index = 1; index < this.count; index++)
      this.ends[index] = (this.ends[index] ?? 0) + (this.ends[index - 1] ?? 0);
    // A view: the columns that it keeps in memory are small in comparison.
    this.bytes = reader.bytes();
    if ((this.ends.at(-1) ?? 0) !== this.bytes.length) throw new DamageError('values are missing');
    // Counted twice: once for the bytes, and once for the decoded texts.
    this.byteLength = 2 * this.bytes.length + this.ends.byteLength + BYTES_PER_VALUE * this.count;
  }

  textAt(index: number): string {
    return (this.texts[index] ??= this.bytes.toString('utf8', this.startOf(index), this.ends[index]));
  }

  bytesAt(index: number): number {
    return (this.ends[index] ?? 0) - this.startOf(index);
  }

  hashAt(index: number): number {
    return textHash(this.textAt(index));
  }

  indexOf(text: string): number {
    if (text === '') return this.indexEndingAt(0, 0);
    const wanted = Buffer.from(text);
    for (let at = this.bytes.indexOf(wanted); at >= 0; at = this.bytes.indexOf(wanted, at + 1)) {
      const index = this.indexEndingAt(at, at + wanted.length);
      if (index >= 0) return index;
    }
    return -1;
  }

  private startOf(index: number): number {
    return index === 0 ? 0 : (this.ends[index - 1] ?? 0);
  }

  /** Returns the index of the value with exactly this byte range. */
  private indexEndingAt(start: number, end: number): number {
    let [low, high] = [0, this.count];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.ends[middle] ?? 0) < end) low = middle + 1;
      else high = middle;
    }
    // Empty values end at the same offset as the previous value.
    for (let index = low; index < this.count && this.ends[index] === end; index++)
      if (this.startOf(index) === start) return index;
    return -1;
  }
}
