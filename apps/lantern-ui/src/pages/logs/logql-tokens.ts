/** Kind of a token, for highlighting and completion. */
export type LogqlTokenKind =
  'comment' | 'string' | 'number' | 'range' | 'operator' | 'punctuation' | 'function' | 'keyword' | 'name';

export interface LogqlToken {
  readonly kind: LogqlTokenKind;
  readonly text: string;
  /** Start offset in UTF-16 units. */
  readonly start: number;
  readonly end: number;
  /** Whether the literal is unterminated because it is still being typed. */
  readonly isOpen: boolean;
}

/** Keywords of stages. Parsers and formatters follow a pipe. */
export const STAGES = [
  'json',
  'logfmt',
  'pattern',
  'regexp',
  'unpack',
  'line_format',
  'label_format',
  'unwrap',
  'drop',
  'keep',
  'decolorize',
] as const;

const KEYWORDS = new Set<string>([
  ...STAGES,
  ...['by', 'without', 'on', 'ignoring', 'group_left', 'group_right'],
  ...['bool', 'offset', 'or', 'and', 'unless'],
]);

/** Patterns in order of precedence. Literals may be unterminated. */
const PATTERNS: readonly (readonly [LogqlTokenKind, RegExp])[] = [
  ['comment', /#[^\n]*/y],
  ['string', /"(?:[^"\\\n]|\\.)*"?|`[^`]*`?/y],
  ['range', /\[[^\]]*\]?/y],
  ['number', /\d[\w.]*/y],
  ['name', /[\p{L}_][\p{L}\p{Nd}_]*/uy],
  ['operator', /\|[=~>]|![=~>]|=~|==|[<>]=|[|=<>+\-*/%^]/y],
  ['punctuation', /[{}(),]/y],
];

/**
 * Splits a query into tokens. Unlike the parser of the server it accepts incomplete queries and skips unknown text.
 */
export const logqlTokens = (query: string): LogqlToken[] => {
  const tokens: LogqlToken[] = [];
  for (let start = 0; start < query.length;) {
    const token = tokenAt(query, start);
    if (token === undefined) {
      start++;
      continue;
    }
    tokens.push(token);
    start = token.end;
  }
  return tokens;
};

const tokenAt = (query: string, start: number): LogqlToken | undefined => {
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

const wordKind = (query: string, word: string, end: number): LogqlTokenKind => {
  if (KEYWORDS.has(word)) return 'keyword';
  return /^\s*(?:\(|(?:by|without)\b)/.test(query.slice(end, end + 16)) ? 'function' : 'name';
};

const isOpen = (kind: LogqlTokenKind, text: string): boolean => {
  if (kind === 'range') return !text.endsWith(']');
  if (kind !== 'string') return false;
  // A quote after a backslash belongs to the string.
  return text.length === 1 || !text.endsWith(text.charAt(0)) || /(?<!\\)(?:\\\\)*\\"$/.test(text);
};
