import { METRIC_NAME, type SeriesLabels, type SeriesMatcher } from '@lantern/telemetry-model';
import type { Steps } from '../blocks/steps.js';
import { doubleOf } from './double-words.js';
import { decodeLabels, type LabelKey } from './label-key.js';

/** Series that has samples or is about to get some. */
export class KnownSeries {
  /** Number of lists of sealed blocks that name the series. */
  sealedLists = 0;
  /** Whether a record of the journal, or the file, has its labels. */
  isDefined = false;
  /** Whether the file has its labels. */
  isInFile = false;
  /** Newest sample since the start. */
  lastTime = -Infinity;
  lastHigh = 0;
  lastLow = 0;

  get lastValue(): number {
    return doubleOf(this.lastHigh, this.lastLow);
  }

  constructor(
    /** Number that no other series of the data folder ever has. */
    readonly id: number,
    readonly key: LabelKey,
    readonly labels: SeriesLabels,
  ) {}
}

/** Matchers whose answer depends on the value alone, remembered for each value. */
const remembered = (matcher: SeriesMatcher): ((value: string) => boolean) => {
  const answers = new Map<string, boolean>();
  return (value) => {
    let answer = answers.get(value);
    if (answer === undefined) {
      answer = matcher.matches(value);
      answers.set(value, answer);
    }
    return answer;
  };
};

/** Number of values or series that are tested in one step. A regular expression takes microseconds for each. */
const TESTED_PER_STEP = 512;

/** All series with an inverted index on their labels. */
export class SeriesTable {
  private readonly byKey = new Map<LabelKey, KnownSeries>();
  private readonly byId = new Map<number, KnownSeries>();
  /** IDs in ascending order, by name and value of a label. */
  private readonly index = new Map<string, Map<string, number[]>>();
  private nextId = 1;

  get size(): number {
    return this.byId.size;
  }

  find(key: LabelKey): KnownSeries | undefined {
    return this.byKey.get(key);
  }

  get(id: number): KnownSeries | undefined {
    return this.byId.get(id);
  }

  /** Number of series of a metric. */
  sizeOf(metricName: string): number {
    return this.index.get(METRIC_NAME)?.get(metricName)?.length ?? 0;
  }

  /** Adds a new series. @param id its number in the file; undefined for a series that is not in the file */
  add(key: LabelKey, labels: SeriesLabels = decodeLabels(key), id = this.nextId): KnownSeries {
    this.nextId = Math.max(this.nextId, id + 1);
    const series = new KnownSeries(id, key, labels);
    this.byKey.set(key, series);
    this.byId.set(id, series);
    for (const [i, name] of labels.names.entries()) {
      const value = labels.values[i] ?? '';
      let values = this.index.get(name);
      if (!values) this.index.set(name, (values = new Map<string, number[]>()));
      const ids = values.get(value);
      if (!ids) values.set(value, [id]);
      else if (id > (ids.at(-1) ?? 0)) ids.push(id);
      else ids.splice(lowerBound(ids, id), 0, id);
    }
    return series;
  }

  forget(series: KnownSeries): void {
    if (!this.byId.delete(series.id)) return;
    this.byKey.delete(series.key);
    for (const [i, name] of series.labels.names.entries()) {
      const value = series.labels.values[i] ?? '';
      const values = this.index.get(name);
      const ids = values?.get(value);
      if (!values || !ids) continue;
      ids.splice(lowerBound(ids, series.id), 1);
      if (ids.length > 0) continue;
      values.delete(value);
      if (values.size === 0) this.index.delete(name);
    }
  }

  /** Returns the series that all matchers match, in the order of their numbers. */
  *matching(matchers: readonly SeriesMatcher[]): Steps<KnownSeries[]> {
    const tests = matchers.map((matcher) => ({ matcher, test: remembered(matcher) }));
    let fewest: readonly number[] | undefined;
    for (const { matcher, test } of tests) {
      const ids = yield* this.candidates(matcher, test);
      if (ids && (!fewest || ids.length < fewest.length)) fewest = ids;
    }
    // A copy, because series may be added and forgotten between two steps.
    const ids = fewest?.slice() ?? Array.from(this.byId.keys()).sort((a, b) => a - b);
    const found: KnownSeries[] = [];
    for (const [at, id] of ids.entries()) {
      const series = this.byId.get(id);
      if (series && tests.every(({ matcher, test }) => test(series.labels.get(matcher.name))))
        found.push(series);
      if ((at + 1) % TESTED_PER_STEP === 0) yield;
    }
    return found;
  }

  /** Returns the IDs of all series that the matcher can match; undefined when it matches an absent label. */
  private *candidates(
    { name, operator, value }: SeriesMatcher,
    test: (value: string) => boolean,
  ): Steps<readonly number[] | undefined> {
    if (test('')) return undefined;
    const values = this.index.get(name);
    if (!values) return [];
    if (operator === '=') return values.get(value) ?? [];
    const lists: number[][] = [];
    let tested = 0;
    for (const [text, ids] of values) {
      if (test(text)) lists.push(ids);
      if (++tested % TESTED_PER_STEP === 0) yield;
    }
    if (lists.length < 2) return lists[0] ?? [];
    return lists.flat().sort((a, b) => a - b);
  }
}

/** Returns the index from `start` on of the first number that is not below `value`; `end` without one. */
export const lowerBound = (
  numbers: ArrayLike<number>,
  value: number,
  end = numbers.length,
  start = 0,
): number => {
  let low = start;
  let high = end;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((numbers[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
};
