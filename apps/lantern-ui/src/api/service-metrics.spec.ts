import { describe, expect, it } from '@jest/globals';
import { lookbackRange } from '../time-range/time-range.js';
import { metricWindow, seriesOf } from './service-metrics.js';

describe('metricWindow', () => {
  it.each([
    ['5m', 10_000, 30],
    ['1h', 60_000, 60],
    ['6h', 360_000, 60],
    ['7d', 10_080_000, 60],
  ])('metricWindow splits %s into steps of %s ms', (lookback, stepMillis, steps) => {
    const window = metricWindow(lookbackRange(lookback), 1_700_000_001_234);
    expect(window.stepMillis).toBe(stepMillis);
    expect(window.endMillis).toBe(1_700_000_010_000);
    expect((window.endMillis - window.startMillis) / stepMillis).toBe(steps);
  });

  it('metricWindow has a step even if the range is shorter than a period', () => {
    const { startMillis, endMillis } = metricWindow({ kind: 'fixed', startMicros: 1n, endMicros: 2n }, 0);
    expect(endMillis - startMillis).toBe(10_000);
  });
});

it('metrics are read by service, without samples that are not numbers', () => {
  const at = (timestamp: string, doubleValue: number | 'NaN') => ({ timestamp, gaugeValue: { doubleValue } });
  const series = seriesOf({
    metrics: [
      {
        labels: [{ name: 'service_name', value: 'a' }],
        metricPoints: [at('1970-01-01T00:00:01Z', 5), at('1970-01-01T00:00:02Z', 'NaN')],
      },
    ],
  });
  expect([...series]).toEqual([['a', [[1_000, 5]]]]);
  expect(seriesOf({}).size).toBe(0);
});
