import type { Point } from './axis.js';
import classes from './Sparkline.module.css';

interface SparklineProps {
  readonly points: readonly Point[];
  readonly startMillis: number;
  readonly endMillis: number;
}

const WIDTH = 96;
const HEIGHT = 22;

/** Line chart of a value from zero up, without an axis. */
export const Sparkline = ({ points, startMillis, endMillis }: SparklineProps) => {
  const high = Math.max(...points.map(([, value]) => value), Number.MIN_VALUE);
  const place = ([millis, value]: Point) =>
    `${(((millis - startMillis) / Math.max(1, endMillis - startMillis)) * WIDTH).toFixed(1)} ${(HEIGHT - 1 - (value / high) * (HEIGHT - 3)).toFixed(1)}`;
  return (
    <svg className={classes.spark} width={WIDTH} height={HEIGHT} aria-hidden>
      {points.length > 1 && <path d={`M${points.map(place).join('L')}`} />}
    </svg>
  );
};
