import { Arguments } from './arguments.js';
import type { TemplateFunction } from './functions.js';
import { TemplateError, isTime, isTrue, typeName, type TemplateValue } from './value.js';

const isBasic = (value: TemplateValue): boolean =>
  value === null || typeof value !== 'object' || isTime(value);

const equals = (a: TemplateValue, b: TemplateValue): boolean => {
  if (!isBasic(a) || !isBasic(b)) throw new TemplateError('non-comparable type');
  if (a === null || b === null) return a === b;
  if (typeof a !== typeof b) throw new TemplateError('incompatible types for comparison');
  return typeof a === 'object' && typeof b === 'object' && isTime(a) && isTime(b)
    ? a.unixNano === b.unixNano
    : a === b;
};

const compare = (args: readonly TemplateValue[]): number => {
  const given = new Arguments(args, 2);
  const [a, b] = [given.any(), given.any()];
  if (typeof a !== typeof b) throw new TemplateError('incompatible types for comparison');
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0;
  if (typeof a === 'bigint' && typeof b === 'bigint') return a < b ? -1 : a > b ? 1 : 0;
  if (typeof a === 'number' && typeof b === 'number') return a < b ? -1 : a > b ? 1 : 0;
  throw new TemplateError(`invalid type for comparison: ${typeName(a)}`);
};

/** `and` and `or` are not among them: they do not evaluate every argument. */
export const COMPARISON_FUNCTIONS: Readonly<Record<string, TemplateFunction>> = {
  /** Whether the first one equals any of the others. */
  eq: (args) => {
    const [first = null, ...others] = args;
    if (others.length === 0) throw new TemplateError('missing argument for comparison');
    return others.some((other) => equals(first, other));
  },
  ne: (args) => {
    const given = new Arguments(args, 2);
    return !equals(given.any(), given.any());
  },
  lt: (args) => compare(args) < 0,
  le: (args) => compare(args) <= 0,
  gt: (args) => compare(args) > 0,
  ge: (args) => compare(args) >= 0,
  not: (args) => !isTrue(new Arguments(args, 1).any()),
  and: () => null,
  or: () => null,
};
