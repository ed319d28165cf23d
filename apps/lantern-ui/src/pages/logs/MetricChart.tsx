import { useElementSize } from '@mantine/hooks';
import { useState } from 'react';
import type { MetricResult, MetricSeries } from '../../api/loki.js';
import { axisTicks, stretches, type Point } from '../../shared/chart/axis.js';
import { formatShortTime } from '../../shared/format/time.js';
import classes from './MetricChart.module.css';
import { formatNumber, seriesColor } from './metric-series.js';

interface NamedSeries extends MetricSeries {
  readonly name: string;
}

interface MetricChartProps {
  readonly result: Omit<MetricResult, 'series'> & { readonly series: readonly NamedSeries[] };
  /** The series to bring out; the others step back. */
  readonly focused: string | undefined;
}

const HEIGHT = 260;
const INSET = { top: 10, right: 12, bottom: 22, left: 56 };

export const MetricChart = ({ result, focused }: MetricChartProps) => {
  const { ref, width } = useElementSize<HTMLDivElement>();
  const [hovered, setHovered] = useState<number>();
  const { series, startMillis, endMillis, stepMillis } = result;
  const values = series.flatMap(({ points }) => points.map(([, value]) => value)).filter(Number.isFinite);
  const ticks = axisTicks(Math.min(...values), Math.max(...values));
  const [low = 0, high = 1] = [ticks[0], ticks.at(-1)];

  const plotWidth = Math.max(0, width - INSET.left - INSET.right);
  const plotHeight = HEIGHT - INSET.top - INSET.bottom;
  const x = (millis: number) =>
    INSET.left + ((millis - startMillis) / Math.max(1, endMillis - startMillis)) * plotWidth;
  const y = (value: number) => INSET.top + (1 - (value - low) / (high - low || 1)) * plotHeight;
  const path = (points: readonly Point[]) =>
    points.map(([millis, value], index) => `${index === 0 ? 'M' : 'L'}${x(millis)} ${y(value)}`).join('');

  const times = 4;
  const atHovered = hovered === undefined ? [] : valuesAt(series, hovered);
  return (
    <div ref={ref} className={classes.chart}>
      <svg
        width={width}
        height={HEIGHT}
        role="img"
        aria-label={`${series.length} series over time; the table below has their numbers`}
        onPointerMove={(event) => {
          const { left } = event.currentTarget.getBoundingClientRect();
          const share = (event.clientX - left - INSET.left) / Math.max(1, plotWidth);
          const steps = Math.round((share * (endMillis - startMillis)) / stepMillis);
          setHovered(share < 0 || share > 1 ? undefined : startMillis + steps * stepMillis);
        }}
        onPointerLeave={() => setHovered(undefined)}
      >
        {ticks.map((tick) => (
          <g key={tick}>
            <line
              className={classes.grid}
              x1={INSET.left}
              x2={INSET.left + plotWidth}
              y1={y(tick)}
              y2={y(tick)}
            />
            <text className={classes.tick} x={INSET.left - 8} y={y(tick) + 4} textAnchor="end">
              {formatNumber(tick)}
            </text>
          </g>
        ))}
        {Array.from({ length: times + 1 }, (_, index) => {
          const millis = startMillis + ((endMillis - startMillis) * index) / times;
          return (
            <text
              key={index}
              className={classes.tick}
              x={x(millis)}
              y={HEIGHT - 6}
              textAnchor={index === 0 ? 'start' : index === times ? 'end' : 'middle'}
            >
              {formatShortTime(millis)}
            </text>
          );
        })}
        {hovered !== undefined && (
          <line
            className={classes.cursor}
            x1={x(hovered)}
            x2={x(hovered)}
            y1={INSET.top}
            y2={INSET.top + plotHeight}
          />
        )}
        {series.map(({ name, points }, rank) =>
          stretches(points, stepMillis).map((part, index) =>
            part.length === 1 ? (
              <circle
                key={`${name} ${index}`}
                cx={x(part[0]?.[0] ?? 0)}
                cy={y(part[0]?.[1] ?? 0)}
                r={2}
                style={{ fill: seriesColor(rank) }}
                opacity={focused === undefined || focused === name ? 1 : 0.15}
              />
            ) : (
              <path
                key={`${name} ${index}`}
                className={classes.line}
                d={path(part)}
                style={{ stroke: seriesColor(rank) }}
                opacity={focused === undefined || focused === name ? 1 : 0.15}
              />
            ),
          ),
        )}
      </svg>
      {hovered !== undefined && atHovered.length > 0 && (
        <div
          className={classes.tip}
          style={x(hovered) > width / 2 ? { right: width - x(hovered) + 10 } : { left: x(hovered) + 10 }}
        >
          <div className={classes.when}>{formatShortTime(hovered)}</div>
          {atHovered.slice(0, 8).map(({ name, rank, value }) => (
            <div key={name} className={classes.value}>
              <span className={classes.swatch} style={{ background: seriesColor(rank) }} />
              <bdi className={classes.name}>{name}</bdi>
              <span>{formatNumber(value)}</span>
            </div>
          ))}
          {atHovered.length > 8 && <div className={classes.when}>and {atHovered.length - 8} more</div>}
        </div>
      )}
    </div>
  );
};

const valuesAt = (series: readonly NamedSeries[], millis: number) =>
  series
    .flatMap(({ name, points }, rank) => {
      const point = points.find(([at]) => at === millis);
      return point === undefined ? [] : [{ name, rank, value: point[1] }];
    })
    .sort((a, b) => b.value - a.value);
