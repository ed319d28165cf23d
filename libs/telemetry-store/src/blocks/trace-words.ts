import { Buffer } from 'node:buffer';
import type { TraceId } from '@lantern/telemetry-model';

/** View of a trace ID: four little-endian words of its bytes, as the request scanner reads them. */
export interface TraceWords {
  readonly words: Uint32Array;
  /** Index of the first of the four words. */
  readonly at: number;
}

export const traceWordsOf = (traceId: TraceId): TraceWords => {
  const bytes = Buffer.from(traceId, 'hex');
  return { words: Uint32Array.from([0, 4, 8, 12], (offset) => bytes.readUInt32LE(offset)), at: 0 };
};

const scratch = Buffer.alloc(16);

export const traceIdOfWords = ({ words, at }: TraceWords): TraceId => {
  for (let i = 0; i < 4; i++) scratch.writeUInt32LE(words[at + i] ?? 0, 4 * i);
  return scratch.toString('hex') as TraceId;
};

/** Returns a hash of all bits of a trace ID, because some exporters' IDs are not random. */
export const traceHash = ({ words, at }: TraceWords): number =>
  hashOf(words[at] ?? 0, words[at + 1] ?? 0, words[at + 2] ?? 0, words[at + 3] ?? 0);

/** Returns a second hash, independent of {@link traceHash}. */
export const secondTraceHash = ({ words, at }: TraceWords): number =>
  hashOf(words[at + 3] ?? 0, words[at + 2] ?? 0, words[at + 1] ?? 0, words[at] ?? 0);

const hashOf = (a: number, b: number, c: number, d: number): number => {
  let hash = Math.imul(a ^ Math.imul(b, 0x9e3779b1), 0x85ebca6b);
  hash = Math.imul(hash ^ c ^ (hash >>> 15), 0xc2b2ae35);
  hash = Math.imul(hash ^ d ^ (hash >>> 13), 0x27d4eb2f);
  return (hash ^ (hash >>> 16)) >>> 0;
};

export const isSameTrace = (a: TraceWords, b: TraceWords): boolean => {
  for (let i = 0; i < 4; i++) if (a.words[a.at + i] !== b.words[b.at + i]) return false;
  return true;
};

/** @param words four words for each trace */
export const wordsAt = (words: Uint32Array, trace: number): TraceWords => ({ words, at: 4 * trace });
