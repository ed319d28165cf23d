import { formatGoFloat, formatPrometheusDuration, goQuote } from '@lantern/go-syntax';
import { METRIC_NAME, compareUtf8, type SeriesMatcher } from '@lantern/telemetry-model';
import {
  typeOf,
  type Aggregation,
  type AtModifier,
  type BinaryOperation,
  type Expr,
  type NumberLiteral,
  type Subquery,
  type VectorSelector,
} from './ast.js';

/** Prometheus' prettifier breaks longer lines. */
const MAX_LINE_BYTES = 100;

const encoder = new TextEncoder();

/** Formats a query as Prometheus' `format_query` does. Parsing the result returns the same tree. */
export const formatPromql = (expr: Expr): string => pretty(expr, 0);

const indent = (level: number): string => '  '.repeat(level);

const pretty = (expr: Expr, level: number): string => {
  const line = formatLine(expr);
  const lead = indent(level);
  if (encoder.encode(line).length <= MAX_LINE_BYTES) return expr.kind === 'subquery' ? line : lead + line;
  switch (expr.kind) {
    case 'aggregation': {
      const parameter = expr.parameter ? `${pretty(expr.parameter, level + 1)},\n` : '';
      return `${lead}${aggregator(expr)}(\n${parameter}${pretty(expr.operand, level + 1)}\n${lead})`;
    }
    case 'binary':
      return `${isSignedBase(expr) ? indent(level + 1) + leftOperand(expr) : pretty(expr.left, level + 1)}\n${lead}${binaryOperator(expr)}\n${pretty(expr.right, level + 1)}`;
    case 'call': {
      const args = expr.args.map((arg) => pretty(arg, level + 1)).join(',\n');
      return `${lead}${expr.function.name}(\n${args}\n${lead})`;
    }
    case 'parentheses':
      return `${lead}(\n${pretty(expr.operand, level + 1)}\n${lead})`;
    case 'subquery':
      return pretty(expr.operand, level) + subquerySuffix(expr);
    case 'unary':
      return `${lead}${expr.operator}${pretty(expr.operand, level).trim()}`;
    default:
      return lead + line;
  }
};

/** Formats a query in one line. */
export const formatLine = (expr: Expr): string => {
  switch (expr.kind) {
    case 'number':
      return number(expr);
    case 'string':
      return goQuote(expr.value);
    case 'vector-selector':
      return selector(expr) + at(expr.at) + offset(expr.offsetMillis);
    case 'range-selector': {
      const { selector: inner, rangeMillis } = expr;
      return `${selector(inner)}[${duration(rangeMillis)}]${at(inner.at)}${offset(inner.offsetMillis)}`;
    }
    case 'subquery':
      return formatLine(expr.operand) + subquerySuffix(expr);
    case 'call':
      return `${expr.function.name}(${expr.args.map(formatLine).join(', ')})`;
    case 'aggregation': {
      const parameter = expr.parameter ? `${formatLine(expr.parameter)}, ` : '';
      return `${aggregator(expr)}(${parameter}${formatLine(expr.operand)})`;
    }
    case 'binary':
      return `${leftOperand(expr)} ${binaryOperator(expr)} ${formatLine(expr.right)}`;
    case 'unary':
      return expr.operator + formatLine(expr.operand);
    case 'parentheses':
      return `(${formatLine(expr.operand)})`;
  }
};

/** A sign binds weaker than `^`: `+Inf ^ 2` would be the sign of a power. */
const isSignedBase = ({ operator, left }: BinaryOperation): boolean =>
  operator === '^' && left.kind === 'number' && left.value === Infinity;

const leftOperand = (expr: BinaryOperation): string => (isSignedBase(expr) ? 'Inf' : formatLine(expr.left));

const duration = (millis: number): string => formatPrometheusDuration(BigInt(millis) * 1_000_000n);

const number = ({ value, isDuration }: NumberLiteral): string => {
  if (!isDuration) return formatGoFloat(value);
  const text = duration(Math.round(Math.abs(value) * 1_000));
  return value < 0 ? `-${text}` : text;
};

const at = (modifier: AtModifier | undefined): string => {
  if (modifier === undefined) return '';
  return typeof modifier === 'number' ? ` @ ${(modifier / 1_000).toFixed(3)}` : ` @ ${modifier}()`;
};

const offset = (millis: number): string => {
  if (millis === 0) return '';
  return ` offset ${millis < 0 ? '-' : ''}${duration(Math.abs(millis))}`;
};

const subquerySuffix = ({ rangeMillis, stepMillis, offsetMillis, at: modifier }: Subquery): string =>
  `[${duration(rangeMillis)}:${stepMillis === 0 ? '' : duration(stepMillis)}]${at(modifier)}${offset(offsetMillis)}`;

const selector = ({ metricName, matchers }: VectorSelector): string => {
  const isName = ({ name, operator, value }: SeriesMatcher) =>
    name === METRIC_NAME && operator === '=' && value === metricName && value !== '';
  const texts = matchers.filter((matcher) => !isName(matcher)).map(formatMatcher);
  return texts.length === 0 && metricName !== ''
    ? metricName
    : `${metricName}{${texts.sort(compareUtf8).join(',')}}`;
};

const PLAIN_LABEL = /^[A-Za-z_][A-Za-z0-9_]*$/;

const labelName = (name: string): string => (PLAIN_LABEL.test(name) ? name : goQuote(name));

export const formatMatcher = ({ name, operator, value }: SeriesMatcher): string =>
  `${labelName(name)}${operator}${goQuote(value)}`;

const labelList = (labels: readonly string[]): string => `(${labels.map(labelName).join(', ')})`;

const aggregator = ({ operator, without, labels }: Aggregation): string => {
  if (without) return `${operator} without ${labelList(labels)} `;
  return labels.length > 0 ? `${operator} by ${labelList(labels)} ` : operator;
};

const binaryOperator = ({ operator, returnsBool, matching, left, right }: BinaryOperation): string => {
  const words: string[] = [operator];
  if (returnsBool) words.push('bool');
  // Prometheus forgets the matching of scalars.
  if (matching && typeOf(left) === 'vector' && typeOf(right) === 'vector') {
    const { on, labels, cardinality, include } = matching;
    const isGrouped = cardinality === 'many-to-one' || cardinality === 'one-to-many';
    if (labels.length > 0 || on || isGrouped) words.push(`${on ? 'on' : 'ignoring'} ${labelList(labels)}`);
    if (isGrouped)
      words.push(`${cardinality === 'many-to-one' ? 'group_left' : 'group_right'} ${labelList(include)}`);
  }
  return words.join(' ');
};
