import { useElementSize } from '@mantine/hooks';
import { useState, type PointerEvent } from 'react';
import { formatNumber } from '../../shared/chart/metric-series.js';
import type { PlotTime } from '../../shared/chart/TimePlot.js';
import { formatShortTime } from '../../shared/format/time.js';
import type { HeatMap } from './heat-map.js';
import classes from './HeatMapChart.module.css';

interface HeatMapChartProps {
  readonly map: HeatMap;
  readonly time: PlotTime;
  /** Called with the range that the user drags over. */
  readonly onZoom: (startMillis: number, endMillis: number) => void;
}

const HEIGHT = 320;
const INSET = { top: 8, right: 12, bottom: 20, left: 66 };
const DRAG_PIXELS = 5;
const MOST_BOUNDS = 10;

/** Lightest cell; the strongest one is opaque. */
const LEAST_OPACITY = 0.12;

/** Heat map of a histogram over time: the stronger the color, the more observations. */
export const HeatMapChart = ({ map: { bounds, cells, maxCount }, time, onZoom }: HeatMapChartProps) => {
  const { ref, width } = useElementSize<HTMLDivElement>();
  const [pointed, setPointed] = useState<{ readonly x: number; readonly y: number }>();
  const [dragStart, setDragStart] = useState<number>();
  const { startMillis, endMillis, stepMillis } = time;
  const right = Math.max(INSET.left, width - INSET.right);
  const bottom = HEIGHT - INSET.bottom;
  const columns = Math.round((endMillis - startMillis) / stepMillis) + 1;
  const cellWidth = (right - INSET.left) / Math.max(1, columns);
  const cellHeight = (bottom - INSET.top) / Math.max(1, bounds.length);
  const x = (millis: number) => INSET.left + ((millis - startMillis) / stepMillis) * cellWidth;
  const y = (row: number) => bottom - (row + 1) * cellHeight;
  const millisAt = (pixel: number) =>
    startMillis + ((pixel - INSET.left) / Math.max(1, cellWidth)) * stepMillis;

  const follow = (event: PointerEvent<SVGSVGElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    const place = { x: event.clientX - box.left, y: event.clientY - box.top };
    setPointed({ x: Math.min(right, Math.max(INSET.left, place.x)), y: place.y });
    return place.x;
  };
  const cell =
    pointed === undefined
      ? undefined
      : cells.find(
          ({ millis, row }) =>
            x(millis) <= pointed.x &&
            pointed.x < x(millis) + cellWidth &&
            y(row) <= pointed.y &&
            pointed.y < y(row) + cellHeight,
        );
  const every = Math.ceil(bounds.length / MOST_BOUNDS);
  return (
    <div ref={ref} className={classes.chart}>
      <svg
        className={classes.drawing}
        width={width}
        height={HEIGHT}
        role="img"
        aria-label={`Heat map with ${bounds.length} buckets from ${boundText(bounds[0])} to ${boundText(bounds.at(-1))}; the largest count is ${formatNumber(maxCount)}`}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          setDragStart(follow(event));
        }}
        onPointerMove={follow}
        onPointerUp={() => {
          setDragStart(undefined);
          if (dragStart === undefined || pointed === undefined) return;
          if (Math.abs(pointed.x - dragStart) < DRAG_PIXELS) return;
          onZoom(millisAt(Math.min(dragStart, pointed.x)), millisAt(Math.max(dragStart, pointed.x)));
        }}
        onPointerCancel={() => setDragStart(undefined)}
        onPointerLeave={() => setPointed(undefined)}
      >
        {cells.map(({ millis, row, count }) => (
          <rect
            key={`${millis} ${row}`}
            className={classes.cell}
            x={x(millis)}
            y={y(row)}
            width={cellWidth + 0.4}
            height={Math.max(1, cellHeight - 0.6)}
            opacity={
              LEAST_OPACITY + (1 - LEAST_OPACITY) * Math.sqrt(count / Math.max(maxCount, Number.MIN_VALUE))
            }
          />
        ))}
        {bounds.map(
          (bound, row) =>
            row % every === 0 && (
              <text
                key={bound}
                className={classes.tick}
                x={INSET.left - 8}
                y={y(row)}
                dy="0.6em"
                textAnchor="end"
              >
                {boundText(bound)}
              </text>
            ),
        )}
        <text className={classes.tick} x={INSET.left} y={HEIGHT - 4}>
          {formatShortTime(startMillis)}
        </text>
        <text className={classes.tick} x={right} y={HEIGHT - 4} textAnchor="end">
          {formatShortTime(endMillis)}
        </text>
        {dragStart !== undefined && pointed !== undefined && (
          <rect
            className={classes.drag}
            x={Math.min(dragStart, pointed.x)}
            y={INSET.top}
            width={Math.abs(pointed.x - dragStart)}
            height={bottom - INSET.top}
          />
        )}
      </svg>
      <p className={classes.told}>
        {cell === undefined
          ? 'Each column is a time, each row a bucket with its upper bound. Drag to zoom.'
          : `${formatShortTime(cell.millis)}: ${formatNumber(cell.count)} observations up to ${boundText(bounds[cell.row])}`}
      </p>
    </div>
  );
};

const boundText = (bound: number | undefined): string => (bound === Infinity ? '+Inf' : formatNumber(bound));
