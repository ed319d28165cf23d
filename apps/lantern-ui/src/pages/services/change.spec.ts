import { describe, expect, it } from '@jest/globals';
import { changeOf, formatFactor, slowerOperation } from './change.js';

const stats = (callCount: number, p95: number, errorCount = 0, p50 = p95 / 2) => ({
  callCount,
  errorCount,
  latencyMs: { p50, p95, p99: p95 },
});

describe('changeOf', () => {
  it.each([
    [138, 100, 'slower'],
    [80, 100, 'faster'],
    [110, 100, 'same'],
    // 40 % more than a negligible value
    [1.4, 1, 'same'],
  ])('a p95 of %s ms after %s ms is %s', (now, before, expected) => {
    expect(changeOf(stats(100, now), stats(100, before)).latency).toBe(expected);
  });

  it('the size of a change is a factor', () => {
    expect(changeOf(stats(100, 138), stats(100, 100)).factor).toBeCloseTo(1.38);
  });

  it('a median that became slower is a change even if the p95 is the same', () => {
    expect(changeOf(stats(100, 480, 0, 458), stats(100, 470, 0, 25))).toMatchObject({
      latency: 'slower',
      percentile: 'p50',
      factor: 18.32,
    });
  });

  it('a slower percentile takes precedence over a faster one', () => {
    expect(changeOf(stats(100, 150, 0, 10), stats(100, 100, 0, 80))).toMatchObject({
      latency: 'slower',
      percentile: 'p95',
    });
    expect(changeOf(stats(100, 100, 0, 10), stats(100, 100, 0, 80))).toMatchObject({
      latency: 'faster',
      percentile: 'p50',
    });
  });

  it('a few calls or a new operation are no change', () => {
    expect(changeOf(stats(9, 500), stats(100, 100)).latency).toBe('unknown');
    expect(changeOf(stats(100, 500), undefined).latency).toBe('unknown');
  });

  it('errors are a change if they are more than chance', () => {
    expect(changeOf(stats(1_000, 100, 80), stats(1_000, 100, 20)).errors).toBeCloseTo(0.06);
    expect(changeOf(stats(20, 100, 1), stats(20, 100, 0)).errors).toBe(0);
    expect(changeOf(stats(100_000, 100, 300), stats(100_000, 100, 0)).errors).toBe(0);
  });
});

describe('formatFactor', () => {
  it.each([
    [1.38, '38 %'],
    [0.8, '20 %'],
    [2, '×2'],
    [2.55, '×2.5'],
    [18.32, '×18'],
    [16.56, '×17'],
    [0.05, '×20'],
  ])('formatFactor formats %s as %s', (factor, text) => {
    expect(formatFactor(factor)).toBe(text);
  });
});

it('slowerOperation names the request of a service that became slower by the largest factor', () => {
  const calls = (name: string, p95: number, spanKind = 'server') => ({
    service: 'stock',
    name,
    spanKind,
    ...stats(50, p95),
  });
  const before = [calls('GET /stock', 10), calls('GET /health', 4), calls('SELECT', 5, 'client')];
  const now = [calls('GET /stock', 60), calls('GET /health', 8), calls('SELECT', 50, 'client')];
  expect(slowerOperation('stock', now, before)).toBe('GET /stock');
  expect(slowerOperation('stock', before, before)).toBeUndefined();
  expect(slowerOperation('orders', now, before)).toBeUndefined();
});
