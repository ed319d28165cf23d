import { GoSyntaxError, formatGoFloat, parseGoFloat } from '@lantern/go-syntax';
import { durationMillis } from './duration.js';
import { METRIC_NAME, type MatchOperator, type SeriesMatcher } from '@lantern/telemetry-model';
import {
  AGGREGATORS_WITH_PARAMETER,
  isSetOperator,
  type Aggregation,
  type Aggregator,
  type AtModifier,
  type BinaryOperator,
  type Expr,
  type NumberLiteral,
  type VectorMatching,
  type VectorSelector,
} from './ast.js';
import { checkTypes } from './check-types.js';
import { FUNCTIONS } from './functions.js';
import { stringValue } from './lexer.js';
import { createMatcher } from './matcher.js';
import type { PromqlParseError } from './parse-error.js';
import type { Position } from './position.js';
import { TokenStream } from './token-stream.js';
import { isAggregator, type Token, type TokenKind } from './token.js';

export interface ParseOptions {
  /** Whether functions and aggregations that Prometheus has behind a feature flag are accepted. False by default. */
  readonly experimentalFunctions?: boolean;
}

/**
 * Parses a query and checks its types.
 *
 * @throws {PromqlParseError} and no other error, for any text
 */
export const parsePromql = (query: string, options: ParseOptions = {}): Expr => {
  const tokens = new TokenStream(query);
  if (tokens.peek().kind === 'eof') throw tokens.error({ start: 0, end: 0 }, 'no expression found in input');
  const expr = new Parser(tokens, options).expression();
  if (tokens.peek().kind !== 'eof') throw tokens.unexpected();
  checkTypes(expr, query);
  return expr;
};

/**
 * Parses a selector alone, for example of the parameter `match[]`. Unlike in a query, a selector that matches every series
 * is accepted.
 *
 * @throws {PromqlParseError}
 */
export const parseSelector = (selector: string): readonly SeriesMatcher[] => {
  const tokens = new TokenStream(selector);
  const token = tokens.peek();
  if (token.kind !== '{' && !METRIC_NAME_WORDS.has(token.kind)) throw tokens.unexpected();
  const { matchers } = new Parser(tokens, {}).vectorSelector();
  if (tokens.peek().kind !== 'eof') throw tokens.unexpected();
  return matchers;
};

/** Precedence of operators: higher binds tighter. All but `^` are left-associative. */
const PRECEDENCE: Readonly<Record<BinaryOperator, number>> = {
  or: 1,
  and: 2,
  unless: 2,
  '==': 3,
  '!=': 3,
  '<': 3,
  '<=': 3,
  '>': 3,
  '>=': 3,
  '</': 3,
  '>/': 3,
  '+': 4,
  '-': 4,
  '*': 5,
  '/': 5,
  '%': 5,
  atan2: 5,
  '^': 6,
};

/** A sign binds like `*`: `-2^2` is -4. */
const UNARY_PRECEDENCE = 6;

/** Words that may be the name of a metric. */
const METRIC_NAME_WORDS: ReadonlySet<TokenKind> = new Set<TokenKind>([
  'identifier',
  'metric identifier',
  'avg',
  'bottomk',
  'by',
  'count',
  'count_values',
  'group',
  'and',
  'or',
  'unless',
  'max',
  'min',
  'offset',
  'quantile',
  'stddev',
  'stdvar',
  'sum',
  'topk',
  'without',
  'start',
  'end',
  'limitk',
  'limit_ratio',
  'step',
  'range',
  'max_of',
  'min_of',
]);

/** Words that may be the name of a label in a list of labels. */
const LABEL_WORDS: ReadonlySet<TokenKind> = new Set<TokenKind>([
  ...METRIC_NAME_WORDS,
  'bool',
  'group_left',
  'group_right',
  'ignoring',
  'on',
  'atan2',
]);

const CALLABLE: ReadonlySet<TokenKind> = new Set<TokenKind>([
  'identifier',
  'start',
  'end',
  'step',
  'range',
  'max_of',
  'min_of',
]);

const DURATION_OPERATORS: ReadonlySet<TokenKind> = new Set<TokenKind>(['+', '-', '*', '/', '%', '^']);
const DURATION_STARTS: ReadonlySet<TokenKind> = new Set<TokenKind>([
  '(',
  'step',
  'range',
  'max_of',
  'min_of',
]);

