import { describe, expect, it } from '@jest/globals';
import { changeOf } from './change.js';

const stats = (callCount: number, p95: number, errorCount = 0) => ({
  callCount,
  errorCount,
  latencyMs: { p50: p95 / 2, p95, p99: p95 },
});

describe('changeOf', () => {
  it.each([
    [138, 100, 'slower'],
    [80, 100, 'faster'],
    [110, 100, 'same'],
    // 40 % of next to nothing
    [1.4, 1, 'same'],
  ])('p95 of %s ms after %s ms is %s', (now, before, expected) => {
    expect(changeOf(stats(100, now), stats(100, before)).latency).toBe(expected);
  });

  it('tells by how much', () => {
    expect(changeOf(stats(100, 138), stats(100, 100)).ratio).toBeCloseTo(0.38);
  });

  it('makes nothing of a handful of calls, nor of an operation that is new', () => {
    expect(changeOf(stats(9, 500), stats(100, 100)).latency).toBe('unknown');
    expect(changeOf(stats(100, 500), undefined).latency).toBe('unknown');
  });

  it('tells of errors that are more than chance', () => {
    expect(changeOf(stats(1_000, 100, 80), stats(1_000, 100, 20)).errors).toBeCloseTo(0.06);
    expect(changeOf(stats(20, 100, 1), stats(20, 100, 0)).errors).toBe(0);
    expect(changeOf(stats(100_000, 100, 300), stats(100_000, 100, 0)).errors).toBe(0);
  });
});
