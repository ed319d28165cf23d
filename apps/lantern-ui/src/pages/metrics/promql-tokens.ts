import type { QueryToken } from '../../shared/query-editor/highlight.js';

export interface PromqlToken extends QueryToken {
  readonly text: string;
  /** Whether the literal is unterminated because it is still being typed. */
  readonly isOpen: boolean;
}

export const AGGREGATIONS = [
  ...['sum', 'avg', 'min', 'max', 'count', 'topk', 'bottomk', 'quantile'],
  ...['stddev', 'stdvar', 'group', 'count_values', 'limitk', 'limit_ratio'],
] as const;

const KEYWORDS = new Set<string>([
  ...['by', 'without', 'on', 'ignoring', 'group_left', 'group_right'],
  ...['bool', 'offset', 'or', 'and', 'unless', 'atan2'],
]);

/** Patterns in order of precedence. Literals may be unterminated. */
const PATTERNS: readonly (readonly [QueryToken['kind'], RegExp])[] = [
  ['comment', /#[^\n]*/y],
  ['string', /"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?|`[^`]*`?/y],
  ['range', /\[[^\]]*\]?/y],
  ['number', /\.?\d[\w.]*/y],
  ['name', /[A-Za-z_:][\w:]*/y],
  ['operator', /=~|!~|==|[!<>]=|[=<>+\-*/%^@]/y],
  ['punctuation', /[{}(),]/y],
];

/**
 * Splits a query into tokens. Unlike the parser of the server it accepts incomplete queries and skips unknown text.
 */
export const promqlTokens = (query: string): PromqlToken[] => {
  const tokens: PromqlToken[] = [];
  for (let start = 0; start < query.length;) {
    const token = tokenAt(query, start);
    if (token !== undefined) tokens.push(token);
    start = token?.end ?? start + 1;
  }
  return tokens;
};

const tokenAt = (query: string, start: number): PromqlToken | undefined => {
  for (const [kind, pattern] of PATTERNS) {
    pattern.lastIndex = start;
    const text = pattern.exec(query)?.[0];
    if (text === undefined) continue;
    const end = start + text.length;
    return {
      kind: kind === 'name' ? wordKind(query, text, end) : kind,
      text,
      start,
      end,
      isOpen: isOpen(kind, text),
    };
  }
  return undefined;
};

const wordKind = (query: string, word: string, end: number): QueryToken['kind'] => {
  if (KEYWORDS.has(word.toLowerCase())) return 'keyword';
  return /^\s*(?:\(|(?:by|without)\b)/i.test(query.slice(end, end + 16)) ? 'function' : 'name';
};

const isOpen = (kind: QueryToken['kind'], text: string): boolean => {
  if (kind === 'range') return !text.endsWith(']');
  if (kind !== 'string') return false;
  // A quote after a backslash belongs to the string.
  return text.length === 1 || !text.endsWith(text.charAt(0)) || /(?<!\\)(?:\\\\)*\\["']$/.test(text);
};
