import { SeriesLabels, type NativeHistogram, type SeriesSource } from '@lantern/telemetry-model';
import { Annotations } from '../annotations.js';
import { typeOf, type Expr, type RangeSelector } from '../syntax/ast.js';
import { documentedType } from '../syntax/check-types.js';
import { selectorTimes, type EvaluationContext } from './evaluation-context.js';
import { PromqlEvaluationError } from './evaluation-error.js';
import { Evaluator } from './evaluator.js';
import { FLOAT, HISTOGRAM, isEmptyRow, mergeRows, withoutMetadata, type Matrix } from './matrix.js';
import { QueryBudget, checkedSteps, histogramSize, type QueryStatistics } from './query-budget.js';
import { QueryPace } from './query-pace.js';
import { rawSeriesIn } from './range-function.js';
import { rawSeriesOfRow, type RawSeries } from './raw-series.js';
import { countedSelectors } from './reset-detection.js';
import type { Steps } from './steps.js';

export interface QueryOptions {
  /** Age from which on a sample is no longer the value of its series. Default: 5 minutes. */
  readonly lookbackMillis?: number;
  /** Limit on samples in memory at one time. Default: 50,000,000. */
  readonly maxSamples?: number;
  /**
   * Counts the memory of the query as it grows.
   *
   * @throws {Error} for the client, when there is not enough; the query fails with it
   */
  readonly hold?: (bytes: number) => void;
  /** Default: 2 minutes. */
  readonly timeoutMillis?: number;
  /** Step of subqueries that name none: Prometheus' evaluation interval. Default: 1 minute. */
  readonly defaultStepMillis?: number;
  /** Aborted when the client has disconnected. */
  readonly signal?: AbortSignal;
  /** Time after which other work of the process runs in between. Default: 5 ms. */
  readonly turnMillis?: number;
}

/** Series of an instant vector. It has a value or a histogram. */
export interface VectorSample {
  readonly labels: SeriesLabels;
  readonly value: number;
  readonly histogram?: NativeHistogram;
}

/** Series of a range vector, or of a range query. Times are milliseconds since 1970. */
export interface MatrixSeries {
  readonly labels: SeriesLabels;
  readonly timestamps: Float64Array;
  readonly values: Float64Array;
  readonly histogramTimestamps: Float64Array;
  readonly histograms: readonly NativeHistogram[];
}

export type QueryValue =
  | { readonly type: 'scalar'; readonly timeMillis: number; readonly value: number }
  | { readonly type: 'string'; readonly timeMillis: number; readonly value: string }
  | { readonly type: 'vector'; readonly timeMillis: number; readonly samples: readonly VectorSample[] }
  | { readonly type: 'matrix'; readonly series: readonly MatrixSeries[] };

export interface QueryResult {
  readonly value: QueryValue;
  readonly annotations: Annotations;
  readonly statistics: QueryStatistics;
}

const DEFAULT_LOOKBACK_MILLIS = 300_000;
const DEFAULT_MAX_SAMPLES = 50_000_000;
const DEFAULT_TIMEOUT_MILLIS = 120_000;
const DEFAULT_STEP_MILLIS = 60_000;

const contextOf = (
  expr: Expr,
  source: SeriesSource,
  query: EvaluationContext['query'],
  options: QueryOptions,
): EvaluationContext => {
  const { signal, turnMillis, timeoutMillis = DEFAULT_TIMEOUT_MILLIS } = options;
  return {
    source,
    query,
    marksResetsOf: new Set(countedSelectors(expr)),
    annotations: new Annotations(),
    budget: new QueryBudget(options.maxSamples ?? DEFAULT_MAX_SAMPLES, options.hold),
    pace: new QueryPace({
      timeoutMillis,
      ...(signal ? { signal } : {}),
      ...(turnMillis === undefined ? {} : { turnMillis }),
    }),
    lookbackMillis: options.lookbackMillis ?? DEFAULT_LOOKBACK_MILLIS,
    defaultStepMillis: options.defaultStepMillis ?? DEFAULT_STEP_MILLIS,
  };
};

/**
 * Evaluates an expression at one time.
 *
 * @throws {PromqlEvaluationError}
 */
export const evaluateInstant = async (
  expr: Expr,
  timeMillis: number,
  source: SeriesSource,
  options: QueryOptions = {},
): Promise<QueryResult> => {
  const query = { startMillis: timeMillis, endMillis: timeMillis, stepMillis: 0 };
  const context = contextOf(expr, source, query, options);
  const evaluator = new Evaluator(context);
  const steps: Steps = { startMillis: timeMillis, intervalMillis: 1, count: 1 };
  const value = await instantValue(expr, timeMillis, steps, evaluator, context);
  return { value, annotations: context.annotations, statistics: context.budget.statistics };
};

