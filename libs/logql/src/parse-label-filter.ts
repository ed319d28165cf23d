import { GoSyntaxError, parseBytes, parseGoFloat, parsePrometheusDuration } from '@lantern/go-syntax';
import {
  MATCH_OPERATORS,
  COMPARISON_OPERATORS,
  type LabelFilter,
  type Matcher,
  type MatchOperator,
  type QuantityComparison,
  type QuantityOperator,
} from './ast.js';
import type { Token, TokenKind } from './lexer.js';
import { compileMatcher } from './matcher.js';
import { LogqlParseError } from './parse-error.js';
import type { TokenStream } from './token-stream.js';

/** `a="1" or b>2 and c="3"`: `and` first. */
export const parseLabelFilter = (tokens: TokenStream): LabelFilter => {
  let left = parseConjunction(tokens);
  while (tokens.isWord('or')) {
    tokens.countOperator(tokens.next());
    left = { kind: 'or', left, right: parseConjunction(tokens) };
  }
  return left;
};

const parseConjunction = (tokens: TokenStream): LabelFilter => {
  let left = parseComparison(tokens);
  for (;;) {
    if (tokens.isWord('and') || tokens.peek().kind === ',') tokens.countOperator(tokens.next());
    // Juxtaposition is a conjunction too.
    else if (!tokens.isWord('or') && (tokens.peek().kind === 'IDENTIFIER' || tokens.peek().kind === '('))
      tokens.countOperator(tokens.peek());
    else return left;
    left = { kind: 'and', left, right: parseComparison(tokens) };
  }
};

const parseComparison = (tokens: TokenStream): LabelFilter => {
  const open = tokens.accept('(');
  if (open) {
    const filter = tokens.nested(open, () => parseLabelFilter(tokens));
    tokens.take(')');
    return filter;
  }
  const { text: name } = tokens.take('IDENTIFIER');
  const operator = tokens.next();
  if (!isComparison(operator.kind)) throw tokens.unexpected(operator);
  const value = tokens.peek();
  if (value.kind === 'STRING' && isMatchOperator(operator.kind)) {
    tokens.next();
    const matcher: Matcher = { name, operator: operator.kind, value: value.text };
    compileMatcher(matcher);
    return { kind: 'comparison', matcher };
  }
  if (tokens.isWord('ip') && (operator.kind === '=' || operator.kind === '!=')) {
    return { kind: 'ip-comparison', name, operator: operator.kind, pattern: parseIpCall(tokens) };
  }
  const quantity = operator.kind === '=' ? '==' : operator.kind;
  if (!isQuantityOperator(quantity)) throw tokens.unexpected(value);
  return { kind: 'quantity', name, operator: quantity, ...parseQuantity(tokens) };
};

/** `ip("…")`. */
export const parseIpCall = (tokens: TokenStream): string => {
  tokens.next();
  tokens.take('(');
  const pattern = tokens.take('STRING').text;
  tokens.take(')');
  return pattern;
};

const parseQuantity = (tokens: TokenStream): Pick<QuantityComparison, 'unit' | 'value'> => {
  const token = tokens.peek();
  if (token.kind === 'BYTES') return { unit: 'bytes', value: tokens.read(tokens.next(), parseBytes) };
  const sign = token.kind === '-' || token.kind === '+' ? tokens.next().kind : '+';
  const factor = sign === '-' ? -1 : 1;
  const amount = tokens.next();
  // Only `-` may precede a duration.
  if (amount.kind === 'DURATION' && token.kind !== '+') {
    return { unit: 'duration', value: (factor * Number(tokens.read(amount, parsePrometheusDuration))) / 1e9 };
  }
  if (amount.kind !== 'NUMBER') throw tokens.unexpected(amount);
  return { unit: 'number', value: factor * parseNumber(amount) };
};

/**
 * Parses a number as Go's `strconv.ParseFloat` does: `1_000`, `1e3` and `0x1p3` are numbers, `0x10` is not.
 *
 * @throws {LogqlParseError}
 */
export const parseNumber = ({ text }: Token, what = 'literal'): number => {
  try {
    return parseGoFloat(text);
  } catch (error) {
    if (!(error instanceof GoSyntaxError)) throw error;
    throw new LogqlParseError(`unable to parse ${what} as a float: ${error.message}`);
  }
};

const COMPARISONS: ReadonlySet<TokenKind> = new Set<TokenKind>([...MATCH_OPERATORS, ...COMPARISON_OPERATORS]);

export const isComparison = (kind: TokenKind): boolean => COMPARISONS.has(kind);

export const isMatchOperator = (kind: TokenKind): kind is MatchOperator =>
  (MATCH_OPERATORS as readonly TokenKind[]).includes(kind);

const isQuantityOperator = (kind: TokenKind): kind is QuantityOperator =>
  (COMPARISON_OPERATORS as readonly TokenKind[]).includes(kind);
