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
  it('BlockCache serves the same part of its contents each time when a repeated query reads more than the limit', () => {
    const { read } = openCache(30);
    expect(read(1, 2, 3, 4, 5)).toEqual([]);
    expect(read(1, 2, 3, 4, 5)).toEqual([1, 2]);
    expect(read(1, 2, 3, 4, 5)).toEqual([1, 2]);
  });

  it('BlockCache serves a content that was just added, even when it is full', () => {
    const { cache, read } = openCache(30);
    read(1, 2, 3);
    expect(read(4, 4, 4)).toEqual([4, 4]);
    cache.set(5, { byteLength: 25 });
    expect(cache.get(5)).toBeDefined();
  });

  it('BlockCache replaces contents of an earlier query by those of a query that is repeated', () => {
    const { read } = openCache(30);
    for (let round = 0; round < 9; round++) read(1, 2, 3);
    expect(read(4, 5, 6)).toEqual([]);
    read(4, 5, 6);
    expect(read(4, 5, 6)).toEqual([4, 5, 6]);
  });

  it('BlockCache evicts contents that were idle for seconds, least recently used first', () => {
    const { clock, read } = openCache(30);
    read(1, 2, 3);
    clock.millis = 5_000;
    read(1);
    clock.millis = 11_000;
    read(4);
    expect(read(1, 3, 4)).toEqual([1, 3, 4]);
    expect(read(2)).toEqual([]);
  });

  it('BlockCache evicts contents that were idle for a minute', () => {
    const { clock, read } = openCache(1_000);
    read(1, 2);
    clock.millis = 40_000;
    read(2);
    clock.millis = 70_000;
    read(3);
    expect(read(1)).toEqual([]);
    expect(read(2, 3)).toEqual([2, 3]);
  });

  it('BlockCache updates the size of a content that is set again', () => {
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

  it('BlockCache does not keep a content that exceeds its limit', () => {
    const { cache } = openCache(30);
    cache.set(1, { byteLength: 31 });
    expect(cache.get(1)).toBeUndefined();
  });
});
