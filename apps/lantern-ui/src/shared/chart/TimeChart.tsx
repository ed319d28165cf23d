import { formatShortTime } from '../format/time.js';
import classes from './TimeChart.module.css';
import { TimePlot, type PlotLine, type PlotTime } from './TimePlot.js';

/** Line of a chart with its name. */
interface ChartLine extends Omit<PlotLine, 'key'> {
  readonly name: string;
}

interface TimeChartProps extends PlotTime {
  readonly title: string;
  readonly lines: readonly ChartLine[];
  readonly format: (value: number) => string;
  /** Limit, drawn as a line. */
  readonly limit?: number;
  /** Time at the pointer, on any chart of the page. */
  readonly hovered: number | undefined;
  readonly onHover: (millis: number | undefined) => void;
}

/** Chart of a few lines over time with their values. Charts side by side share the time at the pointer. */
export const TimeChart = ({ title, lines, ...plot }: TimeChartProps) => {
  const { format, hovered } = plot;
  const latest = ({ points }: ChartLine) => points.at(-1)?.[1];
  const figureOf = (line: ChartLine) =>
    hovered === undefined ? latest(line) : line.points.find(([millis]) => millis === hovered)?.[1];
  return (
    <figure className={classes.figure}>
      <figcaption className={classes.caption}>
        <span className={classes.title}>{title}</span>
        <span className={classes.when}>{hovered === undefined ? '' : formatShortTime(hovered)}</span>
        {lines.map((line) => {
          const value = figureOf(line);
          return (
            <span key={line.name} className={classes.value}>
              <span className={classes.swatch} style={{ background: line.color }} />
              {lines.length > 1 && <span className={classes.name}>{line.name}</span>}
              <span className={classes.number}>{value === undefined ? '–' : format(value)}</span>
            </span>
          );
        })}
      </figcaption>
      <TimePlot
        label={`${title} over time; the latest is ${lines.map((line) => `${line.name} ${format(latest(line) ?? 0)}`).join(', ')}`}
        lines={lines.map((line) => ({ ...line, key: line.name }))}
        height={168}
        parts={1}
        {...plot}
      />
    </figure>
  );
};
