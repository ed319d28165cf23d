import { logqlTokens } from './logql-tokens.js';

/** A query that gives numbers over time, not lines: it does not begin with a selector. */
export const isMetricQuery = (query: string): boolean => {
  const first = logqlTokens(query).find(({ kind, text }) => kind !== 'comment' && text !== '(');
  return first !== undefined && first.text !== '{';
};

/** How LogQL writes a text: in double quotes, with Go's escapes, which JSON's are. */
export const quoted = (text: string): string => JSON.stringify(text);

/** Where a field of a line comes from decides how a query reaches it. */
export interface FieldFilter {
  readonly key: string;
  readonly value: string;
  readonly operator: '=' | '!=';
  /** `label` of the stream, `metadata` of the line or already parsed, `json` within the line. */
  readonly origin: 'label' | 'metadata' | 'json';
}

/** The query of lines, narrowed by a field. */
export const withFieldFilter = (query: string, { key, value, operator, origin }: FieldFilter): string => {
  if (origin === 'label') return withMatcher(query, `${key}${operator}${quoted(value)}`);
  const filter = `| ${labelName(key)} ${operator} ${quoted(value)}`;
  const parse = origin === 'json' && !hasStage(query, 'json') ? ' | json' : '';
  return `${query.trimEnd()}${parse} ${filter}`;
};

/** The query of lines, narrowed to lines with a text. */
export const withLineFilter = (query: string, text: string): string => {
  const end = selectorEnd(query);
  // Before any parser: what does not contain the text need not be parsed.
  return `${query.slice(0, end)} |= ${quoted(text)}${query.slice(end)}`;
};

const withMatcher = (query: string, matcher: string): string => {
  const end = selectorEnd(query);
  const inner = query.slice(0, end - 1).trimEnd();
  return `${inner}${inner.endsWith('{') || inner.endsWith(',') ? '' : ', '}${matcher}${query.slice(end - 1)}`;
};

/** Behind the closing brace of the first selector. */
const selectorEnd = (query: string): number =>
  logqlTokens(query).find(({ text }) => text === '}')?.end ?? query.length;

const hasStage = (query: string, stage: string): boolean => {
  const tokens = logqlTokens(query);
  return tokens.some(({ text }, index) => text === stage && tokens[index - 1]?.text === '|');
};

/** Loki's names for the fields of a line have no other characters. @see https://grafana.com/docs/loki/latest/query/log_queries/#json */
const labelName = (key: string): string => key.replaceAll(/[^a-zA-Z0-9_]/g, '_').replace(/^(?=\d)/, '_');

/** The texts that lines must contain, to mark them. */
export const searchedTexts = (query: string): string[] => {
  const tokens = logqlTokens(query);
  return tokens.flatMap(({ kind, text, isOpen }, index) => {
    const previous = tokens[index - 1]?.text;
    if (kind !== 'string' || isOpen || previous !== '|=') return [];
    const value = text.startsWith('`') ? text.slice(1, -1) : unescaped(text);
    return value === undefined || value === '' ? [] : [value];
  });
};

const unescaped = (literal: string): string | undefined => {
  try {
    return JSON.parse(literal) as string;
  } catch {
    // An escape of Go's that JSON lacks: the mark is left out, the query is not touched.
    return undefined;
  }
};
