import { goQuote } from '@lantern/go-syntax';
import { AGGREGATORS } from './ast.js';
import type { Position } from './position.js';

const PUNCTUATION = [
  // Longer ones first: the first match counts.
  '==',
  '!=',
  '<=',
  '>=',
  '</',
  '>/',
  '=~',
  '!~',
  '{',
  '}',
  '(',
  ')',
  '[',
  ']',
  ',',
  '=',
  ':',
  '<',
  '>',
  '+',
  '-',
  '*',
  '/',
  '%',
  '^',
  '@',
] as const;
export type Punctuation = (typeof PUNCTUATION)[number];

const WORD_OPERATORS = ['and', 'or', 'unless', 'atan2'] as const;
const KEYWORDS = ['bool', 'by', 'group_left', 'group_right', 'ignoring', 'offset', 'on', 'without'] as const;
/** Words of `@ start()` and of duration expressions. Before a parenthesis they are functions, elsewhere names of metrics. */
const PREPROCESSORS = ['start', 'end', 'step', 'range', 'max_of', 'min_of'] as const;

export type Word =
  | (typeof WORD_OPERATORS)[number]
  | (typeof KEYWORDS)[number]
  | (typeof PREPROCESSORS)[number]
  | (typeof AGGREGATORS)[number];

export type TokenKind =
  'identifier' | 'metric identifier' | 'string' | 'number' | 'duration' | 'eof' | Punctuation | Word;

export interface Token {
  readonly kind: TokenKind;
  /** The text as written. */
  readonly text: string;
  readonly position: Position;
}

const asSet = (words: readonly string[]): ReadonlySet<string> => new Set(words);
const OPERATORS = asSet([
  ...WORD_OPERATORS,
  ...PUNCTUATION.filter((each) => !['{', '}', '(', ')', '[', ']', ',', '=', ':'].includes(each)),
]);
const KEYWORD_SET = asSet(KEYWORDS);
const AGGREGATOR_SET = asSet(AGGREGATORS);
const WORDS = asSet([...WORD_OPERATORS, ...KEYWORDS, ...PREPROCESSORS, ...AGGREGATORS]);

/** Words may be written in any case. */
export const wordOf = (text: string): Word | undefined => {
  const word = text.toLowerCase();
  return WORDS.has(word) ? (word as Word) : undefined;
};

export const isAggregator = (kind: TokenKind): kind is (typeof AGGREGATORS)[number] =>
  AGGREGATOR_SET.has(kind);

export const punctuationAt = (query: string, offset: number): Punctuation | undefined =>
  PUNCTUATION.find((candidate) => query.startsWith(candidate, offset));

/** Longest text that a message quotes in full. */
const MAX_QUOTED = 10;

const quoted = (text: string): string => {
  const characters = Array.from(text);
  // Go counts bytes for the decision and characters for the cut.
  return new TextEncoder().encode(text).length > MAX_QUOTED
    ? `${goQuote(characters.slice(0, MAX_QUOTED).join(''))}...`
    : goQuote(text);
};

/** Describes a token as Prometheus' messages do, for example `<op:+>` or `identifier "foo"`. */
export const describeToken = ({ kind, text }: Token): string => {
  if (kind === 'eof') return 'end of input';
  if (kind === 'identifier' || kind === 'metric identifier') return `${kind} ${goQuote(text)}`;
  if (kind === 'string' || kind === 'number' || kind === 'duration') return `${kind} ${quoted(text)}`;
  if (KEYWORD_SET.has(kind)) return `<${text}>`;
  if (OPERATORS.has(kind)) return `<op:${text}>`;
  if (AGGREGATOR_SET.has(kind)) return `<aggr:${text}>`;
  return quoted(text);
};