const MILLIS_PER_SECOND = 1_000;
const MAX_DURATION_SECONDS = 2 ** 63 / 1e9;
const MAX_INT64 = 2 ** 63;

class Parser {
  constructor(
    private readonly tokens: TokenStream,
    private readonly options: ParseOptions,
  ) {}

  expression(minPrecedence = 1): Expr {
    return this.tokens.nested(() => {
      let left = this.unary();
      for (;;) {
        const operator = this.binaryOperator();
        if (operator === undefined || PRECEDENCE[operator] < minPrecedence) return left;
        this.tokens.next();
        this.tokens.countOperator();
        const { returnsBool, matching } = this.modifiers(operator);
        const right = this.expression(operator === '^' ? PRECEDENCE[operator] : PRECEDENCE[operator] + 1);
        const position = { start: left.position.start, end: right.position.end };
        left = { kind: 'binary', operator, returnsBool, matching, left, right, position };
      }
    });
  }

  private binaryOperator(): BinaryOperator | undefined {
    const { kind } = this.tokens.peek();
    return Object.hasOwn(PRECEDENCE, kind) ? (kind as BinaryOperator) : undefined;
  }

  private modifiers(operator: BinaryOperator): { returnsBool: boolean; matching: VectorMatching } {
    const { tokens } = this;
    const returnsBool = tokens.accept('bool') !== undefined;
    let matching: VectorMatching = {
      on: false,
      labels: [],
      cardinality: isSetOperator(operator) ? 'many-to-many' : 'one-to-one',
      include: [],
    };
    const word = tokens.peek().kind;
    if (word !== 'on' && word !== 'ignoring') return { returnsBool, matching };
    tokens.next();
    matching = { ...matching, on: word === 'on', labels: this.labels() };
    const group = tokens.peek().kind;
    if (group !== 'group_left' && group !== 'group_right') return { returnsBool, matching };
    tokens.next();
    const cardinality = group === 'group_left' ? 'many-to-one' : 'one-to-many';
    const include = tokens.peek().kind === '(' ? this.labels() : [];
    return { returnsBool, matching: { ...matching, cardinality, include } };
  }

  private labels(): string[] {
    const { tokens } = this;
    tokens.take('(', 'grouping opts', '"("');
    const labels: string[] = [];
    while (!tokens.accept(')')) {
      const token = tokens.peek();
      if (token.kind !== 'string' && !LABEL_WORDS.has(token.kind)) {
        throw tokens.unexpected('grouping opts', 'label');
      }
      tokens.next();
      const label = token.kind === 'string' ? stringValue(token.text) : token.text;
      if (!isLabelName(label)) {
        throw tokens.error(token.position, `invalid label name for grouping: ${JSON.stringify(label)}`);
      }
      labels.push(label);
      if (tokens.peek().kind === ')') continue;
      tokens.take(',', 'grouping opts', '"," or ")"');
    }
    return labels;
  }

  private unary(): Expr {
    const { tokens } = this;
    const sign = tokens.accept('+') ?? tokens.accept('-');
    if (sign === undefined) return this.postfix(this.primary());
    const operator = sign.kind as '+' | '-';
    tokens.countOperator();
    const operand = this.expression(UNARY_PRECEDENCE);
    const position = { start: sign.position.start, end: operand.position.end };
    if (operand.kind === 'number') {
      return { ...operand, value: operator === '-' ? -operand.value : operand.value, position };
    }
    return { kind: 'unary', operator, operand, position };
  }

  private primary(): Expr {
    const { tokens } = this;
    const token = tokens.peek();
    switch (token.kind) {
      case 'number':
      case 'duration':
        return this.number();
      case 'string':
        tokens.next();
        return { kind: 'string', value: stringValue(token.text), position: token.position };
      case '(': {
        tokens.next();
        const operand = this.expression();
        const { end } = tokens.take(')').position;
        return { kind: 'parentheses', operand, position: { start: token.position.start, end } };
      }
      case '{':
        return this.vectorSelector();
      default:
        return this.named(token);
    }
  }

