import { SeriesLabels } from '@lantern/telemetry-model';
import {
  isComparison,
  type ArithmeticOperator,
  type ElementOperator,
  type VectorMatching,
} from '../syntax/ast.js';
import { formatLabels } from '../syntax/format-labels.js';
import { arithmetic, compare, informOfTypes, operateOnHistograms } from './element-operation.js';
import type { EvaluationContext } from './evaluation-context.js';
import { PromqlEvaluationError } from './evaluation-error.js';
import {
  ABSENT,
  FLOAT,
  RowAllocator,
  isEmptyRow,
  mergeRows,
  rowKey,
  setFloat,
  setHistogram,
  withoutMetadata,
  type Matrix,
  type Row,
} from './matrix.js';
import { WORK_PER_ROW } from './query-pace.js';
import type { ElementOperation } from './scalar-operation.js';
import { matchSignature, matchedLabels } from './vector-matching.js';

/** Series that have the same signature. */
interface MatchGroup {
  /** Series of the side that has one of them at a time. */
  readonly ones: Row[];
  /** Steps at which a pair was found, by the labels of its result. */
  readonly taken: Map<string, Uint8Array>;
}

/**
 * Applies an operator to the elements of two vectors that match.
 *
 * @throws {PromqlEvaluationError} when more than one series matches where one has to
 */
export const combineVectors = async (
  operation: ElementOperation,
  matching: VectorMatching,
  left: Matrix,
  right: Matrix,
  context: EvaluationContext,
): Promise<Matrix> => {
  const isSwapped = matching.cardinality === 'one-to-many';
  const [manySide, oneSide] = isSwapped ? [right, left] : [left, right];
  const signatureOf = matchSignature(matching);
  const groups = new Map<string, MatchGroup>();
  for (const row of oneSide) {
    const signature = signatureOf(row.labels);
    const group = groups.get(signature);
    if (group) group.ones.push(row);
    else groups.set(signature, { ones: [row], taken: new Map() });
  }
  for (const { ones } of groups.values()) {
    if (ones.length > 1) checkDistinct(ones, manySide, matching, isSwapped ? 'left' : 'right');
  }
  const steps = (left[0] ?? right[0])?.kinds.length ?? 0;
  const allocator = new RowAllocator(steps);
  const results: Matrix = [];
  for (const many of manySide) {
    const group = groups.get(signatureOf(many.labels));
    for (const one of group?.ones ?? []) {
      const labels = resultLabels(operation.operator, matching, many.labels, one.labels);
      const row = allocator.create(labels, operation.returnsBool || many.dropsName);
      const taken = group && takenSteps(group, matching, row, steps);
      const [left, right] = isSwapped ? [one, many] : [many, one];
      combineRows(operation, matching, row, left, right, taken, context);
      if (isEmptyRow(row)) allocator.discard();
      else {
        context.budget.hold(steps);
        results.push(row);
      }
      const wait = context.pace.spend(WORK_PER_ROW + steps);
      if (wait) await wait;
    }
  }
  return mergeRows(results);
};

/** Steps at which a result of the same labels, or of the same group in a one-to-one operation, exists already. */
const takenSteps = (
  { taken }: MatchGroup,
  { cardinality }: VectorMatching,
  row: Row,
  steps: number,
): Uint8Array => {
  const key = cardinality === 'one-to-one' ? '' : rowKey(row);
  let known = taken.get(key);
  if (!known) taken.set(key, (known = new Uint8Array(steps)));
  return known;
};

const combineRows = (
  operation: ElementOperation,
  { cardinality }: VectorMatching,
  row: Row,
  left: Row,
  right: Row,
  taken: Uint8Array | undefined,
  { annotations }: EvaluationContext,
): void => {
  const { operator, returnsBool } = operation;
  const isTrim = operator === '</' || operator === '>/';
  for (let step = 0; step < row.kinds.length; step++) {
    if (left.kinds[step] === ABSENT || right.kinds[step] === ABSENT) continue;
    let result;
    if (left.kinds[step] === FLOAT && right.kinds[step] === FLOAT && !isTrim) {
      result = combineFloats(operator, left.values[step] ?? 0, right.values[step] ?? 0);
    } else if (left.kinds[step] === FLOAT && right.kinds[step] === FLOAT) {
      informOfTypes(operation, 'float', 'float', annotations);
    } else {
      const operand = ({ histograms, values }: Row) => histograms?.[step] ?? values[step] ?? 0;
      result = operateOnHistograms(
        operation,
        left.kinds[step] === FLOAT ? (left.values[step] ?? 0) : operand(left),
        right.kinds[step] === FLOAT ? (right.values[step] ?? 0) : operand(right),
        annotations,
      );
    }
    if (result === undefined) continue;
    if (taken?.[step] === 1) throw multipleMatches(cardinality);
    if (taken) taken[step] = 1;
    if (typeof result === 'number') setFloat(row, step, result);
    else if (typeof result !== 'boolean') setHistogram(row, step, result);
    else if (returnsBool) setFloat(row, step, result ? 1 : 0);
    else if (result) copyLeft(row, left, step);
  }
};

const combineFloats = (operator: ElementOperator, left: number, right: number): number | boolean =>
  isComparison(operator)
    ? compare(operator, left, right)
    : arithmetic(operator as ArithmeticOperator, left, right);

const copyLeft = (row: Row, left: Row, step: number): void => {
  const histogram = left.histograms?.[step];
  if (left.kinds[step] !== FLOAT && histogram) setHistogram(row, step, histogram);
  else setFloat(row, step, left.values[step] ?? 0);
};

const multipleMatches = (cardinality: VectorMatching['cardinality']): PromqlEvaluationError =>
  new PromqlEvaluationError(
    cardinality === 'one-to-one'
      ? 'multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)'
      : 'multiple matches for labels: grouping labels must ensure unique matches',
  );

const ARITHMETIC: ReadonlySet<ElementOperator> = new Set<ElementOperator>([
  '+',
  '-',
  '*',
  '/',
  '%',
  '^',
  'atan2',
]);

const resultLabels = (
  operator: ElementOperator,
  { on, labels: names, cardinality, include }: VectorMatching,
  many: SeriesLabels,
  one: SeriesLabels,
): SeriesLabels => {
  let labels = ARITHMETIC.has(operator) ? withoutMetadata(many) : many;
  if (cardinality === 'one-to-one') {
    const named = new Set(names);
    labels = labels.filter((name) => named.has(name) === on);
  }
  if (include.length === 0) return labels;
  return SeriesLabels.of([
    ...labels.entries(),
    ...include.map((name): [string, string] => [name, one.get(name)]),
  ]);
};

/** Throws when two series of one group have a sample at the same time, at a time at which the other side has any. */
const checkDistinct = (
  ones: readonly Row[],
  manySide: Matrix,
  matching: VectorMatching,
  side: 'left' | 'right',
): void => {
  const steps = ones[0]?.kinds.length ?? 0;
  for (let step = 0; step < steps; step++) {
    const present = ones.filter(({ kinds }) => kinds[step] !== ABSENT);
    const [first, second] = present;
    if (!first || !second || !manySide.some(({ kinds }) => kinds[step] !== ABSENT)) continue;
    const group = formatLabels(matchedLabels(first.labels, matching));
    const series = [formatLabels(first.labels), formatLabels(second.labels)].sort().join(', ');
    throw new PromqlEvaluationError(
      `found duplicate series for the match group ${group} on the ${side} hand-side of the operation: [${series}]` +
        ';many-to-many matching not allowed: matching labels must be unique on one side',
    );
  }
};
