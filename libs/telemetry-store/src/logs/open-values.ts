import { Buffer } from 'node:buffer';
import { grownWords } from '../bytes/growing.js';
import type { ValueTexts } from './rows.js';
import { textHash } from '../bytes/text-hash.js';

/** Values of structured metadata in an open block. */
export class OpenValues implements ValueTexts {
  readonly texts: string[] = [];
  /** Approximate size, counted in characters. */
  byteLength = 0;
  /** `textHash` of each value. */
  private hashes: Uint32Array<ArrayBuffer>;
  /** Hash table of values. A slot is the index + 1, or 0 if it is free. */
  private slots: Uint32Array<ArrayBuffer>;

  /** @param expected estimated number of values */
  constructor(expected: number) {
    this.hashes = new Uint32Array(expected);
    this.slots = new Uint32Array(2 ** Math.ceil(Math.log2(2 * expected)));
  }

  /** `textHash` of each value, by index. */
  get textHashes(): Uint32Array {
    return this.hashes.subarray(0, this.texts.length);
  }

  /** @param value text; unpaired surrogates are replaced, as in the file */
  intern(value: string): number {
    const text = value.toWellFormed();
    const hash = textHash(text);
    const slot = this.slotOf(text, hash);
    const known = this.slots[slot] ?? 0;
    if (known !== 0) return known - 1;
    const index = this.texts.push(text) - 1;
    if (index === this.hashes.length) this.hashes = grownWords(this.hashes);
    this.hashes[index] = hash;
    this.byteLength += text.length;
    if (2 * this.texts.length > this.slots.length) this.rehash();
    else this.slots[slot] = index + 1;
    return index;
  }

  textAt(index: number): string {
    return this.texts[index] ?? '';
  }

  bytesAt(index: number): number {
    return Buffer.byteLength(this.textAt(index));
  }

  hashAt(index: number): number {
    return this.hashes[index] ?? 0;
  }

  indexOf(text: string): number {
    return (this.slots[this.slotOf(text, textHash(text))] ?? 0) - 1;
  }

  /** Returns the slot of the text, or the free one where it would be inserted. */
  private slotOf(text: string, hash: number): number {
    const { slots, hashes, texts } = this;
    const mask = slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const index = (slots[slot] ?? 0) - 1;
      if (index < 0 || (hashes[index] === hash && texts[index] === text)) return slot;
    }
  }

  private rehash(): void {
    this.slots = new Uint32Array(2 * this.slots.length);
    const mask = this.slots.length - 1;
    for (let index = 0; index < this.texts.length; index++) {
      let slot = (this.hashes[index] ?? 0) & mask;
      while (this.slots[slot] !== 0) slot = (slot + 1) & mask;
      this.slots[slot] = index + 1;
    }
  }
}
