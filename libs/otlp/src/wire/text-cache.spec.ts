import { describe, expect, it } from '@jest/globals';
import { TextCache } from './text-cache.js';

describe('the cache of strings', () => {
  /** More strings of one length than the cache has slots, so that many share a slot. */
  const texts = Array.from({ length: 10_000 }, (_, n) => `key.${String(n).padStart(5, '0')}`);

  const read = (cache: TextCache, text: string): string | undefined => {
    const bytes = Buffer.from(`before${text}after`);
    return cache.text(bytes, 6, bytes.length - 5);
  };

  it('The string cache always returns the requested string', () => {
    const cache = new TextCache();
    for (const text of [...texts, ...texts.toReversed()]) expect(read(cache, text)).toBe(text);
  });

  it('The string cache does not keep strings that are long or not ASCII', () => {
    const cache = new TextCache();
    expect(read(cache, 'x'.repeat(40))).toBe('x'.repeat(40));
    expect(read(cache, 'x'.repeat(41))).toBeUndefined();
    expect(read(cache, 'größe')).toBeUndefined();
    expect(read(cache, '')).toBe('');
  });
});
