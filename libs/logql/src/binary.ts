import type { ArithmeticOperator, QuantityOperator } from './ast.js';

/** Applies an operator to two numbers. A comparison returns 1 or 0. As in Loki, a division by zero returns NaN. */
export const applyBinary = (
  operator: ArithmeticOperator | QuantityOperator,
  left: number,
  right: number,
): number => {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return right === 0 ? Number.NaN : left / right;
    case '%':
      return right === 0 ? Number.NaN : left % right;
    case '^':
      // Go's math.Pow: 1 to any power is 1, also to NaN and infinity.
      return left === 1 || (left === -1 && !Number.isFinite(right) && !Number.isNaN(right))
        ? 1
        : left ** right;
    default:
      return compareQuantities(operator, left, right) ? 1 : 0;
  }
};

export const compareQuantities = (operator: QuantityOperator, left: number, right: number): boolean => {
  switch (operator) {
    case '==':
      return left === right;
    case '!=':
      return left !== right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
    case '<':
      return left < right;
    case '<=':
      return left <= right;
  }
};
