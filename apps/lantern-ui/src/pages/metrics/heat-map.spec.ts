import { describe, expect, it } from '@jest/globals';
import type { PromqlSeries } from '../../api/prometheus.js';
import { heatMapOf } from './heat-map.js';

const bucket = (le: string, ...counts: readonly number[]): PromqlSeries => ({
  labels: { le },
  points: counts.map((count, index) => [index * 1_000, count] as const),
  histograms: [],
});

describe('Heat maps', () => {
  it('A heat map of a classic histogram has the counts between its cumulative buckets', () => {
    const map = heatMapOf([bucket('+Inf', 5, 0), bucket('0.5', 1, 0), bucket('1', 3, 0)]);
    expect(map?.bounds).toEqual([0.5, 1, Infinity]);
    expect(map?.cells).toEqual([
      { millis: 0, row: 0, count: 1 },
      { millis: 0, row: 1, count: 2 },
      { millis: 0, row: 2, count: 2 },
    ]);
    expect(map?.maxCount).toBe(2);
  });

  it('A heat map of a native histogram has the counts of its buckets', () => {
    const histogram = {
      count: '3',
      sum: '3',
      buckets: [[0, '0.5', '1', '1'] as const, [0, '1', '2', '2'] as const],
    };
    const map = heatMapOf([{ labels: {}, points: [], histograms: [[7_000, histogram]] }]);
    expect(map?.cells).toEqual([
      { millis: 7_000, row: 0, count: 1 },
      { millis: 7_000, row: 1, count: 2 },
    ]);
  });

  it('Fine buckets are merged into at most forty rows', () => {
    const series = Array.from({ length: 100 }, (_, index) => bucket(String(index + 1), index + 1));
    const map = heatMapOf(series);
    expect(map?.bounds).toHaveLength(34);
    expect(map?.cells.reduce((sum, { count }) => sum + count, 0)).toBe(100);
  });

  it('Series without buckets have no heat map', () => {
    expect(heatMapOf([{ labels: { job: 'a' }, points: [[0, 1]], histograms: [] }])).toBeUndefined();
  });
});
