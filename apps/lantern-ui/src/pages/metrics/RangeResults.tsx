import { Checkbox } from '@mantine/core';
import { keepPreviousData, useQueries, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router';
import { exemplarsQuery, promqlRangeQuery, type Exemplar, type PromqlSeries } from '../../api/prometheus.js';
import { servicesQuery } from '../../api/services.js';
import { formatNumber, seriesColor } from '../../shared/chart/metric-series.js';
import { SeriesChart } from '../../shared/chart/SeriesChart.js';
import { formatCounted } from '../../shared/format/count.js';
import { formatShortTime } from '../../shared/format/time.js';
import { Notice } from '../../shared/Notice.js';
import table from '../../shared/table/Table.module.css';
import { visibleText } from '../../shared/visible-text.js';
import { rangePhrase, type TimeRange } from '../../time-range/time-range.js';
import { heatMapOf } from './heat-map.js';
import { HeatMapChart } from './HeatMapChart.js';
import classes from './RangeResults.module.css';
import { seriesName, serviceOfSeries } from './series-name.js';
import { ServiceLinks } from './ServiceLinks.js';

interface RangeResultsProps {
  /** Queries that are not empty. */
  readonly queries: readonly string[];
  readonly range: TimeRange;
  readonly view: 'graph' | 'heatmap';
  readonly hasExemplars: boolean;
  readonly onExemplars: (hasExemplars: boolean) => void;
  readonly onZoom: (startMillis: number, endMillis: number) => void;
}

/** Maximum number of series in the graph and its table. */
const MOST_DRAWN = 24;
const MOST_LISTED = 100;
const MOST_EXEMPLARS = 60;
const LISTED_EXEMPLARS = 10;

/** Results of the queries over time: series or a heat map, with exemplars. */
export const RangeResults = ({
  queries,
  range,
  view,
  hasExemplars,
  onExemplars,
  onZoom,
}: RangeResultsProps) => {
  const results = useQueries({
    queries: queries.map((query) => ({
      ...promqlRangeQuery(query, range),
      placeholderData: keepPreviousData,
    })),
  });
  const exemplarResults = useQueries({
    queries: queries.map((query) => ({ ...exemplarsQuery(query, range), enabled: hasExemplars })),
  });
  const services = useQuery(servicesQuery());
  const [focused, setFocused] = useState<string>();

  const answers = results.flatMap(({ data, error }) => (data === undefined || error !== null ? [] : [data]));
  const [first] = answers;
  if (first === undefined) {
    // The errors stand below the queries.
    return results.some(({ isFetching }) => isFetching) ? (
      <p className={classes.loading} role="status">
        Computing…
      </p>
    ) : null;
  }
  const time = {
    startMillis: Math.min(...answers.map(({ startMillis }) => startMillis)),
    endMillis: Math.max(...answers.map(({ endMillis }) => endMillis)),
    stepMillis: first.stepMillis,
  };
  const isMany = answers.length > 1;
  const all = answers.flatMap(({ series }, place) =>
    series.map((one) => ({
      ...one,
      key: JSON.stringify([place, one.labels]),
      name: nameOf(one, isMany ? queries[place] : undefined),
      latest: one.points.at(-1)?.[1] ?? -Infinity,
    })),
  );
  const series = all.sort((a, b) => b.latest - a.latest);
  if (series.length === 0) {
    return (
      <Notice title="No data">
        <p>
          No series {rangePhrase(range)} matches. Choose a longer time range, or browse the metrics to see
          which exist.
        </p>
      </Notice>
    );
  }
  const exemplars = exemplarResults.flatMap(({ data }) => data ?? []).sort((a, b) => b.value - a.value);
  const isStale = results.some(({ isPlaceholderData }) => isPlaceholderData);
  const known = services.data ?? [];

  if (view === 'heatmap') {
    const map = heatMapOf(series);
    return map === undefined ? (
      <Notice title="Not a histogram">
        <p>
          A heat map needs a native histogram, or the series of a classic one by <code>le</code>, for example{' '}
          <code>sum by (le) (increase(http_server_request_duration_seconds_bucket[5m]))</code>.
        </p>
      </Notice>
    ) : (
      <div className={classes.results} data-stale={isStale}>
        <HeatMapChart map={map} time={time} onZoom={onZoom} />
        <ExemplarTable exemplars={exemplars} services={known} />
      </div>
    );
  }
  const isNative = series.every(({ points, histograms }) => points.length === 0 && histograms.length > 0);
  return (
    <div className={classes.results} data-stale={isStale}>
      <div className={classes.head}>
        <h2 className={classes.count} aria-live="polite">
          {formatCounted(series.length, 'series', 'series')}
          {series.length > MOST_DRAWN && (
            <span className={classes.note}> · the graph shows the {MOST_DRAWN} largest</span>
          )}
        </h2>
        <span className={classes.note}>Drag over the graph to zoom</span>
        <Checkbox
          className={classes.exemplars ?? ''}
          label="Exemplars"
          checked={hasExemplars}
          onChange={(event) => onExemplars(event.currentTarget.checked)}
        />
      </div>
      {isNative ? (
        <Notice title="A histogram">
          <p>
            The series are native histograms. Choose “Heat map”, or apply <code>histogram_quantile</code> to
            see a percentile.
          </p>
        </Notice>
      ) : (
        <SeriesChart
          result={{ ...time, series: series.slice(0, MOST_DRAWN) }}
          focused={focused}
          onZoom={onZoom}
          marks={exemplars.slice(0, MOST_EXEMPLARS).map((exemplar, index) => ({
            key: String(index),
            millis: exemplar.millis,
            value: exemplar.value,
            path: tracePath(exemplar),
            title: `${formatShortTime(exemplar.millis)}: ${formatNumber(exemplar.value)}, open trace`,
          }))}
        />
      )}
      <div className={`${table.frame} ${classes.table}`}>
        <table className={table.table} aria-label="Series">
          <thead>
            <tr>
              <th scope="col">Series</th>
              <th scope="col" className={table.number}>
                Last
              </th>
              <th scope="col" className={table.number}>
                Largest
              </th>
              <th scope="col" className={table.number}>
                Mean
              </th>
              <th scope="col">See also</th>
            </tr>
          </thead>
          <tbody>
            {series.slice(0, MOST_LISTED).map(({ key, name, labels, points }, index) => (
              <tr
                key={key}
                onPointerEnter={() => setFocused(key)}
                onPointerLeave={() => setFocused(undefined)}
              >
                <td className={classes.name}>
                  <span
                    className={classes.swatch}
                    style={{ background: index < MOST_DRAWN ? seriesColor(index) : 'none' }}
                    aria-hidden
                  />
                  <bdi>{visibleText(name)}</bdi>
                </td>
                <td className={table.number}>{formatNumber(points.at(-1)?.[1])}</td>
                <td className={table.number}>{formatNumber(largest(points))}</td>
                <td className={table.number}>{formatNumber(mean(points))}</td>
                <td>
                  <ServiceLinks service={serviceOfSeries(labels, known)} range={range} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {series.length > MOST_LISTED && (
        <p className={classes.note}>The table shows {MOST_LISTED} series. Aggregate them to see all.</p>
      )}
      <ExemplarTable exemplars={exemplars} services={known} />
    </div>
  );
};

const nameOf = ({ labels }: PromqlSeries, query: string | undefined): string => {
  const name = seriesName(labels);
  if (query === undefined) return name ?? 'all series';
  return name === undefined ? query : `${query} ${name}`;
};

const tracePath = ({ traceId, spanId }: Exemplar): string =>
  `/trace/${encodeURIComponent(traceId)}${spanId === undefined ? '' : `?uiFind=${encodeURIComponent(spanId)}`}`;

const largest = (points: PromqlSeries['points']): number | undefined =>
  points.length === 0 ? undefined : points.reduce((most, [, value]) => Math.max(most, value), -Infinity);

const mean = (points: PromqlSeries['points']): number | undefined => {
  const finite = points.filter(([, value]) => Number.isFinite(value));
  return finite.length === 0 ? undefined : finite.reduce((sum, [, value]) => sum + value, 0) / finite.length;
};

interface ExemplarTableProps {
  /** Exemplars, largest value first. */
  readonly exemplars: readonly Exemplar[];
  readonly services: readonly string[];
}

/** Largest exemplars with their traces; the graph marks more of them. */
const ExemplarTable = ({ exemplars, services }: ExemplarTableProps) =>
  exemplars.length === 0 ? null : (
    <>
      <h2 className={classes.subheading}>Exemplars</h2>
      <div className={table.frame}>
        <table className={table.table} aria-label="Exemplars">
          <thead>
            <tr>
              <th scope="col">Time</th>
              <th scope="col" className={table.number}>
                Value
              </th>
              <th scope="col">Service</th>
              <th scope="col">Trace</th>
            </tr>
          </thead>
          <tbody>
            {exemplars.slice(0, LISTED_EXEMPLARS).map((exemplar, index) => (
              <tr key={index}>
                <td>{formatShortTime(exemplar.millis)}</td>
                <td className={table.number}>{formatNumber(exemplar.value)}</td>
                <td>{visibleText(serviceOfSeries(exemplar.seriesLabels, services) ?? '–')}</td>
                <td>
                  <Link className={classes.trace} to={tracePath(exemplar)}>
                    {visibleText(exemplar.traceId.slice(0, 8))}
                  </Link>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
