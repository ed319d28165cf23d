import { GoSyntaxError, parseBytes, parseGoDuration, parseGoFloat } from '@lantern/go-syntax';
import type { LabelFilter, QuantityComparison } from '../ast.js';
import { compareQuantities } from '../binary.js';
import { compileMatcher } from '../matcher.js';
import { compileIpTest } from './ip.js';
import { ERROR_LABEL, type LineLabels } from './line-labels.js';
import type { LineStage } from './line-stage.js';

export type LabelTest = (labels: LineLabels) => boolean;

/** Parsers of quantities by their unit. */
export const QUANTITIES: Readonly<Record<QuantityComparison['unit'], (text: string) => number>> = {
  number: parseGoFloat,
  duration: (text) => Number(parseGoDuration(text)) / 1e9,
  bytes: parseBytes,
};

/** @throws {LogqlParseError} */
export const compileLabelFilter = (filter: LabelFilter): LineStage => {
  const test = compileLabelTest(filter);
  return (line, labels) => (test(labels) ? line : undefined);
};

/** @throws {LogqlParseError} */
export const compileLabelTest = (filter: LabelFilter): LabelTest => {
  switch (filter.kind) {
    case 'comparison': {
      const { name } = filter.matcher;
      const matches = compileMatcher(filter.matcher);
      return (labels) => matches(labels.get(name) ?? '');
    }
    case 'quantity':
      return compileQuantity(filter);
    case 'ip-comparison': {
      const { name, operator } = filter;
      const matches = compileIpTest(filter.pattern);
      return (labels) => {
        // A line with an error passes: a filter on the error may drop it.
        if (labels.error !== '') return true;
        const value = labels.get(name);
        return value !== undefined && matches(value) === (operator === '=');
      };
    }
    case 'and':
    case 'or': {
      const left = compileLabelTest(filter.left);
      const right = compileLabelTest(filter.right);
      return filter.kind === 'and'
        ? (labels) => left(labels) && right(labels)
        : (labels) => left(labels) || right(labels);
    }
  }
};

/** Drops a line without the label. A line whose label is not a quantity passes, with an error. */
const compileQuantity = ({ name, operator, unit, value }: QuantityComparison): LabelTest => {
  const parse = QUANTITIES[unit];
  return (labels) => {
    const text = labels.get(name);
    if (text === undefined || name === ERROR_LABEL) return false;
    const quick = unit === 'number' ? plainInteger(text) : undefined;
    if (quick !== undefined) return compareQuantities(operator, quick, value);
    try {
      return compareQuantities(operator, parse(text), value);
    } catch (error) {
      if (!(error instanceof GoSyntaxError)) throw error;
      // An error of an earlier stage is more specific.
      if (labels.error === '') labels.fail('LabelFilterErr', error.message);
      return true;
    }
  };
};

/** Reads a short integer, as most numbers in lines are, without a regular expression. */
const plainInteger = (text: string): number | undefined => {
  if (text.length === 0 || text.length > 9) return undefined;
  let value = 0;
  for (let at = 0; at < text.length; at++) {
    const digit = text.charCodeAt(at) - 0x30;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  return value;
};
