import { parseGoInt, parsePrometheusDuration } from '@lantern/go-syntax';
import {
  ARITHMETIC_OPERATORS,
  COMPARISON_OPERATORS,
  LOG_RANGE_OPERATIONS,
  SET_OPERATORS,
  UNWRAP_CONVERSIONS,
  UNWRAP_OPERATIONS,
  VECTOR_OPERATIONS,
  type BinaryOperator,
  type Grouping,
  type LabelFilter,
  type LogExpr,
  type LogqlExpr,
  type MetricExpr,
  type RangeAggregation,
  type RangeOperation,
  type SetOperator,
  type Stage,
  type Unwrap,
  type UnwrapConversion,
  type VectorMatching,
  type VectorOperation,
} from './ast.js';
import { applyBinary } from './binary.js';
import type { Token } from './lexer.js';
import { parseLabelFilter, parseNumber } from './parse-label-filter.js';
import { isUnwrap, parseStage } from './parse-stage.js';
import { parseMatchers } from './parse-selector.js';
import { LogqlParseError } from './parse-error.js';
import { compileMatcher } from './matcher.js';
import { compileFullMatch } from './regex.js';
import type { TokenStream } from './token-stream.js';

const NO_CERTAIN_MATCHER =
  'queries require at least one regexp or equality matcher that does not have an empty-compatible value. ' +
  'For instance, app=~".*" does not meet this requirement, but app=~".+" will';

/** Precedence of operators: higher binds tighter. All but `^` are left-associative. */
const PRECEDENCE: Readonly<Record<BinaryOperator, number>> = {
  or: 1,
  and: 2,
  unless: 2,
  '==': 3,
  '!=': 3,
  '>': 3,
  '>=': 3,
  '<': 3,
  '<=': 3,
  '+': 4,
  '-': 4,
  '*': 5,
  '/': 5,
  '%': 5,
  '^': 6,
};

const OPERATORS: ReadonlySet<string> = new Set([
  ...SET_OPERATORS,
  ...COMPARISON_OPERATORS,
  ...ARITHMETIC_OPERATORS,
]);
const RANGE_OPERATIONS: ReadonlySet<string> = new Set([...LOG_RANGE_OPERATIONS, ...UNWRAP_OPERATIONS]);

/** Range aggregations that Loki allows to have a grouping. */
const GROUPED_RANGE_OPERATIONS: ReadonlySet<string> = new Set([
  'avg_over_time',
  'stddev_over_time',
  'stdvar_over_time',
  'quantile_over_time',
  'max_over_time',
  'min_over_time',
  'first_over_time',
  'last_over_time',
]);

/** Parses a query for lines or a metric expression. */
export const parseExpression = (tokens: TokenStream, minPrecedence = 1): LogqlExpr => {
  let left = parsePrimary(tokens);
  for (;;) {
    const token = tokens.peek();
    const operator = operatorOf(token);
    if (operator === undefined || PRECEDENCE[operator] < minPrecedence) return left;
    tokens.countOperator(tokens.next());
    const { returnsBool, matching } = parseModifiers(tokens);
    const tighter = operator === '^' ? PRECEDENCE[operator] : PRECEDENCE[operator] + 1;
    const right = tokens.nested(token, () => parseExpression(tokens, tighter));
    left = combine({ operator, returnsBool, matching }, left, right);
  }
};

const operatorOf = ({ kind, text }: Token): BinaryOperator | undefined => {
  const word = kind === 'IDENTIFIER' ? text.toLowerCase() : kind;
  return OPERATORS.has(word) ? (word as BinaryOperator) : undefined;
};

const isSetOperator = (operator: BinaryOperator): operator is SetOperator =>
  (SET_OPERATORS as readonly string[]).includes(operator);

