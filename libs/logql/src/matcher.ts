import type { Matcher } from './ast.js';
import { compileFullMatch, type TextTest } from './regex.js';

/**
 * Compiles a matcher to a test.
 *
 * @throws {LogqlParseError} when its expression is invalid in RE2
 */
export const compileMatcher = ({ operator, value }: Matcher): TextTest => {
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