  /** Parses what begins with a word: an aggregation, a call or a selector. */
  private named(token: Token): Expr {
    const { tokens } = this;
    if (isAggregator(token.kind)) {
      const next = tokens.peek(1).kind;
      if (next === '(' || next === 'by' || next === 'without') return this.aggregation(token.kind);
    }
    if (CALLABLE.has(token.kind) && tokens.peek(1).kind === '(') return this.call();
    if (METRIC_NAME_WORDS.has(token.kind)) return this.vectorSelector();
    throw tokens.unexpected();
  }

  private number(): NumberLiteral {
    const token = this.tokens.next();
    const isDuration = token.kind === 'duration';
    const value = isDuration ? this.durationSeconds(token) : this.numberValue(token);
    return { kind: 'number', value, isDuration, position: token.position };
  }

  private durationSeconds(token: Token): number {
    try {
      return durationMillis(token.text) / MILLIS_PER_SECOND;
    } catch (error) {
      throw this.asParseError(error, token.position);
    }
  }

  private numberValue(token: Token): number {
    const text = token.text.replaceAll('_', '');
    // Go's `strconv.ParseInt` with base 0, which Prometheus tries first, reads a leading 0 as octal.
    if (/^0[0-7]+$/.test(text)) return Number.parseInt(text, 8);
    if (/^0x[\da-f]+$/i.test(text) && Number(text) < MAX_INT64) return Number(text);
    try {
      return parseGoFloat(text);
    } catch (error) {
      throw this.asParseError(error, token.position, 'error parsing number: ');
    }
  }

  private aggregation(operator: Aggregator): Aggregation {
    const { tokens } = this;
    const start = tokens.next().position.start;
    const before = this.grouping();
    const args = this.args();
    const { without, labels } = before ?? this.grouping() ?? { without: false, labels: [] };
    const position = { start, end: tokens.lastClosing };
    if (args.length === 0) throw tokens.error(position, 'no arguments for aggregate expression provided');
    const isExperimental = operator === 'limitk' || operator === 'limit_ratio';
    if (isExperimental && this.options.experimentalFunctions !== true) {
      throw tokens.error(
        position,
        `${operator}() is experimental and must be enabled with --enable-feature=promql-experimental-functions`,
      );
    }
    const wanted = AGGREGATORS_WITH_PARAMETER.has(operator) ? 2 : 1;
    const operand = args[wanted - 1];
    if (args.length !== wanted || operand === undefined) {
      throw tokens.error(
        position,
        `wrong number of arguments for aggregate expression provided, expected ${wanted}, got ${args.length}`,
      );
    }
    const parameter = wanted === 2 ? args[0] : undefined;
    return {
      kind: 'aggregation',
      operator,
      ...(parameter ? { parameter } : {}),
      operand,
      without,
      labels,
      position,
    };
  }

  private grouping(): { without: boolean; labels: string[] } | undefined {
    const { kind } = this.tokens.peek();
    if (kind !== 'by' && kind !== 'without') return undefined;
    this.tokens.next();
    return { without: kind === 'without', labels: this.labels() };
  }

  private call(): Expr {
    const { tokens } = this;
    const name = tokens.next();
    const args = this.args();
    const found = FUNCTIONS.get(name.text);
    if (found === undefined) {
      throw tokens.error(name.position, `unknown function with name ${JSON.stringify(name.text)}`);
    }
    if (found.isExperimental && this.options.experimentalFunctions !== true) {
      throw tokens.error(name.position, `function ${JSON.stringify(name.text)} is not enabled`);
    }
    const position = { start: name.position.start, end: tokens.lastClosing };
    return { kind: 'call', function: found, args, position };
  }

  private args(): Expr[] {
    const { tokens } = this;
    tokens.take('(');
    const args: Expr[] = [];
    if (tokens.accept(')')) return args;
    for (;;) {
      args.push(this.expression());
      if (tokens.accept(')')) return args;
      const comma = tokens.take(',');
      if (tokens.peek().kind === ')') {
        throw tokens.error(comma.position, 'trailing commas not allowed in function call args');
      }
    }
  }

