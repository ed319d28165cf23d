import { Buffer } from 'node:buffer';
import type { TraceId } from '@lantern/telemetry-model';

/** Trace ID as four little-endian words of its bytes, as the request scanner reads it. */
export type TraceWords = readonly [number, number, number, number];

export const traceWordsOf = (traceId: TraceId): TraceWords => {
  const bytes = Buffer.from(traceId, 'hex');
  return [bytes.readUInt32LE(0), bytes.readUInt32LE(4), bytes.readUInt32LE(8), bytes.readUInt32LE(12)];
};

const scratch = Buffer.alloc(16);

export const traceIdOfWords = (a: number, b: number, c: number, d: number): TraceId => {
  scratch.writeUInt32LE(a, 0);
  scratch.writeUInt32LE(b, 4);
  scratch.writeUInt32LE(c, 8);
  scratch.writeUInt32LE(d, 12);
  return scratch.toString('hex') as TraceId;
};

/** Returns a hash of all bits of a trace ID, because some exporters' IDs are not random. */
export const traceHash = (a: number, b: number, c: number, d: number): number => {
  let hash = Math.imul(a ^ Math.imul(b, 0x9e3779b1), 0x85ebca6b);
  hash = Math.imul(hash ^ c ^ (hash >>> 15), 0xc2b2ae35);
  hash = Math.imul(hash ^ d ^ (hash >>> 13), 0x27d4eb2f);
  return (hash ^ (hash >>> 16)) >>> 0;
};

/** @param words four words for each trace */
export const wordsAt = (words: Uint32Array, trace: number): TraceWords => {
  const at = 4 * trace;
  return [words[at] ?? 0, words[at + 1] ?? 0, words[at + 2] ?? 0, words[at + 3] ?? 0];
};
