import { Buffer } from 'node:buffer';

/** Bytes that are looked at together: three say little about hex digits, five say nothing about short texts. */
const GRAM_BYTES = 4;
const MAX_BYTES = 32 * 1024;
const MIN_BYTES = 64;
/** Halving a filter about doubles the share of its bits that are set; it ends up with up to twice this many. */
const FULL_ENOUGH = 0.19;

const scratch = new Uint8Array(MAX_BYTES);

/**
 * A Bloom filter with one bit for each four bytes that stand together anywhere in the lines of a block: a block whose
 * filter lacks one of a text's has no line with the text.
 */
export const buildGramFilter = (text: Uint8Array): Buffer => {
  const { length } = text;
  let size = MIN_BYTES;
  while (size < MAX_BYTES && size < length) size *= 2;
  scratch.fill(0, 0, size);
  const mask = 8 * size - 1;
  let gram = 0;
  for (let at = 0; at < length; at++) {
    gram = (gram >>> 8) | ((text[at] ?? 0) << 24);
    const bit = bitOf(gram) & mask;
    scratch[bit >>> 3] = (scratch[bit >>> 3] ?? 0) | (1 << (bit & 7));
  }
  while (size > MIN_BYTES && setBits(size) < FULL_ENOUGH * 8 * size) {
    size /= 2;
    for (let at = 0; at < size; at++) scratch[at] = (scratch[at] ?? 0) | (scratch[at + size] ?? 0);
  }
  return Buffer.from(scratch.subarray(0, size));
};

/** The grams of a text; none when it is too short to have any. */
export const gramsOf = (text: Uint8Array): Uint32Array => {
  const grams = new Uint32Array(Math.max(0, text.length - GRAM_BYTES + 1));
  let gram = 0;
  for (let at = 0; at < text.length; at++) {
    gram = (gram >>> 8) | ((text[at] ?? 0) << 24);
    if (at + 1 >= GRAM_BYTES) grams[at + 1 - GRAM_BYTES] = gram;
  }
  return grams;
};

export const mayHoldGrams = (filter: Uint8Array, grams: Uint32Array): boolean => {
  const mask = 8 * filter.length - 1;
  for (const gram of grams) {
    const bit = bitOf(gram) & mask;
    if (((filter[bit >>> 3] ?? 0) & (1 << (bit & 7))) === 0) return false;
  }
  return true;
};

const bitOf = (gram: number): number => {
  const hash = Math.imul(gram, 0x9e3779b1);
  return hash ^ (hash >>> 15);
};

const setBits = (size: number): number => {
  let count = 0;
  for (let at = 0; at < size; at++) {
    let byte = scratch[at] ?? 0;
    byte -= (byte >>> 1) & 0x55;
    byte = (byte & 0x33) + ((byte >>> 2) & 0x33);
    count += (byte + (byte >>> 4)) & 0x0f;
  }
  return count;
};
