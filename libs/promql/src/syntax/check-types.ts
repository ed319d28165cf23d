import { METRIC_NAME } from '@lantern/telemetry-model';
import {
  isComparison,
  isSetOperator,
  typeOf,
  type Aggregation,
  type BinaryOperation,
  type Call,
  type Expr,
  type ValueType,
  type VectorSelector,
} from './ast.js';
import { PromqlParseError } from './parse-error.js';
import type { Position } from './position.js';

/** As Prometheus' documentation calls the types. */
export const documentedType = (type: ValueType): string => {
  switch (type) {
    case 'vector':
      return 'instant vector';
    case 'matrix':
      return 'range vector';
    default:
      return type;
  }
};

/**
 * Checks that operators, functions and aggregations have operands of the right types.
 *
 * @throws {PromqlParseError} for the first one that has not, in Prometheus' order
 */
export const checkTypes = (expr: Expr, query: string): void => new TypeCheck(query).check(expr);

class TypeCheck {
  constructor(private readonly query: string) {}

  check(expr: Expr): void {
    switch (expr.kind) {
      case 'number':
      case 'string':
        return;
      case 'vector-selector':
        this.selector(expr);
        return;
      case 'range-selector':
        this.selector(expr.selector);
        return;
      case 'parentheses':
        this.check(expr.operand);
        return;
      case 'aggregation':
        this.aggregation(expr);
        return;
      case 'binary':
        this.binary(expr);
        return;
      case 'call':
        this.call(expr);
        return;
      case 'unary': {
        this.check(expr.operand);
        const type = typeOf(expr.operand);
        if (type === 'scalar' || type === 'vector') return;
        throw this.error(
          expr.position,
          `unary expression only allowed on expressions of type scalar or instant vector, got "${documentedType(type)}"`,
        );
      }
      case 'subquery': {
        this.check(expr.operand);
        const type = typeOf(expr.operand);
        if (type === 'vector') return;
        throw this.error(expr.position, `subquery is only allowed on instant vector, got ${type} instead`);
      }
    }
  }

  private selector({ metricName, matchers, position }: VectorSelector): void {
    if (metricName !== '') {
      const twice = matchers.slice(0, -1).find(({ name }) => name === METRIC_NAME);
      if (!twice) return;
      throw this.error(
        position,
        `metric name must not be set twice: ${JSON.stringify(metricName)} or ${JSON.stringify(twice.value)}`,
      );
    }
    if (matchers.some((matcher) => !matcher.matches(''))) return;
    throw this.error(position, 'vector selector must contain at least one non-empty matcher');
  }

  private expect(expr: Expr, wanted: ValueType, context: string): void {
    this.check(expr);
    const type = typeOf(expr);
    if (type === wanted) return;
    throw this.error(
      expr.position,
      `expected type ${documentedType(wanted)} in ${context}, got ${documentedType(type)}`,
    );
  }

  private aggregation({ operator, operand, parameter }: Aggregation): void {
    this.expect(operand, 'vector', 'aggregation expression');
    if (!parameter) return;
    this.expect(parameter, operator === 'count_values' ? 'string' : 'scalar', 'aggregation parameter');
  }

  private binary(expr: BinaryOperation): void {
    const { operator, returnsBool, left, right, matching, position } = expr;
    this.check(left);
    this.check(right);
    const [leftType, rightType] = [typeOf(left), typeOf(right)];
    if (returnsBool && !isComparison(operator)) {
      throw this.error(this.operatorPosition(expr), 'bool modifier can only be used on comparison operators');
    }
    if (isComparison(operator) && !returnsBool && leftType === 'scalar' && rightType === 'scalar') {
      throw this.error(this.operatorPosition(expr), 'comparisons between scalars must use BOOL modifier');
    }
    const both = matching?.on ? matching.labels.find((label) => matching.include.includes(label)) : undefined;
    if (both !== undefined) {
      throw this.error(
        this.operatorPosition(expr),
        `label ${JSON.stringify(both)} must not occur in ON and GROUP clause at once`,
      );
    }
    for (const side of [left, right]) {
      const type = typeOf(side);
      if (type === 'scalar' || type === 'vector') continue;
      throw this.error(side.position, 'binary expression must contain only scalar and instant vector types');
    }
    const areVectors = leftType === 'vector' && rightType === 'vector';
    if (!areVectors && matching && matching.labels.length > 0) {
      throw this.error(position, 'vector matching only allowed between instant vectors');
    }
    if (!isSetOperator(operator)) return;
    if (!areVectors) {
      throw this.error(position, `set operator "${operator}" not allowed in binary scalar expression`);
    }
    if (matching && matching.cardinality !== 'many-to-many') {
      throw this.error(position, `no grouping allowed for "${operator}" operation`);
    }
  }

  /** The operator and its modifiers, without the white space around them. */
  private operatorPosition({ left, right }: BinaryOperation): Position {
    const between = this.query.slice(left.position.end, right.position.start);
    const start = left.position.end + between.length - between.trimStart().length;
    return { start, end: left.position.end + between.trimEnd().length };
  }

  private call({ function: { name, argTypes, variadic }, args, position }: Call): void {
    const wanted = argTypes.length;
    const got = args.length;
    const count = (expected: string) =>
      this.error(position, `expected ${expected} argument(s) in call to "${name}", got ${got}`);
    if (variadic === 0 && got !== wanted) throw count(String(wanted));
    if (variadic !== 0) {
      const least = wanted - 1;
      if (got < least) throw count(`at least ${least}`);
      if (variadic > 0 && got > least + variadic) throw count(`at most ${least + variadic}`);
    }
    for (const [index, arg] of args.entries()) {
      const type = argTypes[Math.min(index, wanted - 1)];
      if (type !== undefined) this.expect(arg, type, `call to function "${name}"`);
    }
  }

  private error(position: Position, reason: string): PromqlParseError {
    return new PromqlParseError(this.query, reason, position);
  }
}
