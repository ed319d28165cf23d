import { Buffer } from 'node:buffer';

const BITS_PER_HASH = 12;
const PROBES = 6;
/** Maximum size of a filter. More hashes than fit cause more false positives, never false negatives. */
const MAX_BYTES = 64 * 1024;

/** Builds a Bloom filter over 32-bit hashes. It has false positives, but no false negatives. */
export const buildHashFilter = (hashes: Uint32Array): Buffer => {
  const size = Math.min(MAX_BYTES, Math.max(8, Math.ceil((hashes.length * BITS_PER_HASH) / 8)));
  const filter = Buffer.alloc(size);
  const bits = size * 8;
  for (const hash of hashes) {
    const step = stepOf(hash);
    for (let probe = 0, at = hash; probe < PROBES; probe++, at = (at + step) >>> 0) {
      const bit = at % bits;
      filter[bit >>> 3] = (filter[bit >>> 3] ?? 0) | (1 << (bit & 7));
    }
  }
  return filter;
};

export const mayHoldHash = (filter: Uint8Array, hash: number): boolean => {
  const bits = filter.length * 8;
  if (bits === 0) return true;
  const step = stepOf(hash);
  for (let probe = 0, at = hash; probe < PROBES; probe++, at = (at + step) >>> 0) {
    const bit = at % bits;
    if (((filter[bit >>> 3] ?? 0) & (1 << (bit & 7))) === 0) return false;
  }
  return true;
};

const stepOf = (hash: number): number => (Math.imul(hash, 0x9e3779b1) | 1) >>> 0;
