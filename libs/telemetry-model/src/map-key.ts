import { FNV_OFFSET } from './fnv.js';

const { imul } = Math;

/** Maximum length of a string whose content V8 hashes. Longer strings of one length collide in a `Map` or `Set`. */
export const MAX_HASHED_LENGTH = 16_383;

/** Seed of this process, so that a client cannot choose texts that collide. */
const SEEDS = crypto.getRandomValues(new Uint32Array(2));

/**
 * Returns the key of a text in a `Map` or `Set`: the text itself, or a hash of 64 bits for a text whose content V8 would
 * not hash.
 */
export const mapKey = (text: string): string => {
  if (text.length <= MAX_HASHED_LENGTH) return text;
  const [first, second] = hashes(text, SEEDS[0] ?? 0, SEEDS[1] ?? 0);
  return `\u0000${text.length} ${first} ${second}`;
};

/** Maximum length of a name in an index, a list or a label, in UTF-16 code units. */
export const MAX_NAME_LENGTH = 1_024;

const HASH_DIGITS = 16;

/**
 * Returns a name as indexes and lists contain it. A longer name is truncated and ends in a hash, so that names stay
 * distinct. The result is the same in every process, and is returned unchanged by a second call.
 *
 * ```
 * GET /aaaa…aaaa (20,000 characters)  →  GET /aaa…aaa…5f0d1c2b9e3a4687
 * ```
 */
export const boundedName = (name: string): string => {
  if (name.length <= MAX_NAME_LENGTH) return name;
  const [first, second] = hashes(name, FNV_OFFSET, 0x9e3779b1);
  const hash = [first, second].map((word) => word.toString(16).padStart(HASH_DIGITS / 2, '0')).join('');
  // Do not split a surrogate pair.
  return `${name.slice(0, MAX_NAME_LENGTH - HASH_DIGITS - 1).toWellFormed()}…${hash}`;
};

/** Returns two hashes of 32 bits, each of all characters. */
const hashes = (text: string, firstSeed: number, secondSeed: number): readonly [number, number] => {
  let first = firstSeed;
  let second = secondSeed;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    first = imul(first ^ code, 0x85ebca6b);
    second = imul(second ^ code, 0xc2b2ae35);
    second ^= second >>> 15;
  }
  first = imul(first ^ (first >>> 16), 0x9e3779b1) ^ imul(second, 0x27d4eb2f);
  return [(first ^ (first >>> 15)) >>> 0, (second ^ (second >>> 13)) >>> 0];
};
