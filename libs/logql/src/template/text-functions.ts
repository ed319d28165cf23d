import { base64FromBytes, mapKey } from '@lantern/telemetry-model';
import { compileRegex, expandReplacement, type Regex } from '../regex.js';
import { Arguments } from './arguments.js';
import type { FunctionContext, TemplateFunction } from './functions.js';
import { TemplateError } from './value.js';

/** A function of texts alone. */
const texts =
  (count: number, call: (...given: string[]) => string | boolean): TemplateFunction =>
  (args) => {
    const given = new Arguments(args, count);
    return call(...Array.from({ length: count }, () => given.text()));
  };

const isIn = (cutset: string) => {
  const characters = new Set(cutset);
  return (character: string | undefined) => character !== undefined && characters.has(character);
};

const trimLeft = (text: string, cutset: string): string => {
  const isCut = isIn(cutset);
  const characters = Array.from(text);
  let start = 0;
  while (isCut(characters[start])) start++;
  return characters.slice(start).join('');
};

const trimRight = (text: string, cutset: string): string => {
  const isCut = isIn(cutset);
  const characters = Array.from(text);
  let end = characters.length;
  while (isCut(characters[end - 1])) end--;
  return characters.slice(0, end).join('');
};

const trimPrefix = (text: string, prefix: string): string =>
  text.startsWith(prefix) ? text.slice(prefix.length) : text;

const trimSuffix = (text: string, suffix: string): string =>
  suffix !== '' && text.endsWith(suffix) ? text.slice(0, -suffix.length) : text;

const bounded = (length: number, { maxLength }: FunctionContext): void => {
  if (length > maxLength) throw new TemplateError(`the text is longer than ${maxLength} characters`);
};

const replaceAll = (
  text: string,
  from: string,
  to: string,
  limit: number,
  context: FunctionContext,
): string => {
  const pieces = from === '' ? ['', ...Array.from(text), ''] : text.split(from);
  const count = limit < 0 ? pieces.length - 1 : Math.min(limit, pieces.length - 1);
  bounded(text.length + count * to.length, context);
  return (
    pieces.slice(0, count + 1).join(to) +
    pieces
      .slice(count + 1)
      .map((piece) => from + piece)
      .join('')
  );
};

const indent = (spaces: number, text: string, context: FunctionContext): string => {
  const lines = text.split('\n');
  bounded(text.length + lines.length * Math.max(0, spaces), context);
  const margin = ' '.repeat(Math.max(0, spaces));
  return lines.map((line) => margin + line).join('\n');
};

const trunc = (count: number, text: string): string => {
  const characters = Array.from(text);
  if (count < 0) return characters.length + count > 0 ? characters.slice(count).join('') : text;
  return characters.slice(0, count).join('');
};

const substr = (start: number, end: number, text: string): string => {
  const characters = Array.from(text);
  if (start < 0) return end < 0 ? '' : characters.slice(0, end).join('');
  return characters.slice(start, end < 0 ? undefined : end).join('');
};

/** As wide as asked for: what is longer is cut where the alignment does not hold it. */
const align =
  (left: boolean): TemplateFunction =>
  (args, context) => {
    const given = new Arguments(args, 2);
    const [width, text] = [given.count(), Array.from(given.text())];
    bounded(width, context);
    if (width < 0 || text.length === width) return text.join('');
    if (text.length > width) return (left ? text.slice(0, width) : text.slice(text.length - width)).join('');
    const fill = ' '.repeat(width - text.length);
    return left ? text.join('') + fill : fill + text.join('');
  };

/** The same expression comes with every line. */
const regexes = new Map<string, Regex>();

const regexOf = (expression: string): Regex => {
  const key = mapKey(expression);
  let regex = regexes.get(key);
  if (!regex) {
    regex = compileRegex(expression);
    // Expressions may be made of labels; then there is no end of them.
    if (regexes.size >= 100) regexes.clear();
    regexes.set(key, regex);
  }
  return regex;
};

const regexReplace =
  (isLiteral: boolean): TemplateFunction =>
  (args, context) => {
    const given = new Arguments(args, 3);
    const [expression, text, replacement] = [given.text(), given.text(), given.text()];
    const regex = regexOf(expression);
    let result = '';
    let end = 0;
    for (const match of regex.findAll(text)) {
      context.spend(1);
      result += text.slice(end, match.start);
      result += isLiteral ? replacement : expandReplacement(replacement, regex, match);
      end = match.end;
      bounded(result.length, context);
    }
    return result + text.slice(end);
  };

