import { useState } from 'react';
import type { MetricResult, MetricSeries } from '../../api/loki.js';
import { formatShortTime } from '../format/time.js';
import { visibleText } from '../visible-text.js';
import { formatNumber, formatTick, seriesColor } from './metric-series.js';
import classes from './SeriesChart.module.css';
import { TimePlot, type PlotMark } from './TimePlot.js';

export interface NamedSeries extends MetricSeries {
  readonly name: string;
  /** Key of the series, unique in one response, unlike the name. */
  readonly key: string;
}

interface SeriesChartProps {
  readonly result: Omit<MetricResult, 'series'> & { readonly series: readonly NamedSeries[] };
  /** Key of the series to highlight; the others are dimmed. */
  readonly focused: string | undefined;
  readonly marks?: readonly PlotMark[];
  /** Called with the range that the user drags over. */
  readonly onZoom?: (startMillis: number, endMillis: number) => void;
}

/** Maximum number of series in the tooltip. */
const MOST_TOLD = 8;

/** Chart of the series of a query, with their values at the pointer. */
export const SeriesChart = ({ result: { series, ...time }, focused, ...plot }: SeriesChartProps) => {
  const [hovered, setHovered] = useState<number>();
  const values = hovered === undefined ? [] : valuesAt(series, hovered);
  return (
    <TimePlot
      label={`${series.length} series over time; the table below has their numbers`}
      lines={series.map(({ key, points }, rank) => ({
        key,
        color: seriesColor(rank),
        points,
        isFaded: focused !== undefined && focused !== key,
      }))}
      format={formatTick}
      height={260}
      parts={4}
      hovered={hovered}
      onHover={setHovered}
      tip={
        hovered !== undefined &&
        values.length > 0 && (
          <>
            <div className={classes.when}>{formatShortTime(hovered)}</div>
            {values.slice(0, MOST_TOLD).map(({ name, key, rank, value }) => (
              <div key={key} className={classes.value}>
                <span className={classes.swatch} style={{ background: seriesColor(rank) }} />
                <bdi className={classes.name}>{visibleText(name)}</bdi>
                <span>{formatNumber(value)}</span>
              </div>
            ))}
            {values.length > MOST_TOLD && (
              <div className={classes.when}>and {values.length - MOST_TOLD} more</div>
            )}
          </>
        )
      }
      {...time}
      {...plot}
    />
  );
};

const valuesAt = (series: readonly NamedSeries[], millis: number) =>
  series
    .flatMap(({ name, key, points }, rank) => {
      const point = points.find(([at]) => at === millis);
      return point === undefined ? [] : [{ name, key, rank, value: point[1] }];
    })
    .sort((a, b) => b.value - a.value);
