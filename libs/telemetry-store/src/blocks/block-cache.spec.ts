import { describe, expect, it } from '@jest/globals';
import { BlockCache } from './block-cache.js';

const openCache = (maxBytes: number) => {
  const clock = { millis: 0 };
  const cache = new BlockCache<{ byteLength: number }>(maxBytes, () => clock.millis);
  /** Returns the blocks that were cached, of those that a query reads. */
  const read = (...blocks: readonly number[]): number[] =>
    blocks.filter((block) => {
      if (cache.get(block)) return true;
      cache.set(block, { byteLength: 10 });
      return false;
    });
  return { cache, clock, read };
};

describe('BlockCache', () => {
  it('finds the same part of its contents each time when a query that is repeated reads more than it holds', () => {
    const { read } = openCache(30);
    expect(read(1, 2, 3, 4, 5)).toEqual([]);
    expect(read(1, 2, 3, 4, 5)).toEqual([1, 2]);
    expect(read(1, 2, 3, 4, 5)).toEqual([1, 2]);
  });

  it('finds a content again that was just added, however full it is', () => {
    const { cache, read } = openCache(30);
    read(1, 2, 3);
    expect(read(4, 4, 4)).toEqual([4, 4]);
    cache.set(5, { byteLength: 25 });
    expect(cache.get(5)).toBeDefined();
  });

  it('replaces the contents that were not used for seconds, the least recently used first', () => {
    const { clock, read } = openCache(30);
    read(1, 2, 3);
    clock.millis = 5_000;
    read(1);
    clock.millis = 11_000;
    read(4);
    expect(read(1, 3, 4)).toEqual([1, 3, 4]);
    expect(read(2)).toEqual([]);
  });

  it('gives the memory of contents back that were not used for a minute', () => {
    const { clock, read } = openCache(1_000);
    read(1, 2);
    clock.millis = 40_000;
    read(2);
    clock.millis = 70_000;
    read(3);
    expect(read(1)).toEqual([]);
    expect(read(2, 3)).toEqual([2, 3]);
  });

  it('weighs a content again when it is set again', () => {
    const { cache } = openCache(30);
    const grown = { byteLength: 10 };
    cache.set(1, grown);
    grown.byteLength = 25;
    cache.set(1, grown);
    expect(cache.get(1)).toBe(grown);
    cache.set(2, { byteLength: 10 });
    expect(cache.get(1)).toBeUndefined();
    cache.delete(2);
    cache.set(3, { byteLength: 30 });
    expect(cache.get(3)).toBeDefined();
  });

  it('keeps no content that is larger than its limit', () => {
    const { cache } = openCache(30);
    cache.set(1, { byteLength: 31 });
    expect(cache.get(1)).toBeUndefined();
  });
});
