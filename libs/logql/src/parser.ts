import type { LogqlExpr, Matcher } from './ast.js';
import { parseExpression } from './parse-expression.js';
import { parseMatchers } from './parse-selector.js';
import { validate } from './validate.js';
import { TokenStream } from './token-stream.js';

/**
 * Parses a query.
 *
 * @throws {LogqlParseError} and no other error, for any text
 */
export const parseLogql = (query: string): LogqlExpr => {
  const tokens = new TokenStream(query);
  const expression = parseExpression(tokens);
  const rest = tokens.peek();
  if (rest.kind !== '$end') throw tokens.unexpected(rest);
  validate(expression);
  return expression;
};

/**
 * Parses a stream selector alone, for example `{service="a"}`. Unlike in a query, `{}` and selectors that match
 * every stream are allowed.
 *
 * @throws {LogqlParseError}
 */
export const parseSelector = (selector: string): Matcher[] => {
  const tokens = new TokenStream(selector);
  const matchers = parseMatchers(tokens);
  tokens.take('$end');
  return matchers;
};
