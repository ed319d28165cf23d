import { goQuote } from '../../go/quote.js';
import type { LogfmtStage } from '../ast.js';
import { LabelNames } from './label-name.js';
import type { LineLabels } from './line-labels.js';
import type { LineStage } from './line-stage.js';

const SPACE = 0x20;
const QUOTE = 0x22;
const EQUALS = 0x3d;
const BACKSLASH = 0x5c;

/**
 * The pairs of a line in logfmt: `level=info msg="it works" done`. A malformed pair is passed over, or stops the
 * reading when it has to be strict.
 *
 * @returns what was wrong first
 */
export const readLogfmt = (
  line: string,
  strict: boolean,
  pair: (key: string, value: string) => void,
): string | undefined => {
  let fault: string | undefined;
  let at = 0;
  const fail = (reason: string): void => {
    fault ??= `logfmt syntax error at pos ${at + 1} : ${reason}`;
  };
  const isGarbage = (code: number) => code === EQUALS || code === QUOTE;
  while (at < line.length && !(strict && fault !== undefined)) {
    if (line.charCodeAt(at) <= SPACE) {
      at++;
      continue;
    }
    const start = at;
    while (at < line.length && line.charCodeAt(at) > SPACE && !isGarbage(line.charCodeAt(at))) at++;
    const key = line.slice(start, at);
    const next = line.charCodeAt(at);
    if (key === '' || next === QUOTE) {
      fail(`unexpected ${goQuote(line.charAt(at)).replaceAll('"', "'").replace("'\\''", `'"'`)}`);
      while (at < line.length && line.charCodeAt(at) > SPACE) at++;
    } else if (next !== EQUALS) pair(key, '');
    else {
      at++;
      if (line.charCodeAt(at) === QUOTE) {
        const end = endOfQuoted(line, at);
        if (end < 0) {
          at = line.length;
          fail('unterminated quoted value');
          break;
        }
        pair(key, unquote(line.slice(at, end)));
        at = end;
      } else {
        const valueStart = at;
        while (at < line.length && line.charCodeAt(at) > SPACE && !isGarbage(line.charCodeAt(at))) at++;
        if (isGarbage(line.charCodeAt(at))) {
          fail(`unexpected '${line.charAt(at)}'`);
          while (at < line.length && line.charCodeAt(at) > SPACE) at++;
        } else pair(key, line.slice(valueStart, at));
      }
    }
  }
  return fault;
};

/** Behind the closing quote, or -1. */
const endOfQuoted = (line: string, open: number): number => {
  for (let at = open + 1; at < line.length; at++) {
    const code = line.charCodeAt(at);
    if (code === BACKSLASH) at++;
    else if (code === QUOTE) return at + 1;
  }
  return -1;
};

const unquote = (quoted: string): string => {
  if (!quoted.includes('\\')) return quoted.slice(1, -1);
  try {
    return JSON.parse(quoted) as string;
  } catch {
    return quoted.slice(1, -1);
  }
};

/** `| logfmt`, with or without the labels that are asked for. */
export const compileLogfmt = ({ strict, keepEmpty, extractions }: LogfmtStage): LineStage => {
  const names = new LabelNames();
  const wanted = new Map(extractions.map(({ label, expression }) => [names.of(expression), label]));
  const found = new Set<string>();

  const extract = (labels: LineLabels, key: string, value: string): void => {
    let name = names.of(key);
    if (name === '') return;
    if (wanted.size > 0) {
      const label = wanted.get(name);
      if (label === undefined || found.has(label)) return;
      found.add((name = label));
    } else if (value === '' && !keepEmpty) return;
    labels.extract(name, value.replaceAll('\ufffd', ''));
  };

  return (line, labels) => {
    found.clear();
    const fault = readLogfmt(line, strict, (key, value) => extract(labels, key, value));
    for (const label of wanted.values()) if (!found.has(label)) labels.extract(label, '');
    if (strict && fault !== undefined) labels.fail('LogfmtParserErr', fault);
    return line;
  };
};
