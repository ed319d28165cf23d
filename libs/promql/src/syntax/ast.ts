import type { SeriesMatcher } from '@lantern/telemetry-model';
import type { PromqlFunction } from './functions.js';
import type { Position } from './position.js';

/** PromQL as a tree. Offsets, ranges and times are whole milliseconds. */
export type Expr =
  | NumberLiteral
  | StringLiteral
  | VectorSelector
  | RangeSelector
  | Subquery
  | Call
  | Aggregation
  | BinaryOperation
  | UnaryOperation
  | Parentheses;

/** Types of values. `matrix` is a range vector, `vector` an instant vector. */
export type ValueType = 'scalar' | 'string' | 'vector' | 'matrix';

export interface NumberLiteral {
  readonly kind: 'number';
  readonly value: number;
  /** Written as a duration, such as `5m`: the value is its seconds. */
  readonly isDuration: boolean;
  readonly position: Position;
}

export interface StringLiteral {
  readonly kind: 'string';
  readonly value: string;
  readonly position: Position;
}

/** Time to which a selector or subquery is fixed: milliseconds since 1970, or the start or end of the query. */
export type AtModifier = number | 'start' | 'end';

/** An instant selector, for example `http_requests_total{job="api"} offset 5m`. */
export interface VectorSelector {
  readonly kind: 'vector-selector';
  /** Name in front of the braces; the empty string when there is none. */
  readonly metricName: string;
  /** All conditions, that on the name included. */
  readonly matchers: readonly SeriesMatcher[];
  readonly offsetMillis: number;
  readonly at?: AtModifier;
  readonly position: Position;
}

/** A range selector, for example `http_requests_total[5m] offset 5m`. The selector holds the offset and `@`. */
export interface RangeSelector {
  readonly kind: 'range-selector';
  readonly selector: VectorSelector;
  readonly rangeMillis: number;
  readonly position: Position;
}

/** A subquery, for example `rate(http_requests_total[5m])[1h:1m]`. */
export interface Subquery {
  readonly kind: 'subquery';
  readonly operand: Expr;
  readonly rangeMillis: number;
  /** 0 for the default step. */
  readonly stepMillis: number;
  readonly offsetMillis: number;
  readonly at?: AtModifier;
  readonly position: Position;
}

export interface Call {
  readonly kind: 'call';
  readonly function: PromqlFunction;
  readonly args: readonly Expr[];
  readonly position: Position;
}

export const AGGREGATORS = [
  'avg',
  'bottomk',
  'count',
  'count_values',
  'group',
  'limitk',
  'limit_ratio',
  'max',
  'min',
  'quantile',
  'stddev',
  'stdvar',
  'sum',
  'topk',
] as const;
export type Aggregator = (typeof AGGREGATORS)[number];

export const AGGREGATORS_WITH_PARAMETER: ReadonlySet<Aggregator> = new Set<Aggregator>([
  'bottomk',
  'count_values',
  'limitk',
  'limit_ratio',
  'quantile',
  'topk',
]);

export interface Aggregation {
  readonly kind: 'aggregation';
  readonly operator: Aggregator;
  readonly parameter?: Expr;
  readonly operand: Expr;
  readonly without: boolean;
  readonly labels: readonly string[];
  readonly position: Position;
}

export const SET_OPERATORS = ['and', 'or', 'unless'] as const;
export const COMPARISON_OPERATORS = ['==', '!=', '<', '<=', '>', '>='] as const;
export const ARITHMETIC_OPERATORS = ['+', '-', '*', '/', '%', '^', 'atan2'] as const;
/** `h </ 5` keeps the observations of a histogram below 5, `h >/ 5` those above. */
export const TRIM_OPERATORS = ['</', '>/'] as const;

export type SetOperator = (typeof SET_OPERATORS)[number];
export type ComparisonOperator = (typeof COMPARISON_OPERATORS)[number];
export type ArithmeticOperator = (typeof ARITHMETIC_OPERATORS)[number];
export type TrimOperator = (typeof TRIM_OPERATORS)[number];
export type ElementOperator = ArithmeticOperator | ComparisonOperator | TrimOperator;
export type BinaryOperator = SetOperator | ElementOperator;

export interface BinaryOperation {
  readonly kind: 'binary';
  readonly operator: BinaryOperator;
  readonly returnsBool: boolean;
  /** Which series of both sides belong together. Undefined when a side is a scalar. */
  readonly matching?: VectorMatching;
  readonly left: Expr;
  readonly right: Expr;
  readonly position: Position;
}

export interface VectorMatching {
  /** `on`: the labels alone have to be equal. Otherwise `ignoring`: all others have to be. */
  readonly on: boolean;
  readonly labels: readonly string[];
  readonly cardinality: 'one-to-one' | 'many-to-one' | 'one-to-many' | 'many-to-many';
  /** Labels that the result takes from the "one" side. */
  readonly include: readonly string[];
}

export interface UnaryOperation {
  readonly kind: 'unary';
  readonly operator: '+' | '-';
  readonly operand: Expr;
  readonly position: Position;
}

export interface Parentheses {
  readonly kind: 'parentheses';
  readonly operand: Expr;
  readonly position: Position;
}

export const isSetOperator = (operator: BinaryOperator): operator is SetOperator =>
  (SET_OPERATORS as readonly string[]).includes(operator);

export const isComparison = (operator: BinaryOperator): operator is ComparisonOperator =>
  (COMPARISON_OPERATORS as readonly string[]).includes(operator);

export const typeOf = (expr: Expr): ValueType => {
  switch (expr.kind) {
    case 'number':
      return 'scalar';
    case 'string':
      return 'string';
    case 'vector-selector':
    case 'aggregation':
      return 'vector';
    case 'range-selector':
    case 'subquery':
      return 'matrix';
    case 'call':
      return expr.function.returns;
    case 'binary':
      return typeOf(expr.left) === 'scalar' && typeOf(expr.right) === 'scalar' ? 'scalar' : 'vector';
    case 'unary':
    case 'parentheses':
      return typeOf(expr.operand);
  }
};

export const childrenOf = (expr: Expr): readonly Expr[] => {
  switch (expr.kind) {
    case 'number':
    case 'string':
    case 'vector-selector':
      return [];
    case 'range-selector':
      return [expr.selector];
    case 'call':
      return expr.args;
    case 'aggregation':
      return expr.parameter ? [expr.operand, expr.parameter] : [expr.operand];
    case 'binary':
      return [expr.left, expr.right];
    case 'subquery':
    case 'unary':
    case 'parentheses':
      return [expr.operand];
  }
};

/** Returns all selectors of an expression, in the order of the text. */
export const selectorsOf = (expr: Expr): VectorSelector[] =>
  expr.kind === 'vector-selector' ? [expr] : childrenOf(expr).flatMap(selectorsOf);