  vectorSelector(): VectorSelector {
    const { tokens } = this;
    const first = tokens.peek();
    const metricName = first.kind === '{' ? '' : tokens.next().text;
    let end = first.position.end;
    const matchers: SeriesMatcher[] = [];
    if (tokens.peek().kind === '{') {
      this.labelMatchers(matchers);
      end = tokens.lastClosing;
    }
    if (metricName !== '') matchers.push(createMatcher(METRIC_NAME, '=', metricName));
    const position = { start: first.position.start, end };
    return { kind: 'vector-selector', metricName, matchers, offsetMillis: 0, position };
  }

  private labelMatchers(matchers: SeriesMatcher[]): void {
    const { tokens } = this;
    tokens.take('{');
    while (!tokens.accept('}')) {
      matchers.push(this.labelMatcher());
      if (tokens.peek().kind === '}') continue;
      tokens.take(',', 'label matching', '"," or "}"');
    }
  }

  private labelMatcher(): SeriesMatcher {
    const { tokens } = this;
    const label = tokens.peek();
    if (label.kind !== 'identifier' && label.kind !== 'string') {
      throw tokens.unexpected('label matching', 'identifier or "}"');
    }
    tokens.next();
    const name = label.kind === 'string' ? stringValue(label.text) : label.text;
    const operator = tokens.peek().kind;
    if (operator !== '=' && operator !== '!=' && operator !== '=~' && operator !== '!~') {
      // A quoted text alone is the name of the metric.
      if (label.kind === 'string') return createMatcher(METRIC_NAME, '=', name);
      throw tokens.unexpected('label matching', 'label matching operator');
    }
    tokens.next();
    const value = tokens.take('string', 'label matching', 'string');
    return this.matcher(name, operator, value, label.position.start);
  }

  private matcher(name: string, operator: MatchOperator, value: Token, start: number): SeriesMatcher {
    try {
      return createMatcher(name, operator, stringValue(value.text));
    } catch (error) {
      throw this.asParseError(error, { start, end: value.position.end });
    }
  }

  /** Parses ranges, subqueries, offsets and `@` behind an expression. */
  private postfix(operand: Expr): Expr {
    let expr = operand;
    for (;;) {
      switch (this.tokens.peek().kind) {
        case '[':
          this.tokens.countOperator();
          expr = this.range(expr);
          break;
        case 'offset':
          expr = this.withOffset(expr);
          break;
        case '@':
          expr = this.withAt(expr);
          break;
        default:
          return expr;
      }
    }
  }

  private range(operand: Expr): Expr {
    const { tokens } = this;
    const bracket = tokens.next();
    const seconds = this.duration('subquery or range selector', 'number, duration, step(), or range()');
    const rangeMillis = toMillis(this.positive(seconds));
    const { start } = operand.position;
    if (tokens.accept(':')) {
      let stepMillis = 0;
      if (tokens.peek().kind !== ']') {
        const step = this.duration('subquery selector', 'number, duration, step(), range(), or "]"');
        stepMillis = toMillis(this.positive(step));
      }
      const { end } = tokens.take(']', 'subquery selector', '"]"').position;
      return {
        kind: 'subquery',
        operand,
        rangeMillis,
        stepMillis,
        offsetMillis: 0,
        position: { start, end },
      };
    }
    const close = tokens.take(']', 'subquery or range', '":" or "]"');
    const position = { start: bracket.position.start, end: close.position.end };
    if (operand.kind !== 'vector-selector') {
      throw tokens.error(position, 'ranges only allowed for vector selectors');
    }
    if (operand.offsetMillis !== 0) throw tokens.error(position, 'no offset modifiers allowed before range');
    if (operand.at !== undefined) throw tokens.error(position, 'no @ modifiers allowed before range');
    return {
      kind: 'range-selector',
      selector: operand,
      rangeMillis,
      position: { start, end: close.position.end },
    };
  }

  private positive(literal: NumberLiteral): NumberLiteral {
    if (literal.value <= 0) throw this.tokens.error(literal.position, 'duration must be greater than 0');
    return literal;
  }

