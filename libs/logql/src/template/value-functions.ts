import { hasLongMemberName } from '@lantern/telemetry-model';
import { sprintf } from './printf.js';
import { Arguments } from './arguments.js';
import type { TemplateFunction } from './functions.js';
import { TemplateError, TemplateMap, isList, isTrue, print, typeName, type TemplateValue } from './value.js';

const MAX_JSON_DEPTH = 64;

/** Maximum depth. Deeper values are omitted. */
const fromJson = (value: unknown, depth = 0): TemplateValue => {
  if (depth > MAX_JSON_DEPTH) return null;
  if (Array.isArray(value)) return value.map((item) => fromJson(item, depth + 1));
  if (typeof value === 'object' && value !== null) {
    return new TemplateMap(
      new Map(Object.entries(value).map(([key, item]) => [key, fromJson(item, depth + 1)])),
      null,
    );
  }
  return value as string | number | boolean | null;
};

const index = (value: TemplateValue, key: TemplateValue): TemplateValue => {
  if (value instanceof TemplateMap) {
    if (typeof key !== 'string') throw new TemplateError(`value has type ${typeName(key)}; should be string`);
    return value.entries.get(key) ?? value.zero;
  }
  if (typeof key !== 'bigint') throw new TemplateError(`cannot index slice/array with type ${typeName(key)}`);
  if (isList(value)) {
    const item = key >= 0n ? value[Number(key)] : undefined;
    if (item === undefined) throw new TemplateError(`index out of range: ${key}`);
    return item;
  }
  if (typeof value === 'string') {
    const byte = key >= 0n ? new TextEncoder().encode(value)[Number(key)] : undefined;
    if (byte === undefined) throw new TemplateError(`index out of range: ${key}`);
    return BigInt(byte);
  }
  throw new TemplateError(
    value === null ? 'index of untyped nil' : `can't index item of type ${typeName(value)}`,
  );
};

const slice = (value: TemplateValue, bounds: readonly TemplateValue[]): TemplateValue => {
  const whole = typeof value === 'string' ? new TextEncoder().encode(value) : value;
  if (!(whole instanceof Uint8Array) && !isList(whole))
    throw new TemplateError(`can't slice item of type ${typeName(value)}`);
  const [from = 0n, to = BigInt(whole.length)] = bounds;
  if (typeof from !== 'bigint' || typeof to !== 'bigint')
    throw new TemplateError('cannot index slice/array with this type');
  if (from < 0n || to > BigInt(whole.length) || from > to)
    throw new TemplateError(`index out of range: ${to}`);
  const part = whole.slice(Number(from), Number(to));
  return part instanceof Uint8Array ? new TextDecoder().decode(part) : part;
};

/** As `fmt.Sprint`: a space between two that are no text. */
const sprint = (values: readonly TemplateValue[]): string =>
  values
    .map((value, at) => {
      const spaced = at > 0 && typeof value !== 'string' && typeof values[at - 1] !== 'string';
      return (spaced ? ' ' : '') + (value === null ? '<nil>' : print(value));
    })
    .join('');

const HTML: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&#34;',
  "'": '&#39;',
  '\0': '\ufffd',
};
const HTML_SPECIAL = /[&<>"'\0]/g;

export const VALUE_FUNCTIONS: Readonly<Record<string, TemplateFunction>> = {
  __line__: (args, { line }) => (new Arguments(args, 0), line),
  len: (args) => {
    const value = new Arguments(args, 1).any();
    if (typeof value === 'string') return BigInt(new TextEncoder().encode(value).length);
    if (isList(value)) return BigInt(value.length);
    if (value instanceof TemplateMap) return BigInt(value.entries.size);
    throw new TemplateError(`len of type ${typeName(value)}`);
  },
  index: (args) => {
    const [value = null, ...keys] = args;
    return keys.reduce(index, value);
  },
  slice: (args) => {
    const given = new Arguments(args, 1, 3);
    return slice(given.any(), given.rest());
  },
  print: (args) => sprint(args),
  println: (args) => `${args.map((value) => (value === null ? '<nil>' : print(value))).join(' ')}\n`,
  printf: (args, { maxLength }) => {
    const given = new Arguments(args, 1, Infinity);
    return sprintf(given.text(), given.rest(), maxLength);
  },
  html: (args) => sprint(args).replace(HTML_SPECIAL, (character) => HTML[character] ?? character),
  js: (args) =>
    JSON.stringify(sprint(args))
      .slice(1, -1)
      .replace(
        /[<>&'=]/g,
        (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0').toUpperCase()}`,
      ),
  urlquery: (args) => encodeURIComponent(sprint(args)).replaceAll('%20', '+'),
  /** `.x | default "-"`: the first one where the second one is empty. */
  default: (args) => {
    const given = new Arguments(args, 1, 2);
    const fallback = given.any();
    const value = given.any();
    return isTrue(value) ? value : fallback;
  },
  fromJson: (args) => {
    const text = new Arguments(args, 1).text();
    try {
      if (hasLongMemberName(text)) return null;
      return fromJson(JSON.parse(text));
    } catch {
      return null;
    }
  },
};
