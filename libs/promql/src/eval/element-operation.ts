import type { NativeHistogram } from '@lantern/telemetry-model';
import type { Annotations } from '../annotations.js';
import { equalHistograms } from '../histogram/compare-histograms.js';
import { HistogramSum, divideHistogram, scaleHistogram } from '../histogram/histogram-sum.js';
import { trimHistogram } from '../histogram/trim-histogram.js';
import type {
  ArithmeticOperator,
  BinaryOperation,
  ComparisonOperator,
  ElementOperator,
} from '../syntax/ast.js';
import { informOfReconciledBounds, warnOfResetConflict } from './range-call.js';

/** Go's `math.Pow`: 1 to any power is 1, also to NaN, and so is -1 to infinity. */
const power = (base: number, exponent: number): number => {
  if (base === 1 || (base === -1 && (exponent === Infinity || exponent === -Infinity))) return 1;
  return base ** exponent;
};

export const arithmetic = (operator: ArithmeticOperator, left: number, right: number): number => {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return left / right;
    case '%':
      return left % right;
    case '^':
      return power(left, right);
    case 'atan2':
      return Math.atan2(left, right);
  }
};

export const compare = (operator: ComparisonOperator, left: number, right: number): boolean => {
  switch (operator) {
    case '==':
      return left === right;
    case '!=':
      return left !== right;
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
  }
};

/** Result of an operation with a histogram: whether a comparison holds, or a new histogram. Undefined for none. */
export type HistogramResult = NativeHistogram | boolean | undefined;

type Operand = number | NativeHistogram;

/** Applies an operator where at least one side is a histogram. What is not possible has no result, and an annotation. */
export const operateOnHistograms = (
  { operator, position }: Pick<BinaryOperation, 'position'> & { readonly operator: ElementOperator },
  left: Operand,
  right: Operand,
  annotations: Annotations,
): HistogramResult => {
  const noResult = (): HistogramResult => {
    informOfTypes({ operator, position }, typeName(left), typeName(right), annotations);
    return undefined;
  };
  if (typeof left === 'number') {
    return operator === '*' && typeof right !== 'number' ? scaleHistogram(right, left) : noResult();
  }
  if (typeof right === 'number') {
    switch (operator) {
      case '*':
        return scaleHistogram(left, right);
      case '/':
        return divideHistogram(left, right);
      case '</':
        return trimHistogram(left, right, 'below');
      case '>/':
        return trimHistogram(left, right, 'above');
      default:
        return noResult();
    }
  }
  switch (operator) {
    case '==':
      return equalHistograms(left, right);
    case '!=':
      return !equalHistograms(left, right);
    case '+':
    case '-':
      return addOrSubtract(operator, left, right, { annotations, position });
    default:
      return noResult();
  }
};

/** Reports that an operator does not apply to operands of these types. */
export const informOfTypes = (
  { operator, position }: Pick<BinaryOperation, 'position'> & { readonly operator: ElementOperator },
  left: SampleType,
  right: SampleType,
  annotations: Annotations,
): void =>
  annotations.inform(
    `incompatible sample types encountered for binary operator "${operator}": ${left} ${operator} ${right}`,
    position,
  );

type SampleType = 'float' | 'histogram';

const typeName = (operand: Operand): SampleType => (typeof operand === 'number' ? 'float' : 'histogram');

const addOrSubtract = (
  operator: '+' | '-',
  left: NativeHistogram,
  right: NativeHistogram,
  report: Pick<BinaryOperation, 'position'> & { readonly annotations: Annotations },
): NativeHistogram | undefined => {
  const sum = new HistogramSum(left);
  if (!sum.accepts(right)) {
    report.annotations.warn(
      `incompatible bucket layout encountered for binary operator ${operator}`,
      report.position,
    );
    return undefined;
  }
  const operation = operator === '+' ? 'addition' : 'subtraction';
  const { hasResetConflict, hasReconciledBounds } = sum.add(right, operator === '+' ? 1 : -1);
  if (hasReconciledBounds) informOfReconciledBounds(report, operation);
  if (hasResetConflict) {
    // Prometheus has no result for it.
    warnOfResetConflict(report, operation);
    return undefined;
  }
  if (operator === '-') sum.setHint('gauge');
  return sum.toHistogram();
};
