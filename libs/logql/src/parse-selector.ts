import { MATCH_OPERATORS, type Matcher, type MatchOperator } from './ast.js';
import { compileMatcher } from './matcher.js';
import type { TokenStream } from './token-stream.js';

/** `{a="b", c=~"d.*"}`. */
export const parseMatchers = (tokens: TokenStream): Matcher[] => {
  tokens.take('{');
  const matchers: Matcher[] = [];
  if (tokens.accept('}')) return matchers;
  for (;;) {
    const name = tokens.take('IDENTIFIER', ...(matchers.length === 0 ? (['}'] as const) : []));
    const matcher = parseMatcherOf(tokens, name.text);
    compileMatcher(matcher);
    matchers.push(matcher);
    if (tokens.take('}', ',').kind === '}') return matchers;
  }
};

/** Operators that may follow the name. */
const parseMatcherOf = (tokens: TokenStream, name: string): Matcher => {
  const operator = tokens.take(...MATCH_OPERATORS).kind as MatchOperator;
  return { name, operator, value: tokens.take('STRING').text };
};
