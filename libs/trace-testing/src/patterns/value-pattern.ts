/** Matcher such as `expect.any(Number)` or `expect.stringContaining('time-out')`. */
export interface AsymmetricMatcher {
  asymmetricMatch(value: unknown): boolean;
}

/**
 * Expected value: an exact value, a regular expression on its text, an asymmetric matcher of the test runner, or a predicate.
 * An object matches when each of its members does; an array when all of its items do.
 */
export type ValuePattern =
  | string
  | number
  | bigint
  | boolean
  | null
  | undefined
  | RegExp
  | AsymmetricMatcher
  | ((value: unknown) => boolean)
  | readonly ValuePattern[]
  | { readonly [key: string]: ValuePattern };

/** Expected text: exact, a regular expression, an asymmetric matcher or a predicate. */
export type TextPattern<Text extends string = string> =
  Text | RegExp | AsymmetricMatcher | ((value: unknown) => boolean);

const isAsymmetric = (pattern: object): pattern is AsymmetricMatcher =>
  typeof (pattern as { asymmetricMatch?: unknown }).asymmetricMatch === 'function';

const isNumeric = (value: unknown): value is number | bigint =>
  typeof value === 'number' || typeof value === 'bigint';

export const matchesValue = (pattern: ValuePattern, value: unknown): boolean => {
  if (typeof pattern === 'function') return pattern(value);
  // 200 and 200n are the same integer.
  if (isNumeric(pattern) && isNumeric(value))
    return Object.is(pattern, value) || String(pattern) === String(value);
  if (typeof pattern !== 'object' || pattern === null) return Object.is(pattern, value);
  if (pattern instanceof RegExp) {
    const text = textOf(value);
    // A regular expression with the flag `g` remembers where its last match ended.
    pattern.lastIndex = 0;
    return text !== undefined && pattern.test(text);
  }
  if (isAsymmetric(pattern)) return pattern.asymmetricMatch(value);
  if (Array.isArray(pattern)) {
    const items: readonly ValuePattern[] = pattern;
    return (
      Array.isArray(value) &&
      value.length === items.length &&
      items.every((item, i) => matchesValue(item, value[i]))
    );
  }
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(pattern).every(([key, member]) =>
    matchesValue(member, (value as Readonly<Record<string, unknown>>)[key]),
  );
};

const textOf = (value: unknown): string | undefined => {
  if (typeof value === 'string') return value;
  return isNumeric(value) || typeof value === 'boolean' ? String(value) : undefined;
};

/** Returns the text of a pattern or a value in a message. */
export const describeValue = (value: unknown): string => {
  if (value === undefined) return 'nothing';
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'function')
    return `a value that satisfies ${value.name === '' ? 'the predicate' : value.name}`;
  if (value instanceof RegExp) return String(value);
  if (typeof value === 'object' && value !== null && isAsymmetric(value)) return describeAsymmetric(value);
  if (Array.isArray(value)) return `[${value.map(describeValue).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).map(([key, member]) => `${key}: ${describeValue(member)}`);
    return `{ ${members.join(', ')} }`;
  }
  return JSON.stringify(value);
};

const describeAsymmetric = (matcher: AsymmetricMatcher & { toAsymmetricMatcher?: () => string }): string => {
  if (typeof matcher.toAsymmetricMatcher === 'function') return matcher.toAsymmetricMatcher();
  const { sample, inverse } = matcher as { sample?: unknown; inverse?: boolean };
  const name = (matcher as { toString(): string }).toString();
  return sample === undefined ? name : `${name}${inverse === true ? ' not' : ''}(${describeValue(sample)})`;
};
