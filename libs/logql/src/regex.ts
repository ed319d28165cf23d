import { GoSyntaxError, compileFullMatch, compileRegex, compileSearch } from '@lantern/go-syntax';
import { LogqlParseError } from './parse-error.js';

export { expandReplacement, type Regex, type TextTest } from '@lantern/go-syntax';

/** Wraps a compiler of expressions so that what is wrong with one is reported as an error of the query. */
const withParseErrors =
  <A extends unknown[], R>(compile: (...args: A) => R) =>
  (...args: A): R => {
    try {
      return compile(...args);
    } catch (error) {
      if (error instanceof GoSyntaxError) throw new LogqlParseError(error.message);
      throw error;
    }
  };

const search = withParseErrors(compileSearch);
const fullMatch = withParseErrors(compileFullMatch);
const regex = withParseErrors(compileRegex);

export { fullMatch as compileFullMatch, regex as compileRegex, search as compileSearch };