const combine = (
  operation: {
    readonly operator: BinaryOperator;
    readonly returnsBool: boolean;
    readonly matching: VectorMatching;
  },
  left: LogqlExpr,
  right: LogqlExpr,
): MetricExpr => {
  const { operator } = operation;
  for (const [leg, side] of [
    ['left', left],
    ['right', right],
  ] as const) {
    if (side.kind === 'log') {
      const type = side.stages.length === 0 ? 'MatchersExpr' : 'PipelineExpr';
      throw new LogqlParseError(
        `unexpected type for ${leg} leg of binary operation (${operator}): *syntax.${type}`,
      );
    }
    if (side.kind === 'number' && isSetOperator(operator)) {
      throw new LogqlParseError(
        `unexpected literal for ${leg} leg of logical/set binary operation (${operator}): ${side.value.toFixed(6)}`,
      );
    }
  }
  if (left.kind === 'number' && right.kind === 'number' && !isSetOperator(operator)) {
    return { kind: 'number', value: applyBinary(operator, left.value, right.value) };
  }
  return { kind: 'binary', ...operation, left: left as MetricExpr, right: right as MetricExpr };
};

const parseModifiers = (tokens: TokenStream): { returnsBool: boolean; matching: VectorMatching } => {
  const returnsBool = tokens.acceptWord('bool');
  let matching: VectorMatching = { on: false, labels: [], cardinality: 'one-to-one', include: [] };
  const on = tokens.isWord('on');
  if ((on || tokens.isWord('ignoring')) && tokens.peek(1).kind === '(') {
    tokens.next();
    matching = { ...matching, on, labels: parseLabels(tokens) };
    const isLeft = tokens.isWord('group_left');
    if (isLeft || tokens.isWord('group_right')) {
      tokens.next();
      // Parentheses may be labels to include, or the operand itself.
      const include = tokens.peek().kind === '(' && isLabelList(tokens) ? parseLabels(tokens) : [];
      matching = { ...matching, cardinality: isLeft ? 'many-to-one' : 'one-to-many', include };
    }
  }
  return { returnsBool, matching };
};

const isLabelList = (tokens: TokenStream): boolean => {
  if (tokens.peek(1).kind === ')') return true;
  const after = tokens.peek(2).kind;
  return tokens.peek(1).kind === 'IDENTIFIER' && (after === ',' || after === ')');
};

const parseLabels = (tokens: TokenStream): string[] => {
  tokens.take('(');
  const labels: string[] = [];
  if (tokens.accept(')')) return labels;
  do labels.push(tokens.take('IDENTIFIER', ...(labels.length === 0 ? ([')'] as const) : [])).text);
  while (tokens.take(',', ')').kind === ',');
  return labels;
};

const parsePrimary = (tokens: TokenStream): LogqlExpr => {
  const token = tokens.peek();
  switch (token.kind) {
    case '{':
      return parseLog(tokens);
    case '(': {
      tokens.next();
      const inner = tokens.nested(token, () => parseExpression(tokens));
      tokens.take(')');
      return inner;
    }
    case '+':
    case '-': {
      tokens.next();
      const value = parseNumber(tokens.take('NUMBER'));
      return { kind: 'number', value: token.kind === '-' ? -value : value };
    }
    case 'NUMBER':
      return { kind: 'number', value: parseNumber(tokens.next()) };
    case 'IDENTIFIER':
      return parseCall(tokens);
    default:
      throw tokens.unexpected(token);
  }
};

const parseCall = (tokens: TokenStream): MetricExpr => {
  const token = tokens.peek();
  const name = token.text.toLowerCase();
  if (!tokens.isCall()) throw tokens.unexpected(token);
  if (RANGE_OPERATIONS.has(name)) return parseRangeAggregation(tokens, name as RangeOperation);
  if ((VECTOR_OPERATIONS as readonly string[]).includes(name)) {
    return parseVectorAggregation(tokens, name as VectorOperation);
  }
  if (name === 'vector') {
    tokens.next();
    tokens.take('(');
    const value = parseNumber(tokens.take('NUMBER'), 'vectorExpr');
    tokens.take(')');
    return { kind: 'vector', value };
  }
  if (name === 'label_replace') return parseLabelReplace(tokens);
  throw tokens.unexpected(token);
};

