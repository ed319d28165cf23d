import { logqlTokens } from './logql-tokens.js';

/** Whether the query returns metrics, not lines: it does not start with a selector. */
export const isMetricQuery = (query: string): boolean => {
  const first = logqlTokens(query).find(({ kind, text }) => kind !== 'comment' && text !== '(');
  return first !== undefined && first.text !== '{';
};

/** Returns a LogQL string literal: double quotes with Go escapes, which include those of JSON. */
export const quoted = (text: string): string => JSON.stringify(text);

/** Filter by a field of a line. The origin of the field determines how a query refers to it. */
export interface FieldFilter {
  readonly key: string;
  readonly value: string;
  readonly operator: '=' | '!=';
  /** Origin: `label` of the stream, structured or parsed `metadata`, or `json` inside the line. */
  readonly origin: 'label' | 'metadata' | 'json';
}

/** Returns the log query with an additional filter by a field. */
export const withFieldFilter = (query: string, { key, value, operator, origin }: FieldFilter): string => {
  if (origin === 'label') return withMatcher(query, `${key}${operator}${quoted(value)}`);
  const filter = `| ${labelName(key)} ${operator} ${quoted(value)}`;
  const parse = origin === 'json' && !hasStage(query, 'json') ? ' | json' : '';
  return `${query.trimEnd()}${parse} ${filter}`;
};

/** Returns the log query with an additional line filter. */
export const withLineFilter = (query: string, text: string): string => {
  const end = selectorEnd(query);
  // The filter precedes all parsers, so that they parse matching lines only.
  return `${query.slice(0, end)} |= ${quoted(text)}${query.slice(end)}`;
};

const withMatcher = (query: string, matcher: string): string => {
  const end = selectorEnd(query);
  const inner = query.slice(0, end - 1).trimEnd();
  return `${inner}${inner.endsWith('{') || inner.endsWith(',') ? '' : ', '}${matcher}${query.slice(end - 1)}`;
};

/** Returns the offset after the closing brace of the first selector. */
const selectorEnd = (query: string): number =>
  logqlTokens(query).find(({ text }) => text === '}')?.end ?? query.length;

const hasStage = (query: string, stage: string): boolean => {
  const tokens = logqlTokens(query);
  return tokens.some(({ text }, index) => text === stage && tokens[index - 1]?.text === '|');
};

/**
 * Returns the field name that Loki derives from a JSON key: other characters become underscores.
 *
 * @see https://grafana.com/docs/loki/latest/query/log_queries/#json
 */
const labelName = (key: string): string => key.replaceAll(/[^a-zA-Z0-9_]/g, '_').replace(/^(?=\d)/, '_');

/** Returns the texts of the line filters, for highlighting. */
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
    // JSON lacks some Go escapes. Such a text is not highlighted.
    return undefined;
  }
};