  /** Parses a number of seconds or a duration, with a sign. Prometheus has computations behind a feature flag. */
  private duration(context: string, expected: string): NumberLiteral {
    const { tokens } = this;
    const sign = tokens.accept('-') ?? tokens.accept('+');
    const first = tokens.peek();
    if (DURATION_STARTS.has(first.kind)) {
      throw tokens.error(first.position, 'experimental duration expression is not enabled');
    }
    if (first.kind !== 'number' && first.kind !== 'duration') throw tokens.unexpected(context, expected);
    const literal = this.number();
    if (context !== 'offset' && DURATION_OPERATORS.has(tokens.peek().kind)) {
      throw tokens.error(literal.position, 'experimental duration expression is not enabled');
    }
    const value = sign?.kind === '-' ? -literal.value : literal.value;
    const position: Position = {
      start: sign?.position.start ?? literal.position.start,
      end: literal.position.end,
    };
    if (Number.isNaN(value) || Math.abs(value) > MAX_DURATION_SECONDS) {
      throw tokens.error(position, 'duration out of range');
    }
    return { ...literal, value, position };
  }

  private withOffset(operand: Expr): Expr {
    const { tokens } = this;
    tokens.next();
    const literal = this.duration('offset', 'number, duration, step(), or range()');
    const offsetMillis = toMillis(literal);
    const end = tokens.lastClosing;
    const twice = () => tokens.error(operand.position, 'offset may not be set multiple times');
    switch (operand.kind) {
      case 'vector-selector':
      case 'subquery':
        if (operand.offsetMillis !== 0) throw twice();
        return { ...operand, offsetMillis, position: { ...operand.position, end } };
      case 'range-selector':
        if (operand.selector.offsetMillis !== 0) throw twice();
        return {
          ...operand,
          selector: { ...operand.selector, offsetMillis },
          position: { ...operand.position, end },
        };
      default:
        throw tokens.error(
          operand.position,
          'offset modifier must be preceded by an instant vector selector or range vector selector or a subquery',
        );
    }
  }

  private withAt(operand: Expr): Expr {
    const { tokens } = this;
    tokens.next();
    const at = this.atModifier(operand);
    const end = tokens.lastClosing;
    const twice = () => tokens.error(operand.position, '@ <timestamp> may not be set multiple times');
    switch (operand.kind) {
      case 'vector-selector':
      case 'subquery':
        if (operand.at !== undefined) throw twice();
        return { ...operand, at, position: { ...operand.position, end } };
      case 'range-selector':
        if (operand.selector.at !== undefined) throw twice();
        return { ...operand, selector: { ...operand.selector, at }, position: { ...operand.position, end } };
      default:
        throw tokens.error(
          operand.position,
          '@ modifier must be preceded by an instant vector selector or range vector selector or a subquery',
        );
    }
  }

  private atModifier(operand: Expr): AtModifier {
    const { tokens } = this;
    const { kind } = tokens.peek();
    if (kind === 'start' || kind === 'end') {
      tokens.next();
      tokens.take('(', '@', 'timestamp');
      tokens.take(')', '@', 'timestamp');
      return kind;
    }
    const sign = tokens.accept('-') ?? tokens.accept('+');
    const token = tokens.peek();
    if (token.kind !== 'number' && token.kind !== 'duration') throw tokens.unexpected('@', 'timestamp');
    const { value } = this.number();
    const seconds = sign?.kind === '-' ? -value : value;
    if (!Number.isFinite(seconds) || Math.abs(seconds) >= MAX_INT64) {
      const text = Number.isFinite(seconds) ? seconds.toFixed(6) : formatGoFloat(seconds);
      throw tokens.error(operand.position, `timestamp out of bounds for @ modifier: ${text}`);
    }
    return Math.round(seconds * MILLIS_PER_SECOND) + 0;
  }

  private asParseError(error: unknown, position: Position, prefix = ''): PromqlParseError {
    if (!(error instanceof GoSyntaxError)) throw error;
    return this.tokens.error(position, prefix + error.message);
  }
}

/** Whole milliseconds of a number of seconds. Rounded to microseconds first, so that 8448538.506 s loses none. */
const toMillis = ({ value }: NumberLiteral): number => Math.trunc(Math.round(value * 1e6) / 1e3) + 0;

/** Any text may be the name of a label. A replacement character stands for bytes that are not UTF-8. */
export const isLabelName = (name: string): boolean =>
  name !== '' && name.isWellFormed() && !name.includes('\ufffd');
