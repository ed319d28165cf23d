import {
  LINE_FILTER_OPERATORS,
  MATCH_OPERATORS,
  type LabelFilter,
  type LineFilterOperator,
  type LogExpr,
  type LogqlExpr,
  type Matcher,
  type MatchOperator,
  type Stage,
} from './ast.js';
import { tokenize, type Token, type TokenKind } from './lexer.js';
import { compileMatcher } from './matcher.js';
import { LogqlParseError } from './parse-error.js';
import { compileSearch } from './regex.js';

/** Loki's own limit, in characters. */
const MAX_QUERY_LENGTH = 131_072;

/** Deeper than anyone writes, and far from the end of the stack. */
const MAX_NESTING = 100;

const SUPPORTED =
  'supported are stream selectors, line filters (|= != |~ !~) and label filters (= != =~ !~, and, or)';

/** Words that begin a stage which is LogQL but not understood here yet. */
const OTHER_STAGES: ReadonlySet<string> = new Set([
  'json',
  'logfmt',
  'regexp',
  'pattern',
  'unpack',
  'unwrap',
  'line_format',
  'label_format',
  'decolorize',
  'drop',
  'keep',
]);

const NO_CERTAIN_MATCHER =
  'queries require at least one regexp or equality matcher that does not have an empty-compatible value. ' +
  'For instance, app=~".*" does not meet this requirement, but app=~".+" will';

/** goyacc, which makes Loki's messages, names the alternatives only while there are this few of them. */
const MAX_NAMED_ALTERNATIVES = 4;

/**
 * Reads a query.
 *
 * @throws {LogqlParseError} and nothing else, whatever the text
 */
export const parseLogql = (query: string): LogqlExpr => new Parser(query).parseQuery();

/**
 * Reads a stream selector alone, for example `{service="a"}`. Unlike in a query, `{}` and selectors that match
 * every stream are allowed.
 *
 * @throws {LogqlParseError}
 */
export const parseSelector = (selector: string): Matcher[] => new Parser(selector).parseLoneSelector();

class Parser {
  private readonly tokens: readonly Token[];
  private position = 0;
  private nesting = 0;

  constructor(private readonly query: string) {
    if (query.length > MAX_QUERY_LENGTH) {
      throw new LogqlParseError(`input size too long (${query.length} > ${MAX_QUERY_LENGTH})`);
    }
    this.tokens = tokenize(query);
  }

  parseQuery(): LogqlExpr {
    const first = this.peek();
    const second = this.tokens[1]?.kind;
    if (first.kind === 'NUMBER' || first.kind === '(' || (first.kind === 'IDENTIFIER' && second !== '$end')) {
      throw this.unsupported(first, 'metric queries');
    }
    if (first.kind !== '{') throw this.unexpected(first);
    const expression = this.parseLog();
    const rest = this.peek();
    if (rest.kind === 'RANGE') throw this.unsupported(rest, 'metric queries');
    if (rest.kind !== '$end') throw this.unexpected(rest);
    return expression;
  }

  parseLoneSelector(): Matcher[] {
    const matchers = this.parseMatchers();
    this.take('$end');
    return matchers;
  }

  private parseLog(): LogExpr {
    const matchers = this.parseMatchers();
    if (!matchers.some((matcher) => !compileMatcher(matcher)(''))) {
      throw new LogqlParseError(NO_CERTAIN_MATCHER);
    }
    const stages: Stage[] = [];
    for (let stage = this.parseStage(); stage !== undefined; stage = this.parseStage()) stages.push(stage);
    return { kind: 'log', matchers, stages };
  }

  private parseMatchers(): Matcher[] {
    this.take('{');
    const matchers: Matcher[] = [];
    if (this.peek().kind === '}') {
      this.next();
      return matchers;
    }
    for (;;) {
      const name = this.take('IDENTIFIER', ...(matchers.length === 0 ? (['}'] as const) : []));
      const operator = this.take(...MATCH_OPERATORS).kind as MatchOperator;
      const value = this.take('STRING').text;
      matchers.push({ name: name.text, operator, value });
      compileMatcher({ name: name.text, operator, value });
      if (this.take('}', ',').kind === '}') return matchers;
    }
  }

  private parseStage(): Stage | undefined {
    const token = this.peek();
    if (isLineFilterOperator(token.kind)) return this.parseLineFilter(token.kind);
    if (token.kind === '|>' || token.kind === '!>') throw this.unsupported(token, 'pattern filters');
    if (token.kind !== '|') return undefined;
    this.next();
    const word = this.peek();
    const follower = this.tokens[this.position + 1];
    if (
      word.kind === 'IDENTIFIER' &&
      OTHER_STAGES.has(word.text) &&
      !(follower && isComparison(follower.kind))
    ) {
      throw this.unsupported(word, `the stage "${word.text}"`);
    }
    return { kind: 'label-filter', filter: this.parseLabelFilter() };
  }

