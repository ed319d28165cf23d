import type { Buffer } from 'node:buffer';
import type { LogRows } from './rows.js';
import type { KnownStream } from './stream-table.js';
import { textHash } from '../bytes/text-hash.js';

interface LineTime {
  readonly timeLow: number;
  readonly timeHigh: number;
}

/** Position of a line's text. */
interface LineText {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
}

/**
 * Returns the hash of a line: stream, time, every byte of the text, and structured metadata. Lines that differ have
 * different hashes, except for chance collisions, however many lines share a time.
 *
 * @param pairs sum of {@link hashOfPair} over structured metadata, because names may come in any order
 */
export const hashOfLine = (
  stream: KnownStream,
  { timeLow, timeHigh }: LineTime,
  { bytes, start, end }: LineText,
  pairs: number,
): number => {
  let hash = mixed(mixed(mixed(mixed(stream.hash, timeLow), timeHigh), pairs), end - start);
  let at = start;
  for (; at + 4 <= end; at += 4) {
    const word =
      (bytes[at] ?? 0) |
      ((bytes[at + 1] ?? 0) << 8) |
      ((bytes[at + 2] ?? 0) << 16) |
      ((bytes[at + 3] ?? 0) << 24);
    hash = mixed(hash, word);
  }
  let rest = 0;
  for (; at < end; at++) rest = (rest << 8) | (bytes[at] ?? 0);
  return finished(mixed(hash, rest));
};

/** Returns the hash of a name and its value, each given by its `textHash`. */
export const hashOfPair = (name: number, value: number): number => finished(mixed(name, value));

/** Hashes the structured metadata of the rows of one block. */
export class MetadataHash {
  /** Hashes of the names of each shape. */
  private readonly names: (readonly number[])[] = [];

  constructor(private readonly rows: LogRows) {}

  /** Returns the sum of {@link hashOfPair} over the pairs of a row. */
  of(row: number): number {
    const { shapes, shapeOf, pairStart, pairs, values } = this.rows;
    const shape = shapeOf[row] ?? 0;
    const names = (this.names[shape] ??= (shapes[shape] ?? []).map((name) => textHash(name)));
    const start = pairStart[row] ?? 0;
    let sum = 0;
    for (let position = 0; position < names.length; position++) {
      const value = values.hashAt(pairs[start + position] ?? 0);
      sum = (sum + hashOfPair(names[position] ?? 0, value)) | 0;
    }
    return sum;
  }
}

/** Whether a row has exactly these names with exactly these values. */
export const hasMetadata = (
  { shapes, shapeOf, pairStart, pairs, values }: LogRows,
  row: number,
  metadata: Readonly<Record<string, string>>,
): boolean => {
  const names = shapes[shapeOf[row] ?? 0] ?? [];
  if (names.length !== Object.keys(metadata).length) return false;
  const start = pairStart[row] ?? 0;
  return names.every(
    (name, position) =>
      Object.hasOwn(metadata, name) && metadata[name] === values.textAt(pairs[start + position] ?? 0),
  );
};

// MurmurHash3 for 32 bits: every bit of a word reaches every bit of the hash.
const mixed = (hash: number, word: number): number => {
  let scrambled = Math.imul(word, 0xcc9e2d51);
  scrambled = Math.imul((scrambled << 15) | (scrambled >>> 17), 0x1b873593);
  const sum = hash ^ scrambled;
  return (Math.imul((sum << 13) | (sum >>> 19), 5) + 0xe6546b64) | 0;
};

const finished = (hash: number): number => {
  let bits = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
};
