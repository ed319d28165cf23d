import { mapKey, type LogLabels } from '@lantern/telemetry-model';
import {
  COMPARISON_OPERATORS,
  type ArithmeticOperator,
  type BinaryOperation,
  type QuantityOperator,
  type VectorMatching,
} from '../ast.js';
import { applyBinary } from '../binary.js';
import { EvaluationError } from './evaluation-error.js';
import {
  firstOverlap,
  joinSeries,
  labelsKey,
  pickLabels,
  sortedLabels,
  type Series,
  type SeriesBudget,
} from './series.js';

type Operator = ArithmeticOperator | QuantityOperator;

const isComparison = (operator: Operator): operator is QuantityOperator =>
  (COMPARISON_OPERATORS as readonly string[]).includes(operator);

/** Returns the value for a pair of values; undefined when a comparison drops it. */
const combineValues = (
  operator: Operator,
  returnsBool: boolean,
  left: number,
  right: number,
  kept: number,
): number | undefined => {
  const value = applyBinary(operator, left, right);
  if (!isComparison(operator) || returnsBool) return value;
  return value === 1 ? kept : undefined;
};

const put = (series: Series, step: number, value: number | undefined): void => {
  if (value === undefined) return;
  series.values[step] = value;
  series.present[step] = 1;
};

/** A number on one side: it meets every value of the other. A comparison keeps the value, not the number. */
export const combineWithNumber = (
  { operator, returnsBool }: BinaryOperation,
  series: readonly Series[],
  number: number,
  isNumberLeft: boolean,
  budget: SeriesBudget,
): Series[] =>
  series.map(({ labels, key, values, present }) => {
    const result = budget.create(labels, key);
    for (let step = 0; step < values.length; step++) {
      if (present[step] !== 1) continue;
      const value = values[step] ?? 0;
      const [left, right] = isNumberLeft ? [number, value] : [value, number];
      put(result, step, combineValues(operator as Operator, returnsBool, left, right, value));
    }
    return result;
  });

/**
 * Series of both sides that belong together, step by step.
 *
 * @throws {EvaluationError} when it is not clear which belong together
 */
export const combineSeries = (
  operation: BinaryOperation,
  left: readonly Series[],
  right: readonly Series[],
  budget: SeriesBudget,
): Series[] => {
  const { operator, matching } = operation;
  switch (operator) {
    case 'and':
      return intersect(left, right, matching, true, budget);
    case 'unless':
      return intersect(left, right, matching, false, budget);
    case 'or':
      // Right series fill the steps at which the left side has none of the same signature: both may have equal labels.
      return joinSeries([...left, ...intersect(right, left, matching, false, budget)], budget);
    default:
      return matchSeries(operation, operator, left, right, budget);
  }
};

/** Returns the key that two series must share to match. */
const signatureOf = (labels: LogLabels, { on, labels: names }: VectorMatching): string =>
  mapKey(labelsKey(sortedLabels(pickLabels(labels, (name) => names.includes(name) === on))));

const bySignature = (series: readonly Series[], matching: VectorMatching): Map<string, Series[]> =>
  Map.groupBy(series, ({ labels }) => signatureOf(labels, matching));

const intersect = (
  kept: readonly Series[],
  others: readonly Series[],
  matching: VectorMatching,
  wantsOther: boolean,
  budget: SeriesBudget,
): Series[] => {
  const groups = bySignature(others, matching);
  return kept.map((series) => {
    const group = groups.get(signatureOf(series.labels, matching)) ?? [];
    const result = budget.create(series.labels, series.key);
    for (let step = 0; step < series.values.length; step++) {
      const hasOther = group.some(({ present }) => present[step] === 1);
      if (series.present[step] === 1 && hasOther === wantsOther) put(result, step, series.values[step]);
    }
    return result;
  });
};

const matchSeries = (
  { returnsBool, matching }: BinaryOperation,
  operator: Operator,
  left: readonly Series[],
  right: readonly Series[],
  budget: SeriesBudget,
): Series[] => {
  const isSwapped = matching.cardinality === 'one-to-many';
  const [many, one] = isSwapped ? [right, left] : [left, right];
  const ones = bySignature(one, matching);
  for (const group of ones.values()) {
    if (!hasOverlap(group)) continue;
    throw new EvaluationError(
      `found duplicate series on the ${isSwapped ? 'left' : 'right'} hand-side` +
        ';many-to-many matching not allowed: matching labels must be unique on one side',
      500,
    );
  }
  const results = new Map<string, Series>();
  for (const [signature, manyGroup] of bySignature(many, matching)) {
    const partners = ones.get(signature) ?? [];
    if (matching.cardinality === 'one-to-one' && partners.length > 0) checkOneToOne(manyGroup, partners);
    for (const series of manyGroup) {
      for (const partner of partners) {
        const labels = resultLabels(series.labels, partner.labels, matching);
        const key = labelsKey(labels);
        const inMap = mapKey(key);
        let result = results.get(inMap);
        for (let step = 0; step < series.values.length; step++) {
          if (series.present[step] !== 1 || partner.present[step] !== 1) continue;
          if (result === undefined) results.set(inMap, (result = budget.create(labels, key)));
          const pair = [series.values[step] ?? 0, partner.values[step] ?? 0] as const;
          const [a, b] = isSwapped ? [pair[1], pair[0]] : pair;
          const value = combineValues(operator, returnsBool, a, b, a);
          if (value !== undefined && result.present[step] === 1) {
            throw new EvaluationError(
              'multiple matches for labels: grouping labels must ensure unique matches',
              500,
            );
          }
          put(result, step, value);
        }
      }
    }
  }
  return Array.from(results.values());
};

const hasOverlap = (group: readonly Series[]): boolean =>
  group.some((series, index) => group.slice(index + 1).some((other) => firstOverlap(series, other) >= 0));

const checkOneToOne = (group: readonly Series[], partners: readonly Series[]): void => {
  for (const [index, series] of group.entries()) {
    for (const other of group.slice(index + 1)) {
      for (let step = 0; step < series.present.length; step++) {
        if (series.present[step] !== 1 || other.present[step] !== 1) continue;
        if (!partners.some(({ present }) => present[step] === 1)) continue;
        throw new EvaluationError(
          'multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)',
          500,
        );
      }
    }
  }
};

const resultLabels = (many: LogLabels, one: LogLabels, matching: VectorMatching): LogLabels => {
  const { on, labels, cardinality, include } = matching;
  if (cardinality === 'one-to-one') {
    return sortedLabels(pickLabels(many, (name) => labels.includes(name) === on));
  }
  const included = Object.fromEntries(include.map((name) => [name, one[name] ?? '']));
  return sortedLabels({ ...many, ...included });
};
