import { useElementSize } from '@mantine/hooks';
import { useState, type PointerEvent, type ReactNode } from 'react';
import { Link } from 'react-router';
import { formatShortTime } from '../format/time.js';
import { axisTicks, stretches, type Point } from './axis.js';
import classes from './TimePlot.module.css';

export interface PlotLine {
  /** Key of the line, unique in a plot. */
  readonly key: string;
  /** CSS color. */
  readonly color: string;
  readonly points: readonly Point[];
  /** Whether the line is dimmed while another one is highlighted. */
  readonly isFaded?: boolean;
}

/** Point on a plot that links to another page. */
export interface PlotMark {
  readonly key: string;
  readonly millis: number;
  readonly value: number;
  readonly path: string;
  readonly title: string;
}

export interface PlotTime {
  readonly startMillis: number;
  readonly endMillis: number;
  readonly stepMillis: number;
}

interface TimePlotProps extends PlotTime {
  /** Text alternative of the plot. */
  readonly label: string;
  readonly lines: readonly PlotLine[];
  readonly format: (value: number) => string;
  readonly height: number;
  /** Number of intervals of the time axis, where there is room. */
  readonly parts: number;
  /** Limit, drawn as a line. */
  readonly limit?: number;
  /** Step at the pointer, on this or another plot. */
  readonly hovered: number | undefined;
  readonly onHover: (millis: number | undefined) => void;
  /** Links at points. A list beside the plot must contain them too: the marks are for the pointer alone. */
  readonly marks?: readonly PlotMark[];
  /** Called with the range that the user drags over. */
  readonly onZoom?: (startMillis: number, endMillis: number) => void;
  /** Tooltip at that step; false for none. */
  readonly tip?: ReactNode;
}

const TIME_ROOM = 110;
/** Distance in pixels from which a movement of the pointer is a drag. */
const DRAG_PIXELS = 5;
const INSET = { top: 10, right: 12, bottom: 20, left: 58 };

/** A ratio without a denominator is NaN: the line has a gap there. */
const isDrawable = ([, value]: Point): boolean => Number.isFinite(value);

/** Plot of lines over time with axes. The y axis starts at zero or below. */
export const TimePlot = (props: TimePlotProps) => {
  const { lines, startMillis, endMillis, stepMillis, format, height, parts, limit, hovered, onHover } = props;
  const { ref, width } = useElementSize<HTMLDivElement>();
  const values = lines.flatMap(({ points }) => points.map(([, value]) => value)).filter(Number.isFinite);
  const ticks = axisTicks(Math.min(0, ...values), Math.max(0, ...values));
  const [low = 0, high = 1] = [ticks[0], ticks.at(-1)];

  const left = INSET.left;
  const right = Math.max(left, width - INSET.right);
  const bottom = height - INSET.bottom;
  const cuts = Math.max(1, Math.min(parts, Math.floor((right - left) / TIME_ROOM)));
  const x = (millis: number) =>
    left + ((millis - startMillis) / Math.max(1, endMillis - startMillis)) * (right - left);
  const y = (value: number) => INSET.top + (1 - (value - low) / (high - low || 1)) * (bottom - INSET.top);
  const [drag, setDrag] = useState<{ readonly from: number; readonly to: number }>();
  const pixelAt = (event: PointerEvent<SVGSVGElement>) =>
    Math.min(right, Math.max(left, event.clientX - event.currentTarget.getBoundingClientRect().left));
  const millisAt = (pixel: number) =>
    startMillis + ((pixel - left) / Math.max(1, right - left)) * (endMillis - startMillis);
  const endDrag = () => {
    setDrag(undefined);
    if (drag === undefined || Math.abs(drag.to - drag.from) < DRAG_PIXELS) return;
    props.onZoom?.(millisAt(Math.min(drag.from, drag.to)), millisAt(Math.max(drag.from, drag.to)));
  };
  const path = (points: readonly Point[]) =>
    points
      .map(([millis, value], i) => `${i === 0 ? 'M' : 'L'}${x(millis).toFixed(1)} ${y(value).toFixed(1)}`)
      .join('');

  return (
    <div ref={ref} className={classes.plot} style={{ height }}>
      <svg
        className={classes.drawing}
        width={width}
        height={height}
        role="img"
        aria-label={props.label}
        data-zooms={props.onZoom !== undefined}
        onPointerDown={(event) => {
          if (props.onZoom === undefined || event.button !== 0) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          setDrag({ from: pixelAt(event), to: pixelAt(event) });
        }}
        onPointerUp={endDrag}
        onPointerCancel={() => setDrag(undefined)}
        onPointerMove={(event) => {
          if (drag !== undefined) setDrag({ ...drag, to: pixelAt(event) });
          const { left: edge } = event.currentTarget.getBoundingClientRect();
          const share = (event.clientX - edge - left) / Math.max(1, right - left);
          const steps = Math.round((share * (endMillis - startMillis)) / stepMillis);
          onHover(share < 0 || share > 1 ? undefined : startMillis + steps * stepMillis);
        }}
        onPointerLeave={() => onHover(undefined)}
      >
        {ticks.map((tick) => (
          <g key={tick}>
            <line className={classes.grid} x1={left} x2={right} y1={y(tick)} y2={y(tick)} />
            <text className={classes.tick} x={left - 8} y={y(tick)} dy="0.32em" textAnchor="end">
              {format(tick)}
            </text>
          </g>
        ))}
        {Array.from({ length: cuts + 1 }, (_, index) => {
          const millis = startMillis + ((endMillis - startMillis) * index) / cuts;
          const anchor = index === 0 ? 'start' : index === cuts ? 'end' : 'middle';
          return (
            <text key={index} className={classes.tick} x={x(millis)} y={height - 4} textAnchor={anchor}>
              {formatShortTime(millis)}
            </text>
          );
        })}
        {limit !== undefined && limit < high && (
          <line className={classes.limit} x1={left} x2={right} y1={y(limit)} y2={y(limit)} />
        )}
        {drag !== undefined && (
          <rect
            className={classes.drag}
            x={Math.min(drag.from, drag.to)}
            y={INSET.top}
            width={Math.abs(drag.to - drag.from)}
            height={bottom - INSET.top}
          />
        )}
        {hovered !== undefined && (
          <line className={classes.cursor} x1={x(hovered)} x2={x(hovered)} y1={INSET.top} y2={bottom} />
        )}
        {lines.map(({ key, color, points, isFaded }) => (
          <g key={key} className={classes.line} style={{ color }} data-faded={isFaded}>
            {stretches(points.filter(isDrawable), stepMillis).map((part) => {
              const [[millis, value] = [0, 0]] = part;
              return part.length === 1 ? (
                <circle key={millis} cx={x(millis)} cy={y(value)} r={2.5} />
              ) : (
                <path key={millis} d={path(part)} />
              );
            })}
          </g>
        ))}
      </svg>
      {(props.marks ?? [])
        .filter(({ millis }) => millis >= startMillis && millis <= endMillis)
        .map(({ key, millis, value, path: to, title }) => (
          <Link
            key={key}
            className={classes.mark}
            to={to}
            title={title}
            tabIndex={-1}
            aria-hidden
            style={{ left: x(millis), top: y(Math.min(high, Math.max(low, value))) }}
          />
        ))}
      {hovered !== undefined && Boolean(props.tip) && (
        <div
          className={classes.tip}
          style={x(hovered) > width / 2 ? { right: width - x(hovered) + 10 } : { left: x(hovered) + 10 }}
        >
          {props.tip}
        </div>
      )}
    </div>
  );
};
