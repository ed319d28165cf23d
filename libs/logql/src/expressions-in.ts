import type { LogqlExpr } from './ast.js';

/** Yields an expression and every expression in it, each before its operands, from left to right. */
export function* expressionsIn(root: LogqlExpr): Generator<LogqlExpr, void> {
  const pending = [root];
  for (let expression = pending.pop(); expression; expression = pending.pop()) {
    yield expression;
    pending.push(...operandsOf(expression).reverse());
  }
}

const operandsOf = (expression: LogqlExpr): LogqlExpr[] => {
  switch (expression.kind) {
    case 'range-aggregation':
      return [expression.log];
    case 'vector-aggregation':
    case 'label-replace':
      return [expression.operand];
    case 'binary':
      return [expression.left, expression.right];
    case 'log':
    case 'vector':
    case 'number':
      return [];
  }
};
