import type { Call, RangeSelector, Subquery } from '../syntax/ast.js';
import { selectorTimes, type EvaluationContext, type SelectorTimes } from './evaluation-context.js';
import { FLOAT, RowAllocator, isEmptyRow, type Matrix, type Row } from './matrix.js';
import { WINDOW_FUNCTIONS } from './over-time.js';
import { WORK_PER_HISTOGRAM, WORK_PER_ROW } from './query-pace.js';
import type { RangeCall } from './range-call.js';
import { rawSeriesOf, rawSeriesOfRow, type RawSeries } from './raw-series.js';
import { stepTime, type Steps } from './steps.js';
import { WindowCursor } from './window-cursor.js';

/** Functions that return a sample as it is, so that the result is still of the same metric. */
const KEEPS_NAME: ReadonlySet<string> = new Set(['first_over_time', 'last_over_time']);

/** Functions whose cost per window does not grow with the window. */
const CONSTANT_FUNCTIONS: ReadonlySet<string> = new Set([
  'changes',
  'count_over_time',
  'delta',
  'increase',
  'max_over_time',
  'min_over_time',
  'rate',
  'resets',
  'sum_over_time',
]);

const COUNTER_FUNCTIONS: ReadonlySet<string> = new Set(['increase', 'irate', 'rate']);
const COUNTER_NAME = /_(?:total|sum|count|bucket)$/;

/** Evaluates the operand of a subquery at the subquery's own steps. */
export type SubqueryEvaluation = (subquery: Subquery) => Promise<{ matrix: Matrix; steps: Steps }>;

/** Applies a function over ranges to each series of its range selector or subquery. */
export const evaluateRangeFunction = async (
  call: Call,
  range: RangeSelector | Subquery,
  scalars: readonly Float64Array[],
  steps: Steps,
  context: EvaluationContext,
  evaluateSubquery: SubqueryEvaluation,
): Promise<Matrix> => {
  const { annotations, budget, pace } = context;
  const { name } = call.function;
  const selector = range.kind === 'subquery' ? range : range.selector;
  const times = selectorTimes(selector, steps, context);
  const allocator = new RowAllocator(steps.count);
  const isConstant = CONSTANT_FUNCTIONS.has(name);
  const matrix: Matrix = [];
  const position = call.args[0]?.position ?? call.position;
  const timeOf = (step: number) => stepTime(steps, step);

  for await (const chunk of rawSeriesIn(range, times, steps, context, name, evaluateSubquery)) {
    for (const series of chunk) {
      const { labels } = series;
      const dropsName = series.dropsName || !KEEPS_NAME.has(name);
      const row = allocator.create(labels, dropsName);
      const cursor = new WindowCursor(series, times, range.rangeMillis);
      const { rangeMillis } = range;
      const rangeCall: RangeCall = {
        series,
        cursor,
        row,
        rangeMillis,
        scalars,
        timeOf,
        annotations,
        position,
      };
      const compute = WINDOW_FUNCTIONS[name]?.(rangeCall);
      const workPerStep = series.histograms.length > 0 ? WORK_PER_HISTOGRAM : 0;
      for (let step = 0; step < steps.count; step++) {
        const size = cursor.moveTo(step);
        if (size === 0) continue;
        compute?.(step);
        const wait = pace.spend(workPerStep + (isConstant ? 1 : size));
        if (wait) await wait;
      }
      budget.totalQueryableSamples += cursor.samples;
      if (range.kind !== 'subquery') budget.samplesRead += cursor.read;
      const wait = pace.spend(WORK_PER_ROW + series.times.length);
      if (wait) await wait;
      if (isEmptyRow(row)) {
        allocator.discard();
        continue;
      }
      budget.hold(steps.count);
      matrix.push(row);
      if (COUNTER_FUNCTIONS.has(name)) informOfGauge(row, call, context);
    }
  }
  return matrix;
};

const informOfGauge = (row: Row, call: Call, { annotations }: EvaluationContext): void => {
  const { metricName } = row.labels;
  if (metricName === '' || COUNTER_NAME.test(metricName)) return;
  if (row.histograms && !row.kinds.includes(FLOAT)) return;
  annotations.inform(
    `metric might not be a counter, name does not end in _total/_sum/_count/_bucket: "${metricName}"`,
    call.args[0]?.position ?? call.position,
  );
};

/** Yields the series of a range selector or subquery in chunks, with all samples that any step can see. */
export async function* rawSeriesIn(
  range: RangeSelector | Subquery,
  { firstMillis, lastMillis }: SelectorTimes,
  steps: Steps,
  context: EvaluationContext,
  functionName: string,
  evaluateSubquery: SubqueryEvaluation,
): AsyncGenerator<Iterable<RawSeries>> {
  const { source, budget, pace } = context;
  if (range.kind === 'subquery') {
    const { matrix, steps: own } = await evaluateSubquery(range);
    yield seriesOfSteps(matrix, own);
    return;
  }
  const { rangeMillis, selector } = range;
  const marksResets = context.marksResetsOf.has(selector);
  const hints = { stepMillis: steps.count > 1 ? steps.intervalMillis : 0, rangeMillis, functionName };
  const window = { startMillis: firstMillis - rangeMillis + 1, endMillis: lastMillis };
  for await (const chunk of source.select(selector.matchers, window, hints)) {
    budget.seriesTouched += chunk.length;
    yield chunk.map((samples) => rawSeriesOf(samples, marksResets));
    pace.check();
  }
}

/** Converts one row at a time, so that the samples of a whole subquery are never there twice. */
function* seriesOfSteps(matrix: Matrix, steps: Steps): Generator<RawSeries> {
  for (const row of matrix) yield rawSeriesOfRow(row, steps);
}
