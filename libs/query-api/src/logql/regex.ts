import { RE2JS } from 're2js';
import { messageOf } from '../message-of.js';
import { LogqlParseError } from './parse-error.js';

export type TextTest = (text: string) => boolean;

/** What none of RE2's syntax can hide in: such an expression means its own text. */
const PLAIN = /^[^\\.+*?()|[\]{}^$]*$/;

/**
 * A test by an RE2 expression, in time linear in the text: RE2 has no backtracking, so no expression and no
 * text can make it hang, as `RegExp` can. Flags as in Go: `.` does not match a line end.
 *
 * @throws {LogqlParseError} in the words of Go's `regexp`
 */
export const compileSearch = (expression: string): TextTest => {
  if (PLAIN.test(expression)) return (text) => text.includes(expression);
  const compiled = compile(expression);
  return (text) => compiled.test(text);
};

/**
 * As {@link compileSearch}, for the whole text; here `.` matches a line end too, as in Prometheus' label
 * matchers.
 *
 * @throws {LogqlParseError}
 */
export const compileFullMatch = (expression: string): TextTest => {
  if (PLAIN.test(expression)) return (text) => text === expression;
  const compiled = compile(expression, RE2JS.DOTALL);
  return (text) => compiled.testExact(text);
};

const compile = (expression: string, flags = 0): RE2JS => {
  try {
    return RE2JS.compile(expression, flags);
  } catch (error) {
    // The engine writes its flags before the expression; the reader never typed them.
    throw new LogqlParseError(messageOf(error).replace('`(?s)', '`'));
  }
};
