import { useElementSize } from '@mantine/hooks';
import { formatShortTime } from '../format/time.js';
import { axisTicks, stretches, type Point } from './axis.js';
import classes from './TimeChart.module.css';

export interface ChartLine {
  readonly name: string;
  /** How it is drawn: lines of one chart go from faint to strong. */
  readonly tone: 'faint' | 'medium' | 'strong' | 'error';
  readonly points: readonly Point[];
}

interface TimeChartProps {
  readonly title: string;
  readonly lines: readonly ChartLine[];
  readonly startMillis: number;
  readonly endMillis: number;
  readonly stepMillis: number;
  readonly format: (value: number) => string;
  /** A value that is not to be exceeded. */
  readonly limit?: number;
  /** Where the pointer is, on whichever chart of the page. */
  readonly hovered: number | undefined;
  readonly onHover: (millis: number | undefined) => void;
}

const HEIGHT = 168;
const INSET = { top: 8, right: 10, bottom: 20, left: 58 };

/** A few lines over time. Charts side by side share the time that is pointed at. */
export const TimeChart = (props: TimeChartProps) => {
  const { title, lines, startMillis, endMillis, stepMillis, format, limit, hovered, onHover } = props;
  const { ref, width } = useElementSize<HTMLDivElement>();
  const values = lines.flatMap(({ points }) => points.map(([, value]) => value));
  const ticks = axisTicks(0, Math.max(0, ...values));
  const high = ticks.at(-1) ?? 1;

  const plot = {
    width: Math.max(0, width - INSET.left - INSET.right),
    height: HEIGHT - INSET.top - INSET.bottom,
  };
  const x = (millis: number) =>
    INSET.left + ((millis - startMillis) / Math.max(1, endMillis - startMillis)) * plot.width;
  const y = (value: number) => INSET.top + (1 - value / high) * plot.height;
  const path = (points: readonly Point[]) =>
    points
      .map(
        ([millis, value], index) =>
          `${index === 0 ? 'M' : 'L'}${x(millis).toFixed(1)} ${y(value).toFixed(1)}`,
      )
      .join('');

  const latest = (line: ChartLine) => line.points.at(-1)?.[1];
  const at = (line: ChartLine) => line.points.find(([millis]) => millis === hovered)?.[1];
  return (
    <figure className={classes.figure}>
      <figcaption className={classes.caption}>
        <span className={classes.title}>{title}</span>
        <span className={classes.when}>{hovered === undefined ? '' : formatShortTime(hovered)}</span>
        {lines.map((line) => {
          const value = hovered === undefined ? latest(line) : at(line);
          return (
            <span key={line.name} className={classes.value}>
              <span className={classes.swatch} data-tone={line.tone} />
              {lines.length > 1 && <span className={classes.name}>{line.name}</span>}
              <span className={classes.number}>{value === undefined ? '–' : format(value)}</span>
            </span>
          );
        })}
      </figcaption>
      <div ref={ref} style={{ height: HEIGHT }}>
        <svg
          className={classes.drawing}
          width={width}
          height={HEIGHT}
          role="img"
          aria-label={`${title} over time; the latest is ${lines.map((line) => `${line.name} ${format(latest(line) ?? 0)}`).join(', ')}`}
          onPointerMove={(event) => {
            const { left } = event.currentTarget.getBoundingClientRect();
            const share = (event.clientX - left - INSET.left) / Math.max(1, plot.width);
            const steps = Math.round((share * (endMillis - startMillis)) / stepMillis);
            onHover(share < 0 || share > 1 ? undefined : startMillis + steps * stepMillis);
          }}
          onPointerLeave={() => onHover(undefined)}
        >
          {ticks.map((tick) => (
            <g key={tick}>
              <line
                className={classes.grid}
                x1={INSET.left}
                x2={INSET.left + plot.width}
                y1={y(tick)}
                y2={y(tick)}
              />
              <text className={classes.tick} x={INSET.left - 8} y={y(tick)} dy="0.32em" textAnchor="end">
                {format(tick)}
              </text>
            </g>
          ))}
          {limit !== undefined && limit < high && (
            <line
              className={classes.limit}
              x1={INSET.left}
              x2={INSET.left + plot.width}
              y1={y(limit)}
              y2={y(limit)}
            />
          )}
          <text className={classes.tick} x={INSET.left} y={HEIGHT - 4}>
            {formatShortTime(startMillis)}
          </text>
          <text className={classes.tick} x={INSET.left + plot.width} y={HEIGHT - 4} textAnchor="end">
            {formatShortTime(endMillis)}
          </text>
          {hovered !== undefined && (
            <line
              className={classes.cursor}
              x1={x(hovered)}
              x2={x(hovered)}
              y1={INSET.top}
              y2={INSET.top + plot.height}
            />
          )}
          {lines.map(({ name, tone, points }) =>
            stretches(points, stepMillis).map((part) => {
              const [first] = part;
              return part.length === 1 && first !== undefined ? (
                <circle
                  key={`${name} ${first[0]}`}
                  className={classes.dot}
                  data-tone={tone}
                  cx={x(first[0])}
                  cy={y(first[1])}
                  r={2.5}
                />
              ) : (
                <path
                  key={`${name} ${first?.[0]}`}
                  className={classes.line}
                  data-tone={tone}
                  d={path(part)}
                />
              );
            }),
          )}
        </svg>
      </div>
    </figure>
  );
};