const parseOperand = (tokens: TokenStream): MetricExpr => {
  const first = tokens.peek();
  const operand = tokens.nested(first, () => parseExpression(tokens));
  if (operand.kind === 'log') throw tokens.unexpected(tokens.peek(), 'RANGE');
  return operand;
};

const parseLabelReplace = (tokens: TokenStream): MetricExpr => {
  tokens.next();
  tokens.take('(');
  const operand = parseOperand(tokens);
  const [destination = '', replacement = '', source = '', expression = ''] = [0, 1, 2, 3].map(() => {
    tokens.take(',');
    return tokens.take('STRING').text;
  });
  tokens.take(')');
  try {
    compileFullMatch(expression);
  } catch (error) {
    if (!(error instanceof LogqlParseError)) throw error;
    throw new LogqlParseError(`invalid regex in label_replace: ${error.reason}`);
  }
  return { kind: 'label-replace', operand, destination, replacement, source, expression };
};

const parseGrouping = (tokens: TokenStream): Grouping | undefined => {
  const without = tokens.isWord('without');
  if (!without && !tokens.isWord('by')) return undefined;
  tokens.next();
  return { without, labels: parseLabels(tokens) };
};

const parseVectorAggregation = (tokens: TokenStream, operation: VectorOperation): MetricExpr => {
  tokens.next();
  const before = parseGrouping(tokens);
  tokens.take('(');
  const number = tokens.peek().kind === 'NUMBER' && tokens.peek(1).kind === ',' ? tokens.next() : undefined;
  if (number) tokens.next();
  const operand = parseOperand(tokens);
  tokens.take(')');
  const grouping = before ?? parseGrouping(tokens);
  const parameter = parameterOfVector(operation, number?.text);
  if (operation === 'approx_topk' && grouping) {
    throw new LogqlParseError(`grouping not allowed for ${operation} aggregation`);
  }
  if ((operation === 'sort' || operation === 'sort_desc') && grouping && grouping.labels.length > 0) {
    throw new LogqlParseError("sort and sort_desc doesn't allow grouping by ");
  }
  return {
    kind: 'vector-aggregation',
    operation,
    ...(parameter === undefined ? {} : { parameter }),
    ...(grouping ? { grouping } : {}),
    operand,
  };
};

const parameterOfVector = (operation: VectorOperation, text: string | undefined): number | undefined => {
  if (operation !== 'topk' && operation !== 'bottomk' && operation !== 'approx_topk') {
    if (text === undefined) return undefined;
    throw new LogqlParseError(`unsupported parameter for operation ${operation}(${text},`);
  }
  if (text === undefined) throw new LogqlParseError(`parameter required for operation ${operation}`);
  let count: bigint;
  try {
    count = parseGoInt(text);
  } catch {
    throw new LogqlParseError(`invalid parameter ${operation}(${text},`);
  }
  if (count <= 0n) {
    throw new LogqlParseError(`invalid parameter (must be greater than 0) ${operation}(${text}`);
  }
  return Number(count);
};

const parseRangeAggregation = (tokens: TokenStream, operation: RangeOperation): MetricExpr => {
  const call = tokens.next();
  tokens.take('(');
  const number = tokens.peek().kind === 'NUMBER' ? tokens.next() : undefined;
  if (number) tokens.take(',');
  const range = tokens.nested(call, () => parseLogRange(tokens));
  const { intervalNanos } = range;
  if (intervalNanos === undefined) throw tokens.unexpected(tokens.peek(), 'RANGE');
  tokens.take(')');
  const grouping = parseGrouping(tokens);
  if (number && operation !== 'quantile_over_time') {
    throw new LogqlParseError(`parameter ${number.text} not supported for operation ${operation}`);
  }
  if (!number && operation === 'quantile_over_time') {
    throw new LogqlParseError(`parameter required for operation ${operation}`);
  }
  const aggregation: RangeAggregation = {
    kind: 'range-aggregation',
    operation,
    ...(number ? { parameter: parseNumber(number) } : {}),
    log: { kind: 'log', matchers: range.matchers, stages: range.stages },
    ...(range.unwrap ? { unwrap: range.unwrap } : {}),
    intervalNanos,
    offsetNanos: range.offsetNanos,
    ...(grouping ? { grouping } : {}),
  };
  checkRangeAggregation(aggregation);
  return aggregation;
};