const decodeBase64 = (text: string): string => {
  try {
    const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
    return new TextDecoder().decode(Uint8Array.from(binary, (character) => character.charCodeAt(0)));
  } catch {
    throw new TemplateError('illegal base64 data');
  }
};

const decodeUrl = (text: string): string => {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw new TemplateError(`invalid URL escape in ${JSON.stringify(text)}`);
  }
};

const encodeUrl = (text: string): string =>
  encodeURIComponent(text.toWellFormed())
    .replaceAll('%20', '+')
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);

const nindent: TemplateFunction = (args, context) => {
  const given = new Arguments(args, 2);
  return `\n${indent(given.count(), given.text(), context)}`;
};

export const TEXT_FUNCTIONS: Readonly<Record<string, TemplateFunction>> = {
  // Loki's older names: the text comes first.
  ToLower: texts(1, (text) => text.toLowerCase()),
  ToUpper: texts(1, (text) => text.toUpperCase()),
  Replace: (args, context) => {
    const given = new Arguments(args, 4);
    return replaceAll(given.text(), given.text(), given.text(), given.count(), context);
  },
  Trim: texts(2, (text = '', cutset = '') => trimRight(trimLeft(text, cutset), cutset)),
  TrimLeft: texts(2, (text = '', cutset = '') => trimLeft(text, cutset)),
  TrimRight: texts(2, (text = '', cutset = '') => trimRight(text, cutset)),
  TrimPrefix: texts(2, (text = '', prefix = '') => trimPrefix(text, prefix)),
  TrimSuffix: texts(2, (text = '', suffix = '') => trimSuffix(text, suffix)),
  TrimSpace: texts(1, (text) => text.trim()),
  // The newer ones: the text comes last, as pipelines give it.
  lower: texts(1, (text = '') => text.toLowerCase()),
  upper: texts(1, (text = '') => text.toUpperCase()),
  title: texts(1, (text = '') =>
    text.replace(
      /(^|[^\p{L}\p{N}'_])(\p{L})/gu,
      (_, before: string, letter: string) => before + letter.toUpperCase(),
    ),
  ),
  trunc: (args) => {
    const given = new Arguments(args, 2);
    return trunc(given.count(), given.text());
  },
  substr: (args) => {
    const given = new Arguments(args, 3);
    return substr(given.count(), given.count(), given.text());
  },
  contains: texts(2, (part = '', text = '') => text.includes(part)),
  hasPrefix: texts(2, (prefix = '', text = '') => text.startsWith(prefix)),
  hasSuffix: texts(2, (suffix = '', text = '') => text.endsWith(suffix)),
  indent: (args, context) => {
    const given = new Arguments(args, 2);
    return indent(given.count(), given.text(), context);
  },
  nindent,
  replace: (args, context) => {
    const given = new Arguments(args, 3);
    const [from, to, text] = [given.text(), given.text(), given.text()];
    return replaceAll(text, from, to, -1, context);
  },
  repeat: (args, context) => {
    const given = new Arguments(args, 2);
    const [count, text] = [given.count(), given.text()];
    if (count < 0) throw new TemplateError('strings: negative Repeat count');
    bounded(count * text.length, context);
    return text.repeat(text === '' ? 0 : count);
  },
  trim: texts(1, (text = '') => text.trim()),
  trimAll: texts(2, (cutset = '', text = '') => trimRight(trimLeft(text, cutset), cutset)),
  trimPrefix: texts(2, (prefix = '', text = '') => trimPrefix(text, prefix)),
  trimSuffix: texts(2, (suffix = '', text = '') => trimSuffix(text, suffix)),
  alignLeft: align(true),
  alignRight: align(false),
  regexReplaceAll: regexReplace(false),
  regexReplaceAllLiteral: regexReplace(true),
  /** How often an expression matches. */
  count: (args, context) => {
    const given = new Arguments(args, 2);
    const [expression, text] = [given.text(), given.text()];
    let count = 0n;
    for (const _match of regexOf(expression).findAll(text)) {
      context.spend(1);
      count++;
    }
    return count;
  },
  urlencode: texts(1, (text = '') => encodeUrl(text)),
  urldecode: texts(1, (text = '') => decodeUrl(text)),
  b64enc: texts(1, (text = '') => base64FromBytes(new TextEncoder().encode(text))),
  b64dec: texts(1, (text = '') => decodeBase64(text)),
};
