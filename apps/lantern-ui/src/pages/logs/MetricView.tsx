import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { metricQuery } from '../../api/loki.js';
import { formatCounted } from '../../shared/format/count.js';
import { Notice } from '../../shared/Notice.js';
import { rangePhrase, type TimeRange } from '../../time-range/time-range.js';
import classes from './MetricView.module.css';
import { SeriesChart } from '../../shared/chart/SeriesChart.js';
import { formatNumber, seriesColor, seriesNames } from '../../shared/chart/metric-series.js';
import { QueryFailed } from './QueryFailed.js';
import { visibleText } from '../../shared/visible-text.js';

interface MetricViewProps {
  readonly query: string;
  readonly range: TimeRange;
  readonly onQuery: (query: string) => void;
}

/** Maximum number of series in the chart; the table has all of them. */
const MOST_DRAWN = 24;

/** Result of a metric query, as a chart and a table. */
export const MetricView = ({ query, range, onQuery }: MetricViewProps) => {
  const metric = useQuery({ ...metricQuery(query, range, true), placeholderData: keepPreviousData });
  const [focused, setFocused] = useState<string>();

  if (metric.data === undefined) {
    return metric.error === null ? (
      <p className={classes.loading} role="status">
        Computing…
      </p>
    ) : (
      <QueryFailed
        query={query}
        error={metric.error}
        isRetrying={metric.isFetching}
        onRetry={() => void metric.refetch()}
        onQuery={onQuery}
      />
    );
  }
  if (metric.data.series.length === 0) {
    return (
      <Notice title="No data">
        <p>
          No line {rangePhrase(range)} matches this query. Choose a longer time range, or query the lines
          instead of a metric.
        </p>
      </Notice>
    );
  }
  const names = seriesNames(metric.data.series.map(({ labels }) => labels));
  const series = metric.data.series
    .map((one, place) => ({ ...one, name: names[place] ?? '', key: JSON.stringify(one.labels) }))
    .sort((a, b) => largest(b.points) - largest(a.points));
  return (
    <div className={classes.view} data-stale={metric.isPlaceholderData}>
      <h2 className={classes.count} aria-live="polite">
        {formatCounted(series.length, 'series', 'series')}
        {series.length > MOST_DRAWN && (
          <span className={classes.note}> · the chart shows the {MOST_DRAWN} largest</span>
        )}
        {metric.isError && <span className={classes.failed}> · not updated: {metric.error.message}</span>}
      </h2>
      <SeriesChart result={{ ...metric.data, series: series.slice(0, MOST_DRAWN) }} focused={focused} />
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">Series</th>
            <th scope="col">Last</th>
            <th scope="col">Largest</th>
            <th scope="col">Mean</th>
          </tr>
        </thead>
        <tbody>
          {series.map(({ name, key, points }, index) => (
            <tr key={key} onPointerEnter={() => setFocused(key)} onPointerLeave={() => setFocused(undefined)}>
              <th scope="row">
                <span className={classes.swatch} style={{ background: seriesColor(index) }} aria-hidden />
                <bdi>{visibleText(name)}</bdi>
              </th>
              <td>{formatNumber(points.at(-1)?.[1])}</td>
              <td>{formatNumber(largest(points))}</td>
              <td>{formatNumber(points.reduce((sum, [, value]) => sum + value, 0) / points.length)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
};

const largest = (points: readonly (readonly [number, number])[]): number =>
  points.reduce((most, [, value]) => Math.max(most, value), -Infinity);
