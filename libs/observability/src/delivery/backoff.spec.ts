import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Backoff, parseRetryAfter } from './backoff.js';

describe('the pauses between attempts', () => {
  const longest = () => new Backoff(() => 1, { firstMillis: 100, lastMillis: 1000 });

  it('Pauses between attempts double up to a limit, and start from the beginning after a success', () => {
    const backoff = longest();
    expect([1, 2, 3, 4, 5, 6].map(() => backoff.next())).toEqual([100, 200, 400, 800, 1000, 1000]);
    backoff.reset();
    expect(backoff.next()).toBe(100);
  });

  it('Pauses between attempts vary by half, so that many services do not retry at the same time', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (random) => {
        const millis = new Backoff(() => random, { firstMillis: 100, lastMillis: 1000 }).next();
        expect(millis).toBeGreaterThanOrEqual(50);
        expect(millis).toBeLessThanOrEqual(100);
      }),
    );
    const twenty = Array.from({ length: 20 }, () => new Backoff().next());
    expect(new Set(twenty).size).toBeGreaterThan(10);
  });

  it('A pause lasts as long as the receiver asks, up to a minute', () => {
    expect(longest().next(700)).toBe(700);
    expect(longest().next(10)).toBe(100);
    expect(longest().next(3_600_000)).toBe(60_000);
  });
});

describe('Retry-After', () => {
  const now = Date.parse('2026-11-22T10:00:00Z');
  it.each<[string | undefined, number | undefined]>([
    ['120', 120_000],
    [' 0 ', 0],
    ['Sun, 22 Nov 2026 10:00:05 GMT', 5000],
    ['Sun, 22 Nov 2026 09:00:00 GMT', 0],
    ['soon', undefined],
    ['-5', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('%j is %j milliseconds', (header, millis) => {
    expect(parseRetryAfter(header, now)).toBe(millis);
  });
});
