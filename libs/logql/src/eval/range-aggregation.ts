import type { LogLabels, UnixNano } from '@lantern/telemetry-model';
import type { Grouping, RangeAggregation } from '../ast.js';
import { EvaluationError } from './evaluation-error.js';
import type { LogSource } from './log-source.js';
import type { QueryControl } from './query-control.js';
import { readSamples, type SampleRange, type SampleSink } from './sample-reader.js';
import { labelsKey, type Series, type SeriesBudget } from './series.js';
import { stepTime, type Steps } from './steps.js';
import { windowFunction, type Samples } from './window-functions.js';

/** Limit on the unwrapped values that a query holds: 80 MB. Counts and sizes are added up while lines are read. */
const MAX_SAMPLES = 5_000_000;

/** Number of values in windows between two checkpoints. */
const VALUES_PER_CHECK = 100_000;

export interface EvaluationContext {
  readonly steps: Steps;
  readonly budget: SeriesBudget;
  readonly source: LogSource;
  readonly control: QueryControl;
}

/**
 * The window of a step ends with it, moved by the offset, and leaves out its own beginning: `(T − R, T]`.
 *
 * @param grouping of the aggregation itself, or of a `sum` around it, which has the same result with fewer series
 */
export const aggregateRange = async (
  aggregation: RangeAggregation,
  grouping: Grouping | undefined,
  context: EvaluationContext,
): Promise<Series[]> => {
  if (aggregation.operation === 'absent_over_time') return [await absentSeries(aggregation, context)];
  return aggregation.unwrap
    ? aggregateValues(aggregation, grouping, context)
    : addUp(aggregation, grouping, context);
};

const rangeOf = ({ intervalNanos, offsetNanos }: RangeAggregation, steps: Steps): SampleRange => ({
  afterUnixNano: steps.startUnixNano - offsetNanos - intervalNanos,
  endUnixNano: stepTime(steps, steps.count - 1) - offsetNanos,
});

interface Sums {
  readonly labels: LogLabels;
  readonly key: string;
  /** Changes of the sum and of the number of lines at each step. One more element follows the last step. */
  readonly sumChanges: Float64Array;
  readonly countChanges: Float64Array;
}

/**
 * Adds each line at the first step whose window contains it, and subtracts it behind the last one. Counts and sizes are
 * whole numbers, so this is exact and no line is kept, however long the windows are.
 */
const addUp = async (
  aggregation: RangeAggregation,
  grouping: Grouping | undefined,
  { steps, budget, source, control }: EvaluationContext,
): Promise<Series[]> => {
  const range = rangeOf(aggregation, steps);
  const stepNanos = Number(steps.stepNanos);
  const intervalNanos = Number(aggregation.intervalNanos);
  const opened: { readonly series: Series; readonly sums: Sums }[] = [];
  const sink: SampleSink<Sums> = {
    open: (labels, key) => {
      const sums = {
        labels,
        key,
        sumChanges: new Float64Array(steps.count + 1),
        countChanges: new Float64Array(steps.count + 1),
      };
      // Three times the memory of a series.
      for (let copies = 0; copies < 2; copies++) budget.create(labels, key);
      opened.push({ series: budget.create(labels, key), sums });
      return sums;
    },
    add: ({ sumChanges, countChanges }, time: UnixNano, value) => {
      const since = Number(time - range.afterUnixNano);
      // In the window of step s when s × step < since ≤ s × step + interval.
      const first = Math.max(0, Math.ceil((since - intervalNanos) / stepNanos));
      const behind = Math.min(steps.count, Math.ceil(since / stepNanos));
      if (first >= behind) return;
      sumChanges[first] = (sumChanges[first] ?? 0) + value;
      sumChanges[behind] = (sumChanges[behind] ?? 0) - value;
      countChanges[first] = (countChanges[first] ?? 0) + 1;
      countChanges[behind] = (countChanges[behind] ?? 0) - 1;
    },
  };
  await readSamples(aggregation, grouping, range, sink, source, control);
  const isRate = aggregation.operation === 'rate' || aggregation.operation === 'bytes_rate';
  const divisor = isRate ? intervalNanos / 1e9 : 1;
  for (const { series, sums } of opened) {
    let sum = 0;
    let count = 0;
    for (let step = 0; step < steps.count; step++) {
      sum += sums.sumChanges[step] ?? 0;
      count += sums.countChanges[step] ?? 0;
      if (count === 0) continue;
      series.values[step] = sum / divisor;
      series.present[step] = 1;
    }
    await control.checkpoint();
  }
  return opened.map(({ series }) => series);
};

const aggregateValues = async (
  aggregation: RangeAggregation,
  grouping: Grouping | undefined,
  { steps, budget, source, control }: EvaluationContext,
): Promise<Series[]> => {
  const range = rangeOf(aggregation, steps);
  const opened: { readonly series: Series; readonly samples: Samples }[] = [];
  let sampleCount = 0;
  const sink: SampleSink<Samples> = {
    open: (labels, key) => {
      const samples = { times: [], values: [] };
      opened.push({ series: budget.create(labels, key), samples });
      return samples;
    },
    add: ({ times, values }, time: UnixNano, value) => {
      if (++sampleCount > MAX_SAMPLES) {
        throw new EvaluationError(
          `the query unwraps more than ${MAX_SAMPLES} values; consider a shorter range or a narrower selector`,
        );
      }
      times.push(Number(time - range.afterUnixNano));
      values.push(value);
    },
  };
  await readSamples(aggregation, grouping ?? aggregation.grouping, range, sink, source, control);
  const compute = windowFunction(aggregation.operation, aggregation.parameter ?? 0);
  const stepNanos = Number(steps.stepNanos);
  const intervalNanos = Number(aggregation.intervalNanos);
  let work = 0;
  for (const { series, samples } of opened) {
    let from = 0;
    let to = 0;
    for (let step = 0; step < steps.count; step++) {
      const startNanos = step * stepNanos;
      const endNanos = startNanos + intervalNanos;
      while ((samples.times[to] ?? Infinity) <= endNanos) to++;
      while ((samples.times[from] ?? Infinity) <= startNanos) from++;
      if (from < to) {
        series.values[step] = compute(samples, { from, to, endNanos, intervalNanos });
        series.present[step] = 1;
        work += to - from;
      }
      if (++work > VALUES_PER_CHECK) {
        work = 0;
        await control.checkpoint();
      }
    }
  }
  return opened.map(({ series }) => series);
};

/** Returns 1 where no line is in the window, with the labels that the selector fixes. */
const absentSeries = async (
  aggregation: RangeAggregation,
  { steps, budget, source, control }: EvaluationContext,
): Promise<Series> => {
  const labels: Record<string, string> = {};
  const matchers = aggregation.log.matchers;
  for (const { name, operator, value } of matchers) {
    const isOnly = matchers.filter((other) => other.name === name).length === 1;
    if (operator === '=' && value !== '' && isOnly) labels[name] = value;
  }
  const present = await addUp(
    { ...aggregation, operation: 'count_over_time' },
    { without: false, labels: [] },
    { steps, budget, source, control },
  );
  const series = budget.create(labels, labelsKey(labels));
  for (let step = 0; step < steps.count; step++) {
    if (present.some((other) => other.present[step] === 1)) continue;
    series.values[step] = 1;
    series.present[step] = 1;
  }
  return series;
};
