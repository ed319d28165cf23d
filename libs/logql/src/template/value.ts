import { printGoFloat, printGoTime, type GoTime } from '@lantern/go-syntax';

/** Value in a template. Go's integers are bigints, its floats are numbers, and `null` is nil. */
export type TemplateValue = string | bigint | number | boolean | null | GoTime | TemplateList | TemplateMap;
export type TemplateList = readonly TemplateValue[];

export class TemplateMap {
  constructor(
    readonly entries: ReadonlyMap<string, TemplateValue>,
    /** Value of a missing key. */
    readonly zero: TemplateValue,
  ) {}
}

/** A template cannot be parsed, or not be carried out on this line. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';
}

export const isList = (value: TemplateValue): value is TemplateList => Array.isArray(value);

export const isTime = (value: TemplateValue): value is GoTime =>
  typeof value === 'object' && value !== null && 'unixNano' in value;

/** As Go names the type in its messages. */
export const typeName = (value: TemplateValue): string => {
  if (typeof value === 'string') return 'string';
  if (typeof value === 'bigint') return 'int64';
  if (typeof value === 'number') return 'float64';
  if (typeof value === 'boolean') return 'bool';
  if (value === null) return 'nil';
  if (isTime(value)) return 'time.Time';
  return isList(value) ? '[]interface {}' : 'map[string]interface {}';
};

/** False for zero, nil, and what is empty. */
export const isTrue = (value: TemplateValue): boolean => {
  if (isList(value)) return value.length > 0;
  if (value instanceof TemplateMap) return value.entries.size > 0;
  if (typeof value === 'number') return value !== 0;
  return isTime(value) || Boolean(value);
};

/** As `fmt.Print` writes it. */
export const print = (value: TemplateValue): string => {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return printGoFloat(value);
  if (value === null) return '<no value>';
  if (typeof value !== 'object') return String(value);
  if (isTime(value)) return printGoTime(value);
  if (isList(value)) return `[${value.map(printInner).join(' ')}]`;
  return `map[${sortedKeys(value)
    .map((key) => `${key}:${printInner(value.entries.get(key) ?? null)}`)
    .join(' ')}]`;
};

const printInner = (value: TemplateValue): string => (value === null ? '<nil>' : print(value));

export const sortedKeys = ({ entries }: TemplateMap): string[] => Array.from(entries.keys()).sort();
