import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DamageError } from '../bytes/byte-reader.js';
import { NO_CHUNK, TagChunks, TagCollector, chunkBit } from './tag-chunks.js';

const hash = fc.integer({ min: 0, max: 0xffff_ffff });

const encode = (entries: readonly (readonly [tag: number, chunk: number])[], chunkCount: number) => {
  const collector = new TagCollector();
  for (const [tag, chunk] of entries) collector.add(tag, chunkBit(chunk));
  return collector.encode(chunkCount);
};

describe('Tags of a block', () => {
  it('Tags are found in every chunk that has them, for any number of chunks', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 80 }),
        fc.array(fc.tuple(hash, fc.nat()), { maxLength: 3_000 }),
        (chunkCount, found) => {
          const entries = found.map(([tag, at]) => [tag, at % chunkCount] as const);
          const tags = new TagChunks(encode(entries, chunkCount));
          for (const [tag, chunk] of entries) expect(tags.of(tag) & chunkBit(chunk)).not.toBe(0);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('Tags have few false positives', () => {
    const tag = (n: number): number => Math.imul(n + 1, 0x9e3779b1) >>> 0;
    const tags = new TagChunks(
      encode(
        Array.from({ length: 2_000 }, (_, n) => [tag(n), n % 8] as const),
        8,
      ),
    );
    const others = Array.from({ length: 20_000 }, (_, n) => tags.of(tag(n + 2_000)));
    expect(others.filter((chunks) => chunks !== NO_CHUNK).length).toBeLessThan(20);
    for (let n = 0; n < 2_000; n++) expect(tags.of(tag(n))).toBe(chunkBit(n % 8));
  });

  it('A damaged table of tags is rejected, wherever it is damaged', () => {
    const encoded = encode(
      [
        [1, 0],
        [2, 1],
      ],
      2,
    );
    for (let at = 0; at < encoded.length; at++) {
      const damaged = Buffer.from(encoded);
      damaged[at] = (damaged[at] ?? 0) ^ 0x10;
      expect(() => new TagChunks(damaged)).toThrow(DamageError);
    }
    expect(() => new TagChunks(Buffer.alloc(3))).toThrow(DamageError);
  });
});
