import { describe, expect, it } from '@jest/globals';
import { summaryOf } from '../../api/trace-summaries.js';
import { plotOf } from './scatter-plot.js';

const summary = (start: number, durationNano: number, spanCount = 1) =>
  summaryOf({
    traceId: String(start),
    minStartTimeUnixNano: String(start),
    maxEndTimeUnixNano: String(start + durationNano),
    spanCount,
  });

const [WIDTH, HEIGHT] = [600, 120];

describe('plotOf', () => {
  it('the scatter plot has later traces further right, and longer ones higher', () => {
    const { points } = plotOf([summary(1, 1e6), summary(2, 1e8), summary(3, 1e7)], WIDTH, HEIGHT);
    const byTime = points.toSorted((a, b) => a.x - b.x);
    expect(byTime.map((point) => point.summary.traceId)).toEqual(['1', '2', '3']);
    const [short = NaN, long = NaN, middle = NaN] = byTime.map(({ y }) => y);
    expect(long < middle && middle < short).toBe(true);
  });

  it('the scatter plot has every point in its area, also traces without a duration or of a whole day', () => {
    const { points, left } = plotOf(
      [summary(5, 0), summary(5, -7), summary(6, 86_400e9, 10_000)],
      WIDTH,
      HEIGHT,
    );
    for (const { x, y, radius } of points) {
      expect(x - radius).toBeGreaterThanOrEqual(left);
      expect(x + radius).toBeLessThanOrEqual(WIDTH);
      expect(y).toBeGreaterThan(0);
      expect(y).toBeLessThan(HEIGHT);
    }
  });

  it('the scatter plot covers the searched range if the traces are only a part of the matches', () => {
    const range = { startMicros: 0n, endMicros: 3_600_000_000n };
    const start = 3_590_000_000_000;
    const { points, times } = plotOf([summary(start, 1e6), summary(start + 1e10, 1e6)], WIDTH, HEIGHT, range);
    expect(Math.min(...points.map(({ x }) => x))).toBeGreaterThan(WIDTH * 0.95);
    expect(times.map(({ unixNano }) => unixNano)).toEqual([0n, 3_600_000_000_000n]);
  });

  it('the scatter plot has a single trace in the middle', () => {
    const { points, times } = plotOf([summary(5, 1e6)], WIDTH, HEIGHT);
    expect(points).toHaveLength(1);
    expect(times).toMatchObject([{ anchor: 'middle' }]);
  });

  it('the scatter plot is empty without space or without traces', () => {
    expect(plotOf([], WIDTH, HEIGHT).points).toEqual([]);
    expect(plotOf([summary(1, 1)], 0, HEIGHT).points).toEqual([]);
  });
});
