import { describe, expect, it } from '@jest/globals';
import type { Metric } from '../../api/prometheus.js';
import { familiesOf, queriesOf, shownOf, type MetricChoice } from './written-query.js';

const metric = (name: string, type = ''): Metric => ({ name, type, unit: '', help: '' });

const choice = (edit: Partial<MetricChoice>): MetricChoice => ({
  metric: { ...metric('m'), isClassic: false },
  matchers: [],
  shown: 'value',
  aggregate: 'none',
  by: [],
  ...edit,
});

describe('The metric browser', () => {
  it('The metric browser lists the series of a classic histogram as one metric', () => {
    const names = ['a_bucket', 'a_count', 'a_sum', 'b_count', 'c'].map((name) => metric(name));
    expect(familiesOf(names).map(({ name, type, isClassic }) => [name, type, isClassic])).toEqual([
      ['a', 'histogram', true],
      ['b_count', '', false],
      ['c', '', false],
    ]);
  });

  it.each([
    [{ ...metric('a_total'), isClassic: false }, 'rate'],
    [{ ...metric('a', 'gauge'), isClassic: false }, 'value'],
    [{ ...metric('a', 'histogram'), isClassic: true }, 'percentiles'],
  ])('The metric browser shows %j first as %s', (family, shown) => {
    expect(shownOf(family)[0]).toBe(shown);
  });

  it.each([
    [5_000, '5m'],
    [300_001, '6m'],
    [3_600_000, '1h'],
    [5_400_000, '90m'],
  ])('The metric browser writes rates over a step of %i ms at least: %s', (stepMillis, range) => {
    const counter = choice({ metric: { ...metric('a_total'), isClassic: false }, shown: 'rate' });
    expect(queriesOf(counter, stepMillis)).toEqual([`rate(a_total[${range}])`]);
  });

  const classic = { ...metric('d', 'histogram'), isClassic: true };
  const native = { ...metric('d', 'histogram'), isClassic: false };
  it.each([
    [{ matchers: [['job', 'a"b']] }, ['m{job="a\\"b"}']],
    [{ shown: 'rate', aggregate: 'sum', by: ['job'] }, ['sum by (job) (rate(m[5m]))']],
    [{ aggregate: 'max' }, ['max(m)']],
    [{ metric: classic, shown: 'heatmap' }, ['sum by (le) (increase(d_bucket[5m]))']],
    [{ metric: classic, shown: 'rate', by: ['job'] }, ['sum by (job) (rate(d_count[5m]))']],
    [{ metric: classic, shown: 'mean' }, ['sum(rate(d_sum[5m])) / sum(rate(d_count[5m]))']],
    [
      { metric: classic, shown: 'percentiles', by: ['job'] },
      ['0.5', '0.95', '0.99'].map(
        (quantile) => `histogram_quantile(${quantile}, sum by (job, le) (rate(d_bucket[5m])))`,
      ),
    ],
    [{ metric: native, shown: 'heatmap' }, ['sum(increase(d[5m]))']],
    [{ metric: native, shown: 'mean' }, ['histogram_avg(sum(rate(d[5m])))']],
  ] satisfies [Partial<MetricChoice>, string[]][])(
    'The metric browser writes a query for %j',
    (edit, queries) => {
      expect(queriesOf(choice(edit), 15_000)).toEqual(queries);
    },
  );
});
