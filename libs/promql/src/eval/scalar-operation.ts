import {
  isComparison,
  type ArithmeticOperator,
  type BinaryOperation,
  type ElementOperator,
} from '../syntax/ast.js';
import { arithmetic, compare, informOfTypes, operateOnHistograms } from './element-operation.js';
import type { EvaluationContext } from './evaluation-context.js';
import { ABSENT, FLOAT, HISTOGRAM, setFloat, setHistogram, type Matrix, type Row } from './matrix.js';

/** Operation between elements, of one operator. */
export interface ElementOperation {
  readonly operator: ElementOperator;
  readonly returnsBool: boolean;
  readonly position: BinaryOperation['position'];
}

/** Applies an operator to two scalars. A comparison returns 1 or 0. */
export const combineScalars = (
  operator: ElementOperator,
  left: Float64Array,
  right: Float64Array,
): Float64Array =>
  left.map((value, step) => {
    const other = right[step] ?? 0;
    if (isComparison(operator)) return compare(operator, value, other) ? 1 : 0;
    return arithmetic(operator as ArithmeticOperator, value, other);
  });

/** Applies an operator to each element of a vector and a scalar. Changes the rows in place. */
export const combineWithScalar = async (
  operation: ElementOperation,
  matrix: Matrix,
  scalar: Float64Array,
  isScalarLeft: boolean,
  context: EvaluationContext,
): Promise<Matrix> => {
  const { operator, returnsBool } = operation;
  const isTrim = operator === '</' || operator === '>/';
  for (const row of matrix) {
    if ((!isComparison(operator) && !isTrim) || returnsBool) row.dropsName = true;
    await context.pace.slices(row.kinds.length, (from, to) => {
      for (let step = from; step < to; step++) {
        const kind = row.kinds[step];
        if (kind === FLOAT && !isTrim) floatStep(operation, row, step, scalar[step] ?? 0, isScalarLeft);
        else if (kind === FLOAT) {
          row.kinds[step] = ABSENT;
          informOfTypes(operation, 'float', 'float', context.annotations);
        } else if (kind === HISTOGRAM) {
          histogramStep(operation, row, step, scalar[step] ?? 0, isScalarLeft, context);
        }
      }
    });
  }
  return matrix;
};

const floatStep = (
  { operator, returnsBool }: ElementOperation,
  { values, kinds }: Row,
  step: number,
  scalar: number,
  isScalarLeft: boolean,
): void => {
  const value = values[step] ?? 0;
  const [left, right] = isScalarLeft ? [scalar, value] : [value, scalar];
  if (!isComparison(operator)) values[step] = arithmetic(operator as ArithmeticOperator, left, right);
  else if (returnsBool) values[step] = compare(operator, left, right) ? 1 : 0;
  else if (!compare(operator, left, right)) kinds[step] = ABSENT;
};

const histogramStep = (
  operation: ElementOperation,
  row: Row,
  step: number,
  scalar: number,
  isScalarLeft: boolean,
  { annotations }: EvaluationContext,
): void => {
  const histogram = row.histograms?.[step];
  if (!histogram) return;
  const [left, right] = isScalarLeft ? ([scalar, histogram] as const) : ([histogram, scalar] as const);
  const result = operateOnHistograms(operation, left, right, annotations);
  if (result === undefined) row.kinds[step] = ABSENT;
  else if (typeof result === 'boolean') setFloat(row, step, result ? 1 : 0);
  else setHistogram(row, step, result);
};