const checkRangeAggregation = ({ operation, unwrap, grouping }: RangeAggregation): void => {
  if (grouping && !GROUPED_RANGE_OPERATIONS.has(operation)) {
    throw new LogqlParseError(`grouping not allowed for ${operation} aggregation`);
  }
  const allowed: readonly string[] = unwrap ? UNWRAP_OPERATIONS : LOG_RANGE_OPERATIONS;
  if (!allowed.includes(operation)) {
    throw new LogqlParseError(`invalid aggregation ${operation} ${unwrap ? 'with' : 'without'} unwrap`);
  }
};

interface LogRange {
  readonly matchers: LogExpr['matchers'];
  readonly stages: Stage[];
  unwrap?: Unwrap;
  intervalNanos?: bigint;
  offsetNanos: bigint;
}

/** Parses a range. Its interval is behind the pipeline, or between the selector and the pipeline; any part may be in
 * parentheses. */
const parseLogRange = (tokens: TokenStream): LogRange => {
  const open = tokens.accept('(');
  let range: LogRange;
  if (open) {
    range = tokens.nested(open, () => parseLogRange(tokens));
    tokens.take(')');
  } else {
    range = { matchers: parseCertainMatchers(tokens), stages: [], offsetNanos: 0n };
    parsePipeline(tokens, range);
  }
  const interval = range.intervalNanos === undefined ? tokens.accept('RANGE') : undefined;
  if (interval) {
    range.intervalNanos = parseRange(tokens, interval);
    range.offsetNanos = parseOffset(tokens);
    if (range.stages.length === 0 && !range.unwrap) parsePipeline(tokens, range);
  }
  return range;
};

const parseRange = (tokens: TokenStream, token: Token): bigint =>
  tokens.read(token, (text) => parsePrometheusDuration(text.slice(1, -1)));

const parseOffset = (tokens: TokenStream): bigint => {
  if (!tokens.acceptWord('offset')) return 0n;
  const negative = tokens.accept('-') !== undefined;
  const nanos = tokens.read(tokens.take('DURATION'), parsePrometheusDuration);
  return negative ? -nanos : nanos;
};

const parsePipeline = (tokens: TokenStream, range: LogRange): void => {
  for (let stage = parseStage(tokens); stage; stage = parseStage(tokens)) range.stages.push(stage);
  if (isUnwrap(tokens)) range.unwrap = parseUnwrap(tokens);
};

const parseUnwrap = (tokens: TokenStream): Unwrap => {
  tokens.next();
  tokens.next();
  let label = tokens.take('IDENTIFIER').text;
  let conversion: UnwrapConversion | undefined;
  if (isConversion(label.toLowerCase()) && tokens.accept('(')) {
    conversion = label.toLowerCase() as UnwrapConversion;
    label = tokens.take('IDENTIFIER').text;
    tokens.take(')');
  }
  const filters: LabelFilter[] = [];
  while (tokens.accept('|')) filters.push(parseLabelFilter(tokens));
  return { label, ...(conversion ? { conversion } : {}), filters };
};

const isConversion = (word: string): boolean => (UNWRAP_CONVERSIONS as readonly string[]).includes(word);

const parseLog = (tokens: TokenStream): LogExpr => {
  const matchers = parseCertainMatchers(tokens);
  const stages: Stage[] = [];
  for (let stage = parseStage(tokens); stage; stage = parseStage(tokens)) stages.push(stage);
  return { kind: 'log', matchers, stages };
};

/** Parses a selector with at least one matcher that excludes streams: a query without one would read every stream. */
const parseCertainMatchers = (tokens: TokenStream): LogExpr['matchers'] => {
  const matchers = parseMatchers(tokens);
  if (matchers.some((matcher) => !compileMatcher(matcher)(''))) return matchers;
  throw new LogqlParseError(NO_CERTAIN_MATCHER);
};
