import { SeriesLabels, mapKey, fnvOfText } from '@lantern/telemetry-model';
import { formatGoFloat } from '@lantern/go-syntax';
import { formatHistogram } from '../histogram/format-histogram.js';
import type { Aggregation } from '../syntax/ast.js';
import { isLabelName } from '../syntax/parser.js';
import { groupRows } from './aggregation.js';
import type { EvaluationContext } from './evaluation-context.js';
import { PromqlEvaluationError } from './evaluation-error.js';
import {
  ABSENT,
  FLOAT,
  HISTOGRAM,
  RowAllocator,
  copyCell,
  isEmptyRow,
  setFloat,
  type Matrix,
  type Row,
} from './matrix.js';
import { groupingOf } from './vector-matching.js';

/** Limits of Go's `int64`, as a float compares with them. */
const MAX_INT64 = 9223372036854774784;
const MIN_INT64 = -(2 ** 63);

/**
 * Selects series of each group, at each step: the largest, the smallest, or any.
 *
 * @throws {PromqlEvaluationError} when the parameter is not a number of series
 */
export const selectFromGroups = async (
  aggregation: Aggregation,
  parameter: Float64Array,
  matrix: Matrix,
  context: EvaluationContext,
): Promise<Matrix> => {
  if (isNothingSelected(aggregation, parameter, context)) return [];
  const steps = matrix[0]?.kinds.length ?? 0;
  const groups = groupRows(aggregation, matrix);
  const results = new Map<Row, Row>();
  const allocator = new RowAllocator(steps);
  // An instant result is ordered by rank. Results of ranges are ordered by labels.
  const ranked: Row[] = [];
  for (const { rows } of groups) {
    for (let step = 0; step < steps; step++) {
      for (const row of choose(aggregation, rows, step, parameter[step] ?? 0, context)) {
        let result = results.get(row);
        if (!result) {
          result = allocator.create(row.labels, row.dropsName);
          results.set(row, result);
          ranked.push(result);
          context.budget.hold(steps);
        }
        copyCell(row, step, result, step);
      }
      const wait = context.pace.spend(4 * rows.length);
      if (wait) await wait;
    }
  }
  return ranked;
};

/** Checks the parameter, and returns whether it selects nothing at all. */
const isNothingSelected = (
  { operator, parameter: expr, position }: Aggregation,
  parameter: Float64Array,
  { annotations }: EvaluationContext,
): boolean => {
  const max = parameter.reduce((a, b) => Math.max(a, Number.isNaN(b) ? -Infinity : b), -Infinity);
  const min = parameter.reduce((a, b) => Math.min(a, Number.isNaN(b) ? Infinity : b), Infinity);
  const hasNan = parameter.some(Number.isNaN);
  if (operator === 'limit_ratio') {
    if (max === 0 && min === 0) return true;
    if (hasNan) throw new PromqlEvaluationError('Ratio value is NaN');
    const warn = (got: number, limit: number) =>
      annotations.warn(
        `ratio value should be between -1 and 1, got ${formatGoFloat(got)}, capping to ${limit}`,
        expr?.position ?? position,
      );
    if (max > 1) warn(max, 1);
    if (min < -1) warn(min, -1);
    return false;
  }
  if (max < 1 && !hasNan) return true;
  if (hasNan) throw new PromqlEvaluationError('Parameter value is NaN');
  if (min <= MIN_INT64)
    throw new PromqlEvaluationError(`Scalar value ${formatGoFloat(min)} underflows int64`);
  if (max >= MAX_INT64) throw new PromqlEvaluationError(`Scalar value ${formatGoFloat(max)} overflows int64`);
  return false;
};

const choose = (
  aggregation: Aggregation,
  rows: readonly Row[],
  step: number,
  parameter: number,
  context: EvaluationContext,
): Row[] => {
  const { operator } = aggregation;
  switch (operator) {
    case 'limitk': {
      const present = rows.filter(({ kinds }) => kinds[step] !== ABSENT);
      return present.slice(0, Math.max(0, Math.trunc(parameter)));
    }
    case 'limit_ratio': {
      const ratio = Math.max(-1, Math.min(1, parameter));
      return rows.filter(({ kinds, labels }) => kinds[step] !== ABSENT && isInRatio(labels, ratio));
    }
    default: {
      if (rows.some(({ kinds }) => kinds[step] === HISTOGRAM)) {
        context.annotations.inform(`ignored histogram in ${operator} aggregation`, aggregation.position);
      }
      const floats = rows.filter(({ kinds }) => kinds[step] === FLOAT);
      return bestOf(floats, step, Math.trunc(parameter), operator === 'topk' ? 1 : -1);
    }
  }
};

/** Ranks by value, NaN last. Of equals the earlier series comes first. */
const bestOf = (rows: readonly Row[], step: number, count: number, sign: 1 | -1): Row[] => {
  if (count < 1) return [];
  return rows
    .toSorted(({ values: a }, { values: b }) => {
      const [left, right] = [a[step] ?? 0, b[step] ?? 0];
      if (Number.isNaN(left)) return Number.isNaN(right) ? 0 : 1;
      if (Number.isNaN(right)) return -1;
      return left === right ? 0 : sign * (right - left) || (left < right ? sign : -sign);
    })
    .slice(0, count);
};

/** Series have a fixed place between 0 and 1. A positive ratio selects those below it, a negative one the rest. */
const isInRatio = (labels: SeriesLabels, ratio: number): boolean => {
  const place = placeOf(labels.key);
  return ratio >= 0 ? place < ratio : place >= 1 + ratio;
};

const placeOf = (text: string): number => {
  let hash = fnvOfText(text);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
};

/**
 * Counts the series of each group by their value, which becomes a label.
 *
 * @throws {PromqlEvaluationError}
 */
export const countValues = async (
  aggregation: Aggregation,
  label: string,
  matrix: Matrix,
  context: EvaluationContext,
): Promise<Matrix> => {
  if (!isLabelName(label)) throw new PromqlEvaluationError(`invalid label name "${label}"`);
  const steps = matrix[0]?.kinds.length ?? 0;
  const { without, labels } = aggregation;
  const { labelsOf } = groupingOf({ without, labels: without ? labels : [...labels, label] });
  const allocator = new RowAllocator(steps);
  const results = new Map<string, Row>();
  for (const row of matrix) {
    for (let step = 0; step < steps; step++) {
      if (row.kinds[step] === ABSENT) continue;
      const histogram = row.kinds[step] === HISTOGRAM ? row.histograms?.[step] : undefined;
      const value = histogram ? formatHistogram(histogram) : formatGoFloat(row.values[step] ?? 0);
      const result = labelsOf(row.labels.with(label, value));
      const key = mapKey(result.key);
      let counted = results.get(key);
      if (!counted) {
        results.set(key, (counted = allocator.create(result, false)));
        context.budget.hold(steps);
      }
      setFloat(counted, step, (counted.values[step] ?? 0) + 1);
      const wait = context.pace.spend(20);
      if (wait) await wait;
    }
  }
  return Array.from(results.values()).filter((row) => !isEmptyRow(row));
};
