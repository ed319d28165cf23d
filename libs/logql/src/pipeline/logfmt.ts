import { goQuote } from '@lantern/go-syntax';
import type { LogfmtStage } from '../ast.js';
import { LabelNames } from './label-name.js';
import type { LineStage } from './line-stage.js';
import { unescapeText } from './unescape.js';

const SPACE = 0x20;
const QUOTE = 0x22;
const EQUALS = 0x3d;
const BACKSLASH = 0x5c;

/** Replacement character for bytes that are not UTF-8. Prometheus rejects it in labels, so Loki writes a space. */
const REPLACEMENT = '\ufffd';

/**
 * Reads the pairs of a line in logfmt: `level=info msg="it works" done`. A malformed pair is skipped, or, when
 * `strict` is set, ends the reading.
 *
 * @param pair returns true to end the reading
 * @returns the first error
 */
export const readLogfmt = (
  line: string,
  strict: boolean,
  pair: (key: string, value: string) => boolean,
): string | undefined => {
  let fault: string | undefined;
  let at = 0;
  const fail = (reason: string): void => {
    fault ??= `logfmt syntax error at pos ${at + 1} : ${reason}`;
  };
  const isGarbage = (code: number) => code === EQUALS || code === QUOTE;
  let isDone = false;
  while (at < line.length && !isDone && !(strict && fault !== undefined)) {
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
    } else if (next !== EQUALS) isDone = pair(key, '');
    else {
      at++;
      if (line.charCodeAt(at) === QUOTE) {
        const end = endOfQuoted(line, at);
        if (end < 0) {
          at = line.length;
          fail('unterminated quoted value');
          break;
        }
        const value = unquote(line.slice(at, end));
        at = end;
        if (value === undefined) fail('invalid quoted value');
        else isDone = pair(key, value);
      } else {
        const valueStart = at;
        while (at < line.length && line.charCodeAt(at) > SPACE && !isGarbage(line.charCodeAt(at))) at++;
        if (isGarbage(line.charCodeAt(at))) {
          fail(`unexpected '${line.charAt(at)}'`);
          while (at < line.length && line.charCodeAt(at) > SPACE) at++;
        } else isDone = pair(key, line.slice(valueStart, at));
      }
    }
  }
  return fault;
};

/** Returns the offset behind the closing quote, or -1. */
const endOfQuoted = (line: string, open: number): number => {
  for (let at = open + 1; at < line.length; at++) {
    const code = line.charCodeAt(at);
    if (code === BACKSLASH) at++;
    else if (code === QUOTE) return at + 1;
  }
  return -1;
};

/** Undefined when an escape sequence is invalid. */
const unquote = (quoted: string): string | undefined => {
  const text = quoted.slice(1, -1);
  return text.includes('\\') ? unescapeText(text, "'")?.toWellFormed() : text;
};

/** `| logfmt`, for all labels or for the named ones. */
export const compileLogfmt = (stage: LogfmtStage): LineStage =>
  stage.extractions.length > 0 ? compileExtractions(stage) : compileAll(stage);

const compileAll = ({ strict, keepEmpty }: LogfmtStage): LineStage => {
  const names = new LabelNames();
  return (line, labels) => {
    if (labels.isComplete) return line;
    const fault = readLogfmt(line, strict, (key, value) => {
      const name = names.of(key);
      if (name === '' || (value === '' && !keepEmpty)) return false;
      labels.extract(name, value.replaceAll(REPLACEMENT, ' '));
      return labels.isComplete;
    });
    if (strict && fault !== undefined) labels.fail('LogfmtParserErr', fault);
    return line;
  };
};

const compileExtractions = ({ strict, extractions }: LogfmtStage): LineStage => {
  const names = new LabelNames();
  const labelsOf = Map.groupBy(extractions, ({ expression }) => names.of(expression));
  const values = new Map<string, string>();
  return (line, labels) => {
    if (labels.isComplete) return line;
    values.clear();
    // As in Loki, the last of several pairs with one key counts here, and the first of them in a plain `| logfmt`.
    const fault = readLogfmt(line, strict, (key, value) => {
      for (const { label } of labelsOf.get(names.of(key)) ?? []) {
        values.set(label, value.includes(REPLACEMENT) ? '' : value);
      }
      return false;
    });
    for (const { label } of extractions) labels.extractWanted(label, values.get(label));
    if (strict && fault !== undefined) labels.fail('LogfmtParserErr', fault);
    return line;
  };
};
