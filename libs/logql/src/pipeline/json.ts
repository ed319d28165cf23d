import type { Extraction } from '../ast.js';
import { parseJsonPath, type JsonPathStep } from './json-path.js';
import { JsonScanner, MalformedJson, type JsonKind } from './json-scanner.js';
import { LabelNames } from './label-name.js';
import type { LineLabels } from './line-labels.js';
import type { LineStage } from './line-stage.js';

/** Maximum depth of objects. Deeper ones are skipped. */
const MAX_DEPTH = 64;

const OBJECT_EXPECTED = "Value looks like object, but can't find closing '}' symbol";

interface ExpectedKey {
  /** With its quotes and its colon. */
  readonly written: string;
  readonly prefix: string;
  readonly name: string;
}

const MAX_EXPECTED_KEYS = 64;

/** Replacement character for bytes that are not UTF-8. Prometheus rejects it in labels, so Loki writes a space. */
const REPLACEMENT = '\ufffd';

/**
 * `| json`: every field becomes a label. The label of a nested field has the names of its path, joined by `_`.
 * Arrays and nulls are skipped. A malformed line keeps the fields before the error.
 */
export const compileJson = (): LineStage => {
  const scanner = new JsonScanner();
  const names = new LabelNames();
  /** Keys of the previous line, in order: nearly all lines of a program have the same keys. */
  const expected: ExpectedKey[] = [];
  let keyCount = 0;

  const readName = (prefix: string): string => {
    const known = expected[keyCount];
    if (known?.prefix === prefix && scanner.acceptKey(known.written)) {
      keyCount++;
      return known.name;
    }
    const offset = scanner.nextOffset();
    const key = scanner.key();
    const name = names.of(prefix === '' ? key : `${prefix}_${key.trim()}`);
    if (keyCount < MAX_EXPECTED_KEYS)
      expected[keyCount++] = { written: scanner.writtenSince(offset), prefix, name };
    return name;
  };

  /** Returns whether reading has ended early, because all labels that matter have been found. */
  const readObject = (labels: LineLabels, prefix: string, depth: number): boolean => {
    if (!scanner.enter()) return false;
    do {
      const name = readName(prefix);
      const kind = scanner.kind();
      if (kind === 'string' || kind === 'number' || kind === 'boolean') {
        if (name === '' || !labels.wants(name)) {
          scanner.skip(kind);
          continue;
        }
        const value = scanner.value(kind);
        labels.extract(name, hasReplacement ? value.replaceAll(REPLACEMENT, ' ') : value);
        if (labels.isComplete) return true;
      } else if (kind === 'object' && depth < MAX_DEPTH) {
        if (readObject(labels, name, depth + 1)) return true;
      } else scanner.skip(kind);
    } while (scanner.more('object'));
    return false;
  };

  /** Whether any value of the line may contain the replacement character. Checked once a line, not for each value. */
  let hasReplacement = false;

  return (line, labels) => {
    if (labels.isComplete) return line;
    scanner.start(line);
    keyCount = 0;
    hasReplacement = line.includes(REPLACEMENT) || line.includes('\\');
    try {
      if (scanner.kind() !== 'object') throw new MalformedJson(OBJECT_EXPECTED);
      readObject(labels, '', 0);
    } catch (error) {
      if (!(error instanceof MalformedJson)) throw error;
      labels.fail('JSONParserErr', error.message);
    }
    return line;
  };
};

/** `| json code="errors[0].code"`: only the named labels, empty where the line has no such value. */
export const compileJsonExtractions = (extractions: readonly Extraction[]): LineStage => {
  const scanner = new JsonScanner();
  const wanted = extractions.map(({ label, expression }) => ({ label, path: parseJsonPath(expression) }));
  return (line, labels) => {
    if (line === '' || labels.isComplete) return line;
    if (!/^\s*["{[]/.test(line)) {
      labels.fail('JSONParserErr', 'Unknown value type');
      return line;
    }
    const values = new Map<string, string>();
    try {
      for (const { label, path } of wanted) {
        scanner.start(line);
        const kind = scanner.kind();
        const value = findValue(scanner, kind, path);
        if (value !== undefined) values.set(label, value);
      }
    } catch (error) {
      if (!(error instanceof MalformedJson)) throw error;
      labels.fail('JSONParserErr', error.message);
    }
    for (const { label } of wanted) labels.extractWanted(label, values.get(label));
    return line;
  };
};

const findValue = (
  scanner: JsonScanner,
  kind: JsonKind,
  path: readonly JsonPathStep[],
): string | undefined => {
  let current = kind;
  for (const step of path) {
    const found =
      typeof step === 'number' ? findItem(scanner, current, step) : findField(scanner, current, step);
    if (found === undefined) return undefined;
    current = found;
  }
  return current === 'null' ? '' : scanner.value(current);
};

const findField = (scanner: JsonScanner, kind: JsonKind, name: string): JsonKind | undefined => {
  if (kind !== 'object' || !scanner.enter()) return undefined;
  do {
    const key = scanner.key();
    const value = scanner.kind();
    if (key === name) return value;
    scanner.skip(value);
  } while (scanner.more('object'));
  return undefined;
};

const findItem = (scanner: JsonScanner, kind: JsonKind, index: number): JsonKind | undefined => {
  if (kind !== 'array' || !scanner.enter()) return undefined;
  for (let at = 0; ; at++) {
    const value = scanner.kind();
    if (at === index) return value;
    scanner.skip(value);
    if (!scanner.more('array')) return undefined;
  }
};

/**
 * `| unpack`: reverses Promtail's stage `pack`: restores labels and the original line.
 *
 * @see https://grafana.com/docs/loki/latest/send-data/promtail/stages/pack/
 */
export const compileUnpack = (): LineStage => {
  const scanner = new JsonScanner();
  const names = new LabelNames();
  return (line, labels) => {
    if (line === '') return line;
    scanner.start(line);
    const found: [name: string, value: string][] = [];
    let packed: string | undefined;
    try {
      if (scanner.kind() !== 'object') throw new MalformedJson('expecting json object(6), but it is not');
      if (scanner.enter()) {
        do {
          const key = scanner.key();
          const kind = scanner.kind();
          if (kind !== 'string') scanner.skip(kind);
          else if (key === '_entry') packed = scanner.value(kind);
          else found.push([names.of(key), scanner.value(kind)]);
        } while (scanner.more('object'));
      }
    } catch (error) {
      if (!(error instanceof MalformedJson)) throw error;
      labels.fail('JSONParserErr', error.message);
      return line;
    }
    // Only a packed line has labels to restore.
    if (packed === undefined) return line;
    for (const [name, value] of found) labels.extract(name, value);
    return packed;
  };
};