  private parseLineFilter(operator: LineFilterOperator): Stage {
    this.next();
    const texts: string[] = [];
    do {
      if (texts.length > 0) this.next();
      const token = this.peek();
      if (token.kind === 'IDENTIFIER' && token.text === 'ip') throw this.unsupported(token, 'ip()');
      if (token.kind !== 'STRING') throw this.unexpected(token, 'STRING', 'ip');
      this.next();
      if (operator === '|~' || operator === '!~') compileSearch(token.text);
      texts.push(token.text);
    } while (this.isWord('or'));
    return { kind: 'line-filter', operator, texts };
  }

  /** `a="1" or b="2" and c="3"`: `and` first. */
  private parseLabelFilter(): LabelFilter {
    let left = this.parseLabelConjunction();
    while (this.isWord('or')) {
      this.next();
      left = { kind: 'or', left, right: this.parseLabelConjunction() };
    }
    return left;
  }

  private parseLabelConjunction(): LabelFilter {
    let left = this.parseLabelComparison();
    for (;;) {
      if (this.isWord('and') || this.peek().kind === ',') this.next();
      // Juxtaposition is a conjunction too.
      else if (this.isWord('or') || (this.peek().kind !== 'IDENTIFIER' && this.peek().kind !== '('))
        return left;
      left = { kind: 'and', left, right: this.parseLabelComparison() };
    }
  }

  private parseLabelComparison(): LabelFilter {
    if (this.peek().kind === '(') {
      const open = this.next();
      if (++this.nesting > MAX_NESTING) throw this.error(open, 'the filter is nested too deeply');
      const filter = this.parseLabelFilter();
      this.take(')');
      this.nesting--;
      return filter;
    }
    const name = this.peek();
    if (name.kind !== 'IDENTIFIER') throw this.unexpected(name);
    this.next();
    const operator = this.next();
    if (!isComparison(operator.kind)) throw this.unexpected(operator);
    const value = this.next();
    if (
      value.kind === 'NUMBER' ||
      value.kind === 'DURATION' ||
      value.kind === 'BYTES' ||
      value.kind === '-'
    ) {
      throw this.unsupported(value, 'comparisons with a number, duration or size');
    }
    if (value.kind === 'IDENTIFIER' && value.text === 'ip') throw this.unsupported(value, 'ip()');
    if (value.kind !== 'STRING') throw this.unexpected(value);
    if (!isMatchOperator(operator.kind)) throw this.unexpected(value);
    const matcher: Matcher = { name: name.text, operator: operator.kind, value: value.text };
    compileMatcher(matcher);
    return { kind: 'comparison', matcher };
  }

  private isWord(word: string): boolean {
    const token = this.peek();
    return token.kind === 'IDENTIFIER' && token.text === word;
  }

  private peek(): Token {
    // The last token is `$end`, and nothing moves beyond it.
    return this.tokens[this.position] ?? END;
  }

  private next(): Token {
    const token = this.peek();
    if (token.kind !== '$end') this.position++;
    return token;
  }

  private take(...kinds: readonly TokenKind[]): Token {
    const token = this.peek();
    if (!kinds.includes(token.kind)) throw this.unexpected(token, ...kinds);
    return this.next();
  }

  private unexpected(token: Token, ...expected: readonly TokenKindOrWord[]): LogqlParseError {
    const alternatives =
      expected.length > 0 && expected.length <= MAX_NAMED_ALTERNATIVES
        ? `, expecting ${expected.join(' or ')}`
        : '';
    return this.error(token, `syntax error: unexpected ${token.kind}${alternatives}`);
  }

  private unsupported(token: Token, what: string): LogqlParseError {
    return this.error(token, `not supported yet: ${what}; ${SUPPORTED}`);
  }

  private error(token: Token, reason: string): LogqlParseError {
    return LogqlParseError.at(this.query, token.offset, reason);
  }
}

type TokenKindOrWord = TokenKind | 'ip';

const END: Token = { kind: '$end', text: '', offset: 0 };

const COMPARISONS: ReadonlySet<TokenKind> = new Set<TokenKind>([
  ...MATCH_OPERATORS,
  '==',
  '>',
  '>=',
  '<',
  '<=',
]);

const isComparison = (kind: TokenKind): boolean => COMPARISONS.has(kind);

const isMatchOperator = (kind: TokenKind): kind is MatchOperator =>
  (MATCH_OPERATORS as readonly TokenKind[]).includes(kind);

const isLineFilterOperator = (kind: TokenKind): kind is LineFilterOperator =>
  (LINE_FILTER_OPERATORS as readonly TokenKind[]).includes(kind);
