import type { Matcher } from './ast.js';
import { compileFullMatch, type TextTest } from './regex.js';

/**
 * The test that a matcher stands for.
 *
 * @throws {LogqlParseError} when its expression is not one of RE2's
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
