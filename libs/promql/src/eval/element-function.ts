import type { NativeHistogram } from '@lantern/telemetry-model';
import { ABSENT, FLOAT, HISTOGRAM, setFloat, type Matrix } from './matrix.js';
import type { QueryPace } from './query-pace.js';

/** Returns a number for a number. `step` selects the value of another argument. */
export type ElementFunction = (value: number, step: number) => number;

/** Applies a function to each float. Histograms are left out. Changes the rows in place, as nothing else refers to them. */
export const mapFloats = async (matrix: Matrix, apply: ElementFunction, pace: QueryPace): Promise<Matrix> => {
  for (const row of matrix) {
    const { kinds, values } = row;
    row.dropsName = true;
    delete row.histograms;
    await pace.slices(kinds.length, (from, to) => {
      for (let step = from; step < to; step++) {
        if (kinds[step] === FLOAT) values[step] = apply(values[step] ?? 0, step);
        else kinds[step] = ABSENT;
      }
    });
  }
  return matrix;
};

/** Applies a function to each histogram. Floats are left out. */
export const mapHistograms = async (
  matrix: Matrix,
  apply: (histogram: NativeHistogram) => number,
  pace: QueryPace,
): Promise<Matrix> => {
  for (const row of matrix) {
    const { histograms, kinds } = row;
    row.dropsName = true;
    delete row.histograms;
    await pace.slices(kinds.length, (from, to) => {
      for (let step = from; step < to; step++) {
        const histogram = kinds[step] === HISTOGRAM ? histograms?.[step] : undefined;
        if (histogram) setFloat(row, step, apply(histogram));
        else kinds[step] = ABSENT;
      }
    });
  }
  return matrix;
};

const DEGREES = 180;

/** As in Prometheus: a half is rounded up. */
export const roundTo = (value: number, nearest: number): number => {
  const inverse = 1 / nearest;
  return Math.floor(value * inverse + 0.5) / inverse;
};

/** Go's `math.Max` and `math.Min`: NaN wins, as in JavaScript. */
export const clamp = (value: number, min: number, max: number): number => Math.max(min, Math.min(max, value));

const asDate =
  (read: (date: Date) => number): ElementFunction =>
  (seconds) => {
    const date = new Date(Math.trunc(seconds) * 1_000);
    return read(date);
  };

const daysInMonth = (date: Date): number =>
  new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();

const MILLIS_PER_DAY = 86_400_000;

const dayOfYear = (date: Date): number =>
  Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / MILLIS_PER_DAY) + 1;

/** Functions of one number. */
export const ELEMENT_FUNCTIONS: Readonly<Record<string, ElementFunction>> = {
  abs: Math.abs,
  acos: Math.acos,
  acosh: Math.acosh,
  asin: Math.asin,
  asinh: Math.asinh,
  atan: Math.atan,
  atanh: Math.atanh,
  ceil: Math.ceil,
  cos: Math.cos,
  cosh: Math.cosh,
  deg: (value) => (value * DEGREES) / Math.PI,
  exp: Math.exp,
  floor: Math.floor,
  ln: Math.log,
  log10: Math.log10,
  log2: Math.log2,
  rad: (value) => (value * Math.PI) / DEGREES,
  sgn: (value) => (value < 0 ? -1 : value > 0 ? 1 : value),
  sin: Math.sin,
  sinh: Math.sinh,
  sqrt: Math.sqrt,
  tan: Math.tan,
  tanh: Math.tanh,
};

/** Functions of a time in seconds since 1970, in UTC. */
export const DATE_FUNCTIONS: Readonly<Record<string, ElementFunction>> = {
  day_of_month: asDate((date) => date.getUTCDate()),
  day_of_week: asDate((date) => date.getUTCDay()),
  day_of_year: asDate(dayOfYear),
  days_in_month: asDate(daysInMonth),
  hour: asDate((date) => date.getUTCHours()),
  minute: asDate((date) => date.getUTCMinutes()),
  month: asDate((date) => date.getUTCMonth() + 1),
  year: asDate((date) => date.getUTCFullYear()),
};
