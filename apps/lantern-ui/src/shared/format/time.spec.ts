import { describe, expect, it } from '@jest/globals';
import { formatClock, formatRelative, formatTime } from './time.js';

const now = Date.parse('2026-11-22T14:02:11.123Z');
const ago = (seconds: number) => BigInt(now - seconds * 1_000) * 1_000_000n;

describe('formatRelative', () => {
  it.each([
    [2, 'just now'],
    [42, '42 sec. ago'],
    [125, '2 min. ago'],
    [7_300, '2 hr. ago'],
    [200_000, '2 days ago'],
    [-90, 'in 1 min.'],
  ])('formatRelative formats a time %s s ago as %s', (seconds, text) => {
    expect(formatRelative(ago(seconds), now)).toBe(text);
  });
});

describe('formatClock and formatTime', () => {
  it('formatClock and formatTime keep the milliseconds and never round up', () => {
    const time = BigInt(now) * 1_000_000n + 999_999n;
    expect(formatClock(time)).toMatch(/^\d\d:\d\d:11\.123$/);
    expect(formatTime(time)).toContain('2026');
  });
});
