import { METRIC_NAME, mapKey, type NativeHistogram, type SeriesLabels } from '@lantern/telemetry-model';
import { sameLabelsetError } from './evaluation-error.js';

/** Kinds of cells. */
export const ABSENT = 0;
export const FLOAT = 1;
export const HISTOGRAM = 2;

/** Series of a result: one cell per step. */
export interface Row {
  labels: SeriesLabels;
  /**
   * Whether the name of the metric is removed at the end of the query. It stays until then, so that functions in between can
   * still see it, and so that series of different metrics stay apart.
   */
  dropsName: boolean;
  /** Values of the cells that are {@link FLOAT}. */
  readonly values: Float64Array;
  readonly kinds: Uint8Array;
  /** Histograms of the cells that are {@link HISTOGRAM}. Undefined when there are none. */
  histograms?: (NativeHistogram | undefined)[];
}

/** Result of an expression: a table of series and steps. */
export type Matrix = Row[];

/** Cells of one block of memory: small enough to be freed soon, and large enough that allocation costs little. */
const BLOCK_CELLS = 16_384;

/** Allocates rows in blocks. */
export class RowAllocator {
  private values = new Float64Array(0);
  private kinds = new Uint8Array(0);
  private used = 0;

  constructor(private readonly steps: number) {}

  create(labels: SeriesLabels, dropsName: boolean): Row {
    const end = this.used + this.steps;
    if (end > this.values.length) {
      const rows = Math.max(1, Math.min(1_024, Math.floor(BLOCK_CELLS / Math.max(1, this.steps))));
      this.values = new Float64Array(rows * this.steps);
      this.kinds = new Uint8Array(rows * this.steps);
      this.used = 0;
    }
    const start = this.used;
    this.used += this.steps;
    return {
      labels,
      dropsName,
      values: this.values.subarray(start, this.used),
      kinds: this.kinds.subarray(start, this.used),
    };
  }

  /** Takes back the row that was created last, without a cell. */
  discard(): void {
    this.used -= this.steps;
  }
}

export const setHistogram = (row: Row, step: number, histogram: NativeHistogram): void => {
  row.kinds[step] = HISTOGRAM;
  (row.histograms ??= [])[step] = histogram;
};

export const setFloat = (row: Row, step: number, value: number): void => {
  row.kinds[step] = FLOAT;
  row.values[step] = value;
};

/** Copies a cell. */
export const copyCell = (from: Row, fromStep: number, to: Row, toStep: number): void => {
  to.kinds[toStep] = from.kinds[fromStep] ?? ABSENT;
  to.values[toStep] = from.values[fromStep] ?? 0;
  const histogram = from.histograms?.[fromStep];
  if (histogram) (to.histograms ??= [])[toStep] = histogram;
};

export const isEmptyRow = ({ kinds }: Row): boolean => {
  for (const kind of kinds) if (kind !== ABSENT) return false;
  return true;
};

/** Labels that describe the metric and not the series. Operations that change the meaning of values remove them. */
const METADATA_LABELS: ReadonlySet<string> = new Set([METRIC_NAME, '__type__', '__unit__']);

export const withoutMetadata = (labels: SeriesLabels): SeriesLabels =>
  labels.filter((name) => !METADATA_LABELS.has(name));

/** Key of a row in a `Map`. A name that will be removed is not the same as one that stays. */
export const rowKey = ({ labels, dropsName }: Row): string =>
  mapKey(dropsName ? `-${labels.key}` : labels.key);

/**
 * Merges rows that have the same labels, as happens when labels are replaced or names removed.
 *
 * @throws {PromqlEvaluationError} when two of them have a sample at the same time
 */
export const mergeRows = (matrix: Matrix): Matrix => {
  if (matrix.length < 2) return matrix;
  const byLabels = new Map<string, Row>();
  const merged: Matrix = [];
  for (const row of matrix) {
    const key = rowKey(row);
    const known = byLabels.get(key);
    if (known) mergeInto(known, row);
    else {
      byLabels.set(key, row);
      merged.push(row);
    }
  }
  return merged.length === matrix.length ? matrix : merged;
};

const mergeInto = (target: Row, row: Row): void => {
  for (let step = 0; step < row.kinds.length; step++) {
    if (row.kinds[step] === ABSENT) continue;
    if (target.kinds[step] !== ABSENT) throw sameLabelsetError();
    copyCell(row, step, target, step);
  }
};

/** Repeats the only step of each row. */
export const repeatStep = (matrix: Matrix, steps: number): Matrix => {
  if (steps === 1) return matrix;
  const allocator = new RowAllocator(steps);
  return matrix.map((row) => {
    const repeated = allocator.create(row.labels, row.dropsName);
    repeated.values.fill(row.values[0] ?? 0);
    repeated.kinds.fill(row.kinds[0] ?? ABSENT);
    const histogram = row.histograms?.[0];
    if (histogram) repeated.histograms = new Array<NativeHistogram>(steps).fill(histogram);
    return repeated;
  });
};