const instantValue = async (
  expr: Expr,
  timeMillis: number,
  steps: Steps,
  evaluator: Evaluator,
  context: EvaluationContext,
): Promise<QueryValue> => {
  if (expr.kind === 'parentheses') return instantValue(expr.operand, timeMillis, steps, evaluator, context);
  if (expr.kind === 'string') return { type: 'string', timeMillis, value: expr.value };
  if (expr.kind === 'range-selector')
    return { type: 'matrix', series: await selectedSamples(expr, steps, context) };
  if (expr.kind === 'subquery') {
    const { matrix, steps: own } = await evaluator.subquery(expr, steps);
    return { type: 'matrix', series: seriesOf(withoutDroppedNames(matrix), own) };
  }
  if (typeOf(expr) === 'scalar') {
    const [value = Number.NaN] = await evaluator.scalar(expr, steps);
    return { type: 'scalar', timeMillis, value };
  }
  const samples: VectorSample[] = [];
  for (const { labels, kinds, values, histograms } of withoutDroppedNames(
    await evaluator.vector(expr, steps),
  )) {
    const histogram = kinds[0] === HISTOGRAM ? histograms?.[0] : undefined;
    if (histogram) samples.push({ labels, value: 0, histogram });
    else if (kinds[0] === FLOAT) samples.push({ labels, value: values[0] ?? 0 });
  }
  return { type: 'vector', timeMillis, samples };
};

/** Returns the samples of a range selector, with their own times. */
const selectedSamples = async (
  range: RangeSelector,
  steps: Steps,
  context: EvaluationContext,
): Promise<MatrixSeries[]> => {
  const times = selectorTimes(range.selector, steps, context);
  const selected: MatrixSeries[] = [];
  const noSubquery = () => Promise.reject(new TypeError('A range selector has no subquery'));
  for await (const chunk of rawSeriesIn(range, times, steps, context, '', noSubquery)) {
    for (const series of chunk) {
      const histogramSizes = series.histograms.reduce((sum, each) => sum + histogramSize(each), 0);
      const size = series.times.length + histogramSizes;
      if (size === 0) continue;
      context.budget.hold(size);
      context.budget.totalQueryableSamples += size;
      context.budget.samplesRead += size;
      selected.push(matrixSeries(series));
      const wait = context.pace.spend(size);
      if (wait) await wait;
    }
  }
  return selected.sort((a, b) => a.labels.compare(b.labels));
};

const matrixSeries = ({ labels, times, values, histogramTimes, histograms }: RawSeries): MatrixSeries => ({
  labels,
  timestamps: times,
  values,
  histogramTimestamps: histogramTimes,
  histograms,
});

/**
 * Evaluates an expression from `startMillis` to `endMillis`, which is included if a step hits it.
 *
 * @throws {PromqlEvaluationError}
 */
export const evaluateRange = async (
  expr: Expr,
  range: { readonly startMillis: number; readonly endMillis: number; readonly stepMillis: number },
  source: SeriesSource,
  options: QueryOptions = {},
): Promise<QueryResult> => {
  const type = typeOf(expr);
  if (type !== 'scalar' && type !== 'vector') {
    throw new PromqlEvaluationError(
      `invalid expression type "${documentedType(type)}" for range query, must be Scalar or instant Vector`,
      'bad_data',
    );
  }
  const { startMillis, endMillis, stepMillis } = range;
  const query = { startMillis, endMillis, stepMillis: startMillis === endMillis ? 0 : stepMillis };
  const context = contextOf(expr, source, query, options);
  const evaluator = new Evaluator(context);
  const count = checkedSteps(Math.floor((endMillis - startMillis) / stepMillis) + 1);
  const steps: Steps = { startMillis, intervalMillis: stepMillis, count };
  let series: MatrixSeries[];
  if (type === 'scalar') {
    const values = await evaluator.scalar(expr, steps);
    const timestamps = values.map((_, step) => startMillis + step * stepMillis);
    const none = { histogramTimestamps: new Float64Array(0), histograms: [] };
    series = count === 0 ? [] : [{ labels: SeriesLabels.EMPTY, timestamps, values, ...none }];
  } else series = seriesOf(withoutDroppedNames(await evaluator.vector(expr, steps)), steps);
  context.pace.check();
  return {
    value: { type: 'matrix', series },
    annotations: context.annotations,
    statistics: context.budget.statistics,
  };
};

/** Removes the names that operations have marked for removal. */
const withoutDroppedNames = (matrix: Matrix): Matrix => {
  for (const row of matrix) {
    if (row.dropsName) row.labels = withoutMetadata(row.labels);
    row.dropsName = false;
  }
  return mergeRows(matrix.filter((row) => !isEmptyRow(row)));
};

const seriesOf = (matrix: Matrix, steps: Steps): MatrixSeries[] =>
  matrix.toSorted((a, b) => a.labels.compare(b.labels)).map((row) => matrixSeriesOfRow(row, steps));

const matrixSeriesOfRow = (row: Matrix[number], steps: Steps): MatrixSeries => {
  const { labels, times, values, histogramTimes } = rawSeriesOfRow(row, steps);
  const histograms = (row.histograms ?? []).filter(
    (each, step): each is NativeHistogram => each !== undefined && row.kinds[step] === HISTOGRAM,
  );
  return { labels, timestamps: times, values, histogramTimestamps: histogramTimes, histograms };
};
