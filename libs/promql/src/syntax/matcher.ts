import { compileFullMatch } from '@lantern/go-syntax';
import type { MatchOperator, SeriesMatcher } from '@lantern/telemetry-model';

/**
 * Compiles a matcher.
 *
 * @throws {GoSyntaxError} when its expression is invalid in RE2
 */
export const createMatcher = (name: string, operator: MatchOperator, value: string): SeriesMatcher => ({
  name,
  operator,
  value,
  matches: testOf(operator, value),
});

const testOf = (operator: MatchOperator, value: string): ((text: string) => boolean) => {
  switch (operator) {
    case '=':
      return (text) => text === value;
    case '!=':
      return (text) => text !== value;
    case '=~':
      return compileFullMatch(value);
    case '!~': {
      const matches = compileFullMatch(value);
      return (text) => !matches(text);
    }
  }
};
