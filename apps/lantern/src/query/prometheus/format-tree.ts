import type { Aggregation, Call, Expr, VectorSelector, AtModifier, ValueType } from '@lantern/promql';
import type { SeriesMatcher } from '@lantern/telemetry-model';
import { formatValue } from './format-samples.js';

/** Prometheus' names of the types of values. */
const TYPE_NAMES: Readonly<Record<ValueType, string>> = {
  matrix: 'matrix',
  scalar: 'scalar',
  string: 'string',
  vector: 'vector',
};

/** Returns an expression as Prometheus' `parse_query` prints it. */
export const formatTree = (expr: Expr): unknown => {
  switch (expr.kind) {
    case 'number':
      return { type: 'numberLiteral', val: formatValue(expr.value) };
    case 'string':
      return { type: 'stringLiteral', val: expr.value };
    case 'vector-selector':
      return { type: 'vectorSelector', ...selectorFields(expr) };
    case 'range-selector':
      return { type: 'matrixSelector', ...selectorFields(expr.selector), range: expr.rangeMillis };
    case 'subquery':
      return {
        type: 'subquery',
        expr: formatTree(expr.operand),
        range: expr.rangeMillis,
        offset: expr.offsetMillis,
        step: expr.stepMillis,
        ...atFields(expr.at),
      };
    case 'call':
      return { type: 'call', func: functionFields(expr), args: expr.args.map(formatTree) };
    case 'aggregation':
      return { type: 'aggregation', ...aggregationFields(expr) };
    case 'binary':
      return {
        type: 'binaryExpr',
        op: expr.operator,
        lhs: formatTree(expr.left),
        rhs: formatTree(expr.right),
        matching: expr.matching
          ? {
              card: expr.matching.cardinality,
              labels: expr.matching.labels,
              on: expr.matching.on,
              include: expr.matching.include,
            }
          : null,
        bool: expr.returnsBool,
      };
    case 'unary':
      return { type: 'unaryExpr', op: expr.operator, expr: formatTree(expr.operand) };
    case 'parentheses':
      return { type: 'parenExpr', expr: formatTree(expr.operand) };
  }
};

const selectorFields = ({ metricName, matchers, offsetMillis, at }: VectorSelector) => ({
  name: metricName,
  offset: offsetMillis,
  matchers: matchers.map(matcherFields),
  ...atFields(at),
});

const matcherFields = ({ name, operator, value }: SeriesMatcher) => ({ name, value, type: operator });

const atFields = (at: AtModifier | undefined) => ({
  timestamp: typeof at === 'number' ? at : null,
  startOrEnd: typeof at === 'string' ? at : null,
});

const functionFields = (call: Call) => {
  const { name, returns } = call.function;
  return { name, returnType: TYPE_NAMES[returns] };
};

const aggregationFields = ({ operator, operand, parameter, labels, without }: Aggregation) => ({
  op: operator,
  expr: formatTree(operand),
  param: parameter ? formatTree(parameter) : null,
  grouping: labels,
  without,
});
