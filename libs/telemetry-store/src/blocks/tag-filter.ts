import { Buffer } from 'node:buffer';
import type { TagSet } from './tag-set.js';

const BITS_PER_TAG = 12;
const PROBES = 6;
/** More tags than fit make the filter say "perhaps" more often, never wrong. */
const MAX_BYTES = 64 * 1024;

/** A Bloom filter over hashes of attributes: spans whose filter says no do not have the attribute. */
export const buildTagFilter = (tags: TagSet): Buffer => {
  const size = Math.min(MAX_BYTES, Math.max(8, Math.ceil((tags.size * BITS_PER_TAG) / 8)));
  const filter = Buffer.alloc(size);
  const bits = size * 8;
  for (const tag of tags) {
    const step = stepOf(tag);
    for (let probe = 0, hash = tag; probe < PROBES; probe++, hash = (hash + step) >>> 0) {
      const bit = hash % bits;
      filter[bit >>> 3] = (filter[bit >>> 3] ?? 0) | (1 << (bit & 7));
    }
  }
  return filter;
};

export const mayHoldTag = (filter: Uint8Array, tag: number): boolean => {
  const bits = filter.length * 8;
  if (bits === 0) return true;
  // As a `TagSet` has it.
  const stored = tag === 0 ? 1 : tag;
  const step = stepOf(stored);
  for (let probe = 0, hash = stored; probe < PROBES; probe++, hash = (hash + step) >>> 0) {
    const bit = hash % bits;
    if (((filter[bit >>> 3] ?? 0) & (1 << (bit & 7))) === 0) return false;
  }
  return true;
};

const stepOf = (tag: number): number => (Math.imul(tag, 0x9e3779b1) | 1) >>> 0;
