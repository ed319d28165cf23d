import { Buffer } from 'node:buffer';
import type { Steps } from '../blocks/steps.js';

/** Length of a gram. Three bytes are hardly selective for hex digits; five bytes exclude short texts. */
const GRAM_BYTES = 4;
const MAX_BYTES = 32 * 1024;
const MIN_BYTES = 64;
/**
 * Share of set bits above which a filter is not halved again. Halving about doubles the share, so the result has up to
 * twice this share.
 */
const FULL_ENOUGH = 0.19;

/** Number of bytes that are hashed before other tasks may run. */
const BYTES_PER_STEP = 256 * 1024;

/**
 * Builds a Bloom filter over each sequence of four bytes in the lines of a block. If the filter lacks a sequence of a
 * text, no line of the block has the text.
 */
export function* buildGramFilter(text: Uint8Array): Steps<Buffer> {
  const { length } = text;
  let size = MIN_BYTES;
  while (size < MAX_BYTES && size < length) size *= 2;
  const filter = new Uint8Array(size);
  for (let from = 0, gram = 0; from < length; from += BYTES_PER_STEP) {
    if (from > 0) yield;
    gram = addGrams(filter, text, from, Math.min(length, from + BYTES_PER_STEP), gram);
  }
  while (size > MIN_BYTES && setBits(filter, size) < FULL_ENOUGH * 8 * size) {
    size /= 2;
    for (let at = 0; at < size; at++) filter[at] = (filter[at] ?? 0) | (filter[at + size] ?? 0);
  }
  return Buffer.from(filter.subarray(0, size));
}

/**
 * @param gram last four bytes before `from`
 * @returns the last four bytes before `to`
 */
const addGrams = (filter: Uint8Array, text: Uint8Array, from: number, to: number, gram: number): number => {
  const mask = 8 * filter.length - 1;
  for (let at = from; at < to; at++) {
    gram = (gram >>> 8) | ((text[at] ?? 0) << 24);
    const bit = bitOf(gram) & mask;
    filter[bit >>> 3] = (filter[bit >>> 3] ?? 0) | (1 << (bit & 7));
  }
  return gram;
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

const setBits = (filter: Uint8Array, size: number): number => {
  let count = 0;
  for (let at = 0; at < size; at++) {
    let byte = filter[at] ?? 0;
    byte -= (byte >>> 1) & 0x55;
    byte = (byte & 0x33) + ((byte >>> 2) & 0x33);
    count += (byte + (byte >>> 4)) & 0x0f;
  }
  return count;
};
