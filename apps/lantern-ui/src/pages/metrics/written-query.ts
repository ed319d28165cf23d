import type { Metric } from '../../api/prometheus.js';
import type { MetricView } from './metrics-params.js';

/** Metric that a person chooses: the series of a classic histogram are one. */
export interface MetricFamily extends Metric {
  /** Whether the histogram has one series per bucket. */
  readonly isClassic: boolean;
}

/** Ways to show a metric. */
export const SHOWN = [
  { value: 'value', label: 'Value' },
  { value: 'rate', label: 'Rate per second' },
  { value: 'increase', label: 'Increase' },
  { value: 'percentiles', label: 'Percentiles' },
  { value: 'mean', label: 'Mean' },
  { value: 'heatmap', label: 'Heat map' },
] as const;
export type Shown = (typeof SHOWN)[number]['value'];

export const AGGREGATES = ['none', 'sum', 'avg', 'min', 'max', 'count'] as const;
export type Aggregate = (typeof AGGREGATES)[number];

/** Choices of the metric browser. */
export interface MetricChoice {
  readonly metric: MetricFamily;
  readonly matchers: readonly (readonly [label: string, value: string])[];
  readonly shown: Shown;
  readonly aggregate: Aggregate;
  /** Labels to group by. */
  readonly by: readonly string[];
}

/** Shortest range of rates. It holds enough samples of every usual scrape interval. */
const MIN_RATE_MILLIS = 5 * 60_000;
const MINUTE_MILLIS = 60_000;

/** Returns the range of rates for steps of a graph. A range shorter than a step would miss the samples in between. */
export const rateRange = (stepMillis: number): string => {
  const minutes = Math.ceil(Math.max(MIN_RATE_MILLIS, stepMillis) / MINUTE_MILLIS);
  return minutes % 60 === 0 ? `${minutes / 60}h` : `${minutes}m`;
};

const PERCENTILES = ['0.5', '0.95', '0.99'];

/** Merges the series of classic histograms into families, in the order of names. */
export const familiesOf = (metrics: readonly Metric[]): MetricFamily[] => {
  const names = new Set(metrics.map(({ name }) => name));
  const classic = new Set(
    [...names].flatMap((name) => (name.endsWith('_bucket') ? [name.slice(0, -'_bucket'.length)] : [])),
  );
  return metrics.flatMap((metric): MetricFamily[] => {
    const base = metric.name.replace(/_(?:bucket|count|sum)$/, '');
    if (!classic.has(base)) return [{ ...metric, isClassic: false }];
    return metric.name === `${base}_bucket`
      ? [{ ...metric, name: base, type: 'histogram', isClassic: true }]
      : [];
  });
};

const isCounter = ({ name, type }: Metric): boolean =>
  type === 'counter' || /_(?:total|count|sum)$/.test(name);

/** Returns the ways in which a metric can be shown; the first one is the default. */
export const shownOf = (metric: MetricFamily): readonly Shown[] => {
  if (metric.type === 'histogram') return ['percentiles', 'heatmap', 'rate', 'mean'];
  return isCounter(metric) ? ['rate', 'increase', 'value'] : ['value'];
};

export const viewOf = (shown: Shown): MetricView => (shown === 'heatmap' ? 'heatmap' : 'graph');

/** Returns the PromQL for the choices. @param stepMillis distance of the points that the page draws */
export const queriesOf = (
  { metric, matchers, shown, aggregate, by }: MetricChoice,
  stepMillis: number,
): string[] => {
  const selector = (suffix = ''): string => {
    const texts = matchers.map(([label, value]) => `${label}=${JSON.stringify(value)}`);
    const name = metric.name + suffix;
    return texts.length === 0 ? name : `${name}{${texts.join(', ')}}`;
  };
  const per = (fn: 'rate' | 'increase', suffix = '') =>
    `${fn}(${selector(suffix)}[${rateRange(stepMillis)}])`;
  const grouped = (expression: string, required: readonly string[] = []): string => {
    const labels = [...by, ...required.filter((label) => !by.includes(label))];
    if (aggregate === 'none' && required.length === 0 && by.length === 0) return expression;
    const operator = aggregate === 'none' || required.length > 0 ? 'sum' : aggregate;
    return labels.length === 0
      ? `${operator}(${expression})`
      : `${operator} by (${labels.join(', ')}) (${expression})`;
  };
  if (metric.type !== 'histogram') {
    return [grouped(shown === 'rate' || shown === 'increase' ? per(shown) : selector())];
  }
  const { isClassic } = metric;
  // A native histogram is one sample, which functions read; a sum of them is a histogram again.
  const histogram = (fn: 'rate' | 'increase') =>
    isClassic ? grouped(per(fn, '_bucket'), ['le']) : sumBy(per(fn), by);
  switch (shown) {
    case 'heatmap':
      return [histogram('increase')];
    case 'mean':
      return isClassic
        ? [`${sumBy(per('rate', '_sum'), by)} / ${sumBy(per('rate', '_count'), by)}`]
        : [`histogram_avg(${histogram('rate')})`];
    case 'rate':
      return [isClassic ? sumBy(per('rate', '_count'), by) : `histogram_count(${histogram('rate')})`];
    default:
      return PERCENTILES.map((quantile) => `histogram_quantile(${quantile}, ${histogram('rate')})`);
  }
};

const sumBy = (expression: string, by: readonly string[]): string =>
  by.length === 0 ? `sum(${expression})` : `sum by (${by.join(', ')}) (${expression})`;
