import { mapKey, type LogLabels } from '@lantern/telemetry-model';
import { EvaluationError } from './evaluation-error.js';

/** One number for each step of a query. */
export interface Series {
  readonly labels: LogLabels;
  /** {@link labelsKey} of the labels. */
  readonly key: string;
  readonly values: Float64Array;
  /** 1 at steps with a value. NaN is a value. */
  readonly present: Uint8Array;
}

/** Limit on the cells of all series of a query: about 180 MB. */
const MAX_CELLS = 20_000_000;

/** Memory of a series beside its values, in cells. */
const CELLS_PER_SERIES = 32;
/** Labels are held as values and as a key; an aggregation makes up to three series of each set of labels. */
const CHARACTERS_PER_CELL = 12;

/** Counts the cells that a query holds, and limits them. */
export class SeriesBudget {
  private cells = 0;

  constructor(private readonly steps: number) {}

  create(labels: LogLabels, key = labelsKey(labels)): Series {
    this.cells += this.steps + CELLS_PER_SERIES + Math.ceil(key.length / CHARACTERS_PER_CELL);
    if (this.cells > MAX_CELLS) {
      throw new EvaluationError(
        `the query makes more than ${MAX_CELLS} values on its way; ` +
          'consider aggregating by fewer labels, a shorter range, or a longer step',
      );
    }
    return { labels, key, values: new Float64Array(this.steps), present: new Uint8Array(this.steps) };
  }
}

/** Returns a key that is equal for equal sets of labels in any order. */
export const labelsKey = (labels: LogLabels): string => {
  const names = Object.keys(labels).sort();
  let key = '';
  for (const name of names) key += `${JSON.stringify(name)}:${JSON.stringify(labels[name])},`;
  return key;
};

/** Sorts labels by name and drops empty ones, which equal absent ones. */
export const sortedLabels = (labels: LogLabels): LogLabels => {
  const sorted: Record<string, string> = {};
  for (const name of Object.keys(labels).sort()) {
    const value = labels[name];
    if (value !== undefined && value !== '') sorted[name] = value;
  }
  return sorted;
};

export const pickLabels = (labels: LogLabels, isPicked: (name: string) => boolean): LogLabels => {
  const picked: Record<string, string> = {};
  for (const name of Object.keys(labels)) {
    if (isPicked(name)) picked[name] = labels[name] ?? '';
  }
  return picked;
};

/** Returns the first step at which both have a value, or -1. */
export const firstOverlap = (a: Series, b: Series): number => {
  for (let step = 0; step < a.present.length; step++)
    if (a.present[step] === 1 && b.present[step] === 1) return step;
  return -1;
};

/**
 * Joins series of equal labels, which have their values at different steps: an operator or `label_replace` gives
 * equal labels to different series. An answer never has two series with the same labels.
 *
 * @throws {EvaluationError} when two of them have a value at the same step
 */
export const joinSeries = (series: readonly Series[], budget: SeriesBudget): Series[] =>
  Array.from(
    Map.groupBy(series, ({ key }) => mapKey(key)).values(),
    ([first, ...others]) => first && (others.length === 0 ? first : joinGroup(first, others, budget)),
  ).filter((joined) => joined !== undefined);

const joinGroup = (first: Series, others: readonly Series[], budget: SeriesBudget): Series => {
  const joined = budget.create(first.labels, first.key);
  for (const { values, present } of [first, ...others]) {
    for (let step = 0; step < present.length; step++) {
      if (present[step] !== 1) continue;
      if (joined.present[step] === 1) {
        throw new EvaluationError('vector cannot contain metrics with the same labelset');
      }
      joined.values[step] = values[step] ?? 0;
      joined.present[step] = 1;
    }
  }
  return joined;
};
