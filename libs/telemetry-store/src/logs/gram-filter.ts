import { Buffer } from 'node:buffer';

/** Length of a gram. Three bytes are hardly selective for hex digits; five bytes exclude short texts. */
const GRAM_BYTES = 4;
const MAX_BYTES = 32 * 1024;
const MIN_BYTES = 64;
/**
 * Share of set bits above which a filter is not halved again. Halving about doubles the share, so the result has up to
 * twice this share.
 */
const FULL_ENOUGH = 0.19;

const scratch = new Uint8Array(MAX_BYTES);

/**
 * Builds a Bloom filter over each sequence of four bytes in the lines of a block. If the filter lacks a sequence of a
 * text, no line of the block has the text.
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

/** Returns the grams of a text; none when it is too short. */
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
