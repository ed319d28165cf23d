import { formatGoFloat } from '@lantern/go-syntax';
import {
  type LokiMatrix,
  type LokiSample,
  type LokiScalar,
  type LokiStats,
  type LokiVector,
} from '@lantern/query-api';
import type { MetricPoint, MetricSeries } from '@lantern/logql';

/** Returns a sample with Loki's resolution of one millisecond. */
const formatSample = ({ timeUnixNano, value }: MetricPoint): LokiSample => [
  Number(timeUnixNano / 1_000_000n) / 1_000,
  formatGoFloat(value),
];

export const formatMatrix = (series: readonly MetricSeries[], stats: LokiStats): LokiMatrix => ({
  resultType: 'matrix',
  result: series.map(({ labels, points }) => ({ metric: labels, values: points.map(formatSample) })),
  stats,
});

/** The first point of each series is the only one. */
export const formatVector = (series: readonly MetricSeries[], stats: LokiStats): LokiVector => ({
  resultType: 'vector',
  result: series.flatMap(({ labels, points }) =>
    points.slice(0, 1).map((point) => ({ metric: labels, value: formatSample(point) })),
  ),
  stats,
});

export const formatScalar = (point: MetricPoint, stats: LokiStats): LokiScalar => ({
  resultType: 'scalar',
  result: formatSample(point),
  stats,
});
