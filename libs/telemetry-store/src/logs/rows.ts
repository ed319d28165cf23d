import type { Column } from '../bytes/column.js';
import type { KnownStream } from './stream-table.js';

/** Distinct values of structured metadata in a block. */
export interface ValueTexts {
  textAt(index: number): string;
  /** Returns -1 when no row has the value. */
  indexOf(text: string): number;
  /** Size of a value in UTF-8. */
  bytesAt(index: number): number;
  /** `textHash` of a value. */
  hashAt(index: number): number;
}

/**
 * Lines of a block without their text, in the order of arrival. Two lines of one service, one of them within a trace:
 *
 * ```
 * streams    {service="web"}                    streamOf   0 0
 * shapes     [detected_level]                   shapeOf    0 1
 *            [detected_level, trace_id]
 * values     info, 0af7…                        pairs      0 · 0 1
 *                                               pairStart  0 1 3
 * ```
 */
export interface LogRows {
  readonly block: number;
  readonly rowCount: number;
  readonly streams: readonly KnownStream[];
  readonly streamOf: Column;
  readonly timeLow: Uint32Array;
  readonly timeHigh: Uint32Array;
  /** Distinct lists of structured metadata names that occur together. */
  readonly shapes: readonly (readonly string[])[];
  readonly shapeOf: Column;
  /**
   * Start of each row's values in `pairs`, one value for each name of its shape. One element longer than the number of
   * rows.
   */
  readonly pairStart: Uint32Array;
  /** Indexes into `values`. */
  readonly pairs: Column;
  readonly values: ValueTexts;
}

/** Returns a negative number when the first time is earlier. */
export const compareTimes = (aLow: number, aHigh: number, bLow: number, bHigh: number): number =>
  aHigh - bHigh || aLow - bLow;

const WORD = 2 ** 32;

type Times = Pick<LogRows, 'timeLow' | 'timeHigh'>;

/**
 * Sorts rows by time, in place. Rows of equal time keep the order of their arrival.
 *
 * @param rows ascending
 */
export const sortByTime = ({ timeLow, timeHigh }: Times, rows: Uint32Array): Uint32Array => {
  const { length } = rows;
  const [first = 0] = rows;
  let isAscending = true;
  let [minLow, minHigh, maxLow, maxHigh] = [timeLow[first] ?? 0, timeHigh[first] ?? 0, 0, 0];
  for (let at = 0; at < length; at++) {
    const row = rows[at] ?? 0;
    const [low, high] = [timeLow[row] ?? 0, timeHigh[row] ?? 0];
    if (compareTimes(low, high, minLow, minHigh) < 0) [minLow, minHigh] = [low, high];
    if (compareTimes(low, high, maxLow, maxHigh) < 0) isAscending = false;
    else [maxLow, maxHigh] = [low, high];
  }
  if (isAscending) return rows;
  // Numbers sort many times faster than with a comparator. Time and row fit into one number unless a block spans days.
  const greatest = (maxHigh - minHigh) * WORD + (maxLow - minLow);
  const places = 2 ** Math.ceil(Math.log2((rows[length - 1] ?? 0) + 1));
  if (greatest >= Number.MAX_SAFE_INTEGER / places - 1) {
    return rows.sort(
      (a, b) => compareTimes(timeLow[a] ?? 0, timeHigh[a] ?? 0, timeLow[b] ?? 0, timeHigh[b] ?? 0) || a - b,
    );
  }
  const keys = new Float64Array(length);
  for (let at = 0; at < length; at++) {
    const row = rows[at] ?? 0;
    const since = ((timeHigh[row] ?? 0) - minHigh) * WORD + ((timeLow[row] ?? 0) - minLow);
    keys[at] = since * places + row;
  }
  keys.sort();
  for (let at = 0; at < length; at++) {
    const key = keys[at] ?? 0;
    rows[at] = key - Math.floor(key / places) * places;
  }
  return rows;
};

export const allRows = ({ rowCount }: Pick<LogRows, 'rowCount'>): Uint32Array => {
  const rows = new Uint32Array(rowCount);
  for (let row = 0; row < rowCount; row++) rows[row] = row;
  return rows;
};

/** Returns the structured metadata of one row as a new object. */
export const metadataOf = (
  { shapes, shapeOf, pairStart, pairs, values }: LogRows,
  row: number,
): Record<string, string> => {
  const metadata: Record<string, string> = {};
  let pair = pairStart[row] ?? 0;
  for (const name of shapes[shapeOf[row] ?? 0] ?? []) {
    const value = values.textAt(pairs[pair++] ?? 0);
    if (name !== '__proto__') metadata[name] = value;
    else
      Object.defineProperty(metadata, name, { value, enumerable: true, configurable: true, writable: true });
  }
  return metadata;
};

const words = new BigUint64Array(1);
const halves = new Uint32Array(words.buffer);
words[0] = 1n;
/** The byte order of the machine decides which half comes first. */
const LOW = halves[0] === 1 ? 0 : 1;
const HIGH = 1 - LOW;

/** Returns the two halves of a time without the arithmetic of bigints. */
export const timeWords = (timeUnixNano: bigint): readonly [low: number, high: number] => {
  words[0] = timeUnixNano;
  return [halves[LOW] ?? 0, halves[HIGH] ?? 0];
};

export const timeOfWords = (low: number, high: number): bigint => {
  halves[LOW] = low;
  halves[HIGH] = high;
  return words[0] ?? 0n;
};
