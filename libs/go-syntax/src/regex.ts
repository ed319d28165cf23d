import { RE2JS, RE2JSException } from 're2js';
import { GoSyntaxError } from './go-syntax-error.js';

export type TextTest = (text: string) => boolean;

/** Expressions without RE2 syntax, which match their own text. */
const PLAIN = /^[^\\.+*?()|[\]{}^$]*$/;

/**
 * Compiles an RE2 expression to a test in linear time. RE2 does not backtrack, so no expression can block the process,
 * as a `RegExp` can. As in Go, `.` does not match a line end.
 *
 * @throws {GoSyntaxError} in the words of Go's `regexp`
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
 * @throws {GoSyntaxError}
 */
export const compileFullMatch = (expression: string): TextTest => {
  if (PLAIN.test(expression)) return (text) => text === expression;
  // The expressions of most selectors need no engine.
  if (expression === '.+') return (text) => text !== '';
  if (expression === '.*') return () => true;
  if (PLAIN.test(expression.replaceAll('|', ''))) {
    const texts = new Set(expression.split('|'));
    return (text) => texts.has(text);
  }
  const compiled = compile(expression, RE2JS.DOTALL);
  return (text) => compiled.testExact(text);
};

/** One place where an expression matches. */
export interface RegexMatch {
  readonly start: number;
  readonly end: number;
  /** By number; 0 is the whole match. A group that took no part is undefined. */
  readonly groups: readonly (string | undefined)[];
}

export interface Regex {
  /** Names of the groups by number, from 1. Unnamed groups are undefined. */
  readonly groupNames: readonly (string | undefined)[];
  /** The matches from the left, not overlapping. */
  findAll(text: string): Iterable<RegexMatch>;
}

/**
 * Compiles an expression that returns the positions of its matches.
 *
 * @param whole whether it must match the whole text; `.` then matches a line end too
 * @throws {GoSyntaxError}
 */
export const compileRegex = (expression: string, whole = false): Regex => {
  const compiled = compile(whole ? `^(?:${expression})$` : expression, whole ? RE2JS.DOTALL : 0);
  // Compiled alone as well: an expression like `)(` would close the group around it.
  if (whole) compile(expression);
  const groupNames: (string | undefined)[] = new Array<undefined>(compiled.groupCount()).fill(undefined);
  for (const [name, number] of Object.entries(compiled.namedGroups())) groupNames[number - 1] = name;
  return {
    groupNames,
    *findAll(text) {
      const matcher = compiled.matcher(text);
      while (matcher.find()) {
        const groups: (string | undefined)[] = [];
        for (let number = 0; number <= groupNames.length; number++)
          groups.push(matcher.group(number) ?? undefined);
        yield { start: matcher.start(), end: matcher.end(), groups };
      }
    },
  };
};

const REFERENCE = /\$(?:(\$)|(\w+)|\{(\w+)\})/g;

/**
 * Returns the replacement with `$1` and `${name}` filled in. A reference to no group is empty.
 *
 * @see https://pkg.go.dev/regexp#Regexp.Expand
 */
export const expandReplacement = (
  replacement: string,
  { groupNames }: Regex,
  { groups }: RegexMatch,
): string =>
  replacement.replace(REFERENCE, (_, dollar?: string, plain?: string, braced?: string) => {
    if (dollar !== undefined) return dollar;
    const name = plain ?? braced ?? '';
    if (/^\d+$/.test(name)) return groups[Number(name)] ?? '';
    const index = groupNames.indexOf(name);
    return index < 0 ? '' : (groups[index + 1] ?? '');
  });

const compile = (expression: string, flags = 0): RE2JS => {
  try {
    return RE2JS.compile(expression, flags);
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    // The engine adds its flags before the expression; the client did not write them.
    throw new GoSyntaxError(error.message.replace('`(?s)', '`'));
  }
};
