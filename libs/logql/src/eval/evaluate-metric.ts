import type { LogLabels, UnixNano } from '@lantern/telemetry-model';
import type { Grouping, MetricExpr, VectorAggregation, VectorOperation } from '../ast.js';
import { expressionsIn } from '../expressions-in.js';
import { combineSeries, combineWithNumber } from './binary-operation.js';
import { EvaluationError } from './evaluation-error.js';
import { replaceLabels } from './label-replace.js';
import type { LogSource } from './log-source.js';
import type { QueryControl } from './query-control.js';
import { aggregateRange, type EvaluationContext } from './range-aggregation.js';
import { SeriesBudget, type Series } from './series.js';
import { stepTime, type Steps } from './steps.js';
import { aggregateVector } from './vector-aggregation.js';

/** Loki's default. */
export const MAX_SERIES = 500;

export interface MetricSeries {
  /** Sorted by name. */
  readonly labels: LogLabels;
  /** Ordered by time; only steps with a value. */
  readonly points: readonly MetricPoint[];
}

export interface MetricPoint {
  readonly timeUnixNano: UnixNano;
  readonly value: number;
}

/**
 * Evaluates a metric query at every step. Returns the series that have values, in the order of their labels, or of
 * `sort` at a single step.
 *
 * @throws {EvaluationError} when there are too many, or no answer; and the error by which `control` stops it
 */
export const evaluateMetric = async (
  expression: MetricExpr,
  steps: Steps,
  source: LogSource,
  control: QueryControl,
): Promise<MetricSeries[]> => {
  if (steps.count > 1 && contains(expression, ['approx_topk'])) {
    throw new EvaluationError('approx_topk is not supported in a range query, use an instant query', 500);
  }
  const context = { steps, budget: new SeriesBudget(steps.count), source, control };
  const result = (await evaluateNode(expression, context)).filter(({ present }) => present.includes(1));
  if (result.length > MAX_SERIES) {
    throw new EvaluationError(
      `maximum number of series (${MAX_SERIES}) reached for a single query; consider reducing query cardinality by ` +
        'adding more specific stream selectors, reducing the time range, or aggregating results with functions ' +
        'like sum(), count() or topk()',
    );
  }
  // As in Loki, also `sort(x) + 1` keeps the order that `sort` made.
  const isSorted = steps.count === 1 && contains(expression, ['sort', 'sort_desc']);
  const ordered = isSorted ? result : result.sort((a, b) => (a.key < b.key ? -1 : 1));
  return ordered.map(({ labels, values, present }) => {
    const points: MetricPoint[] = [];
    for (let step = 0; step < steps.count; step++) {
      if (present[step] === 1) points.push({ timeUnixNano: stepTime(steps, step), value: values[step] ?? 0 });
    }
    return { labels, points };
  });
};

/** Returns whether a vector aggregation of one of these operations is anywhere in the expression. */
const contains = (root: MetricExpr, operations: readonly VectorOperation[]): boolean => {
  for (const expression of expressionsIn(root))
    if (expression.kind === 'vector-aggregation' && operations.includes(expression.operation)) return true;
  return false;
};

const evaluateNode = async (expression: MetricExpr, context: EvaluationContext): Promise<Series[]> => {
  await context.control.checkpoint();
  switch (expression.kind) {
    case 'range-aggregation':
      return aggregateRange(expression, undefined, context);
    case 'vector-aggregation':
      return evaluateVectorAggregation(expression, context);
    case 'label-replace':
      return replaceLabels(expression, await evaluateNode(expression.operand, context), context.budget);
    case 'vector':
    case 'number': {
      const series = context.budget.create({});
      series.values.fill(expression.value);
      series.present.fill(1);
      return [series];
    }
    case 'binary': {
      const { left, right } = expression;
      // The parser has folded two numbers into one.
      if (right.kind === 'number') {
        return combineWithNumber(
          expression,
          await evaluateNode(left, context),
          right.value,
          false,
          context.budget,
        );
      }
      if (left.kind === 'number') {
        return combineWithNumber(
          expression,
          await evaluateNode(right, context),
          left.value,
          true,
          context.budget,
        );
      }
      const leftSeries = await evaluateNode(left, context);
      return combineSeries(expression, leftSeries, await evaluateNode(right, context), context.budget);
    }
  }
};

/** Operations whose sum over a group is the sum over its lines, so that lines are added while they are read. */
const ADDITIVE: ReadonlySet<string> = new Set(['count_over_time', 'rate', 'bytes_over_time', 'bytes_rate']);

const NO_GROUPING: Grouping = { without: false, labels: [] };

const evaluateVectorAggregation = async (
  expression: VectorAggregation,
  context: EvaluationContext,
): Promise<Series[]> => {
  const { operation, operand, grouping = NO_GROUPING } = expression;
  if (
    operation === 'sum' &&
    operand.kind === 'range-aggregation' &&
    !operand.unwrap &&
    ADDITIVE.has(operand.operation)
  ) {
    return aggregateRange(operand, grouping, context);
  }
  return aggregateVector(expression, await evaluateNode(operand, context), context.budget);
};
