import { unquote } from './string-literal.js';
import { LogqlParseError } from './parse-error.js';

/** The names are those that Loki's messages use. */
export type TokenKind =
  'IDENTIFIER' | 'STRING' | 'NUMBER' | 'DURATION' | 'BYTES' | 'RANGE' | 'PARSER_FLAG' | '$end' | Punctuation;

const PUNCTUATION = [
  // Longer ones first: the first match counts.
  '|=',
  '|~',
  '|>',
  '!=',
  '!~',
  '!>',
  '=~',
  '==',
  '>=',
  '<=',
  '{',
  '}',
  '(',
  ')',
  ',',
  '|',
  '=',
  '>',
  '<',
  '+',
  '-',
  '*',
  '/',
  '%',
  '^',
  '@',
] as const;
export type Punctuation = (typeof PUNCTUATION)[number];

export interface Token {
  readonly kind: TokenKind;
  /** The text as written; of a string literal, its value. */
  readonly text: string;
  /** Offset in the query, in UTF-16 units. */
  readonly offset: number;
}

const SKIPPED = /(?:\s+|#[^\n]*)+/y;
const IDENTIFIER = /[\p{L}_][\p{L}\p{Nd}_]*/uy;
const DOUBLE_QUOTED = /"[^"\\\n]*(?:\\.[^"\\\n]*)*"/y;
const BACKTICKED = /`[^`]*`/y;
const DURATION = /(?:\d+(?:\.\d*)?(?:ns|us|\u00b5s|\u03bcs|ms|[smhdwy]))+(?![\p{L}\p{Nd}_])/uy;
const BYTES = /\d+(?:\.\d*)?(?:[kKMGTP]i?[bB]?|[mgtpeE]i?[bB]|[bB])(?![\p{L}\p{Nd}_])/uy;
const NUMBER =
  /(?:0[xX][\da-fA-F_]*\.?[\da-fA-F_]*(?:[pP][-+]?\d+)?|0[bB][01_]+|0[oO][0-7_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][-+]?\d[\d_]*)?)(?![\p{L}\p{Nd}_])/uy;
const RANGE = /\[([^\]]*)\]/y;
const PARSER_FLAG = /--(?:strict|keep-empty)(?![\p{L}\p{Nd}_-])/uy;

/**
 * Cuts a query into the tokens of LogQL. Ends with one `$end`.
 *
 * @throws {LogqlParseError}
 */
export const tokenize = (query: string): Token[] => {
  const tokens: Token[] = [];
  let offset = 0;

  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = offset;
    return pattern.exec(query)?.[0];
  };
  const push = (kind: TokenKind, source: string, text = source) => {
    tokens.push({ kind, text, offset });
    offset += source.length;
  };
  const patterns: readonly (readonly [TokenKind, RegExp])[] = [
    ['IDENTIFIER', IDENTIFIER],
    ['DURATION', DURATION],
    ['BYTES', BYTES],
    ['NUMBER', NUMBER],
    ['PARSER_FLAG', PARSER_FLAG],
  ];

  scan: for (;;) {
    offset += match(SKIPPED)?.length ?? 0;
    const character = query[offset];
    if (character === undefined) {
      push('$end', '');
      return tokens;
    }
    if (character === '"' || character === '`') {
      const literal = match(character === '"' ? DOUBLE_QUOTED : BACKTICKED);
      if (literal === undefined) throw LogqlParseError.at(query, offset, 'literal not terminated');
      const value = unquote(literal);
      if (value === undefined) throw LogqlParseError.at(query, offset, 'invalid char escape');
      push('STRING', literal, value);
      continue;
    }
    if (character === '[') {
      const range = match(RANGE);
      if (range === undefined) throw LogqlParseError.at(query, offset, "missing closing ']' in duration");
      push('RANGE', range);
      continue;
    }
    for (const [kind, pattern] of patterns) {
      const text = match(pattern);
      if (text !== undefined) {
        push(kind, text);
        continue scan;
      }
    }
    const punctuation = PUNCTUATION.find((candidate) => query.startsWith(candidate, offset));
    if (punctuation === undefined) {
      const odd = String.fromCodePoint(query.codePointAt(offset) ?? 0);
      throw LogqlParseError.at(query, offset, `syntax error: unexpected ${odd}`);
    }
    push(punctuation, punctuation);
  }
};
