/** Token of a query. `from` and `to` are offsets in its text. */
export interface Token {
  readonly kind: 'word' | 'text' | 'operator' | 'keyword' | 'open' | 'close' | 'comma' | 'wrong';
  /** Content: a string without its quotes, a keyword in lower case. */
  readonly value: string;
  readonly from: number;
  readonly to: number;
}

const KEYWORDS = new Set(['and', 'or', 'not', 'in', 'exists']);

/** Symbols for keywords. */
const SYMBOLS = new Map([
  ['&&', 'and'],
  ['||', 'or'],
  ['!', 'not'],
]);

const PIECE =
  /\s+|"(?:[^"\\]|\\[\s\S])*("?)|&&|\|\||=~|!~|!=|>=|<=|==?|[<>!]|[(),]|[^\s"(),=!<>&|]+|[\s\S]/gy;

/** Splits a query into tokens. Text that fits no token becomes one of kind `wrong`, so that no text is lost. */
export const tokensOf = (query: string): Token[] => {
  const tokens: Token[] = [];
  for (const match of query.matchAll(PIECE)) {
    const [piece, closing] = match;
    if (/^\s/.test(piece)) continue;
    const { index: from } = match;
    tokens.push({ ...read(piece, closing !== ''), from, to: from + piece.length });
  }
  return tokens;
};

const read = (piece: string, isClosed: boolean): Pick<Token, 'kind' | 'value'> => {
  if (piece.startsWith('"')) {
    return isClosed
      ? { kind: 'text', value: piece.slice(1, -1).replace(/\\([\s\S])/g, '$1') }
      : { kind: 'wrong', value: piece };
  }
  const symbol = SYMBOLS.get(piece);
  if (symbol !== undefined) return { kind: 'keyword', value: symbol };
  if (/^[=!<>]/.test(piece)) return { kind: 'operator', value: piece };
  if (piece === '(') return { kind: 'open', value: piece };
  if (piece === ')') return { kind: 'close', value: piece };
  if (piece === ',') return { kind: 'comma', value: piece };
  if (/^[&|]$/.test(piece)) return { kind: 'wrong', value: piece };
  const word = piece.toLowerCase();
  return KEYWORDS.has(word) ? { kind: 'keyword', value: word } : { kind: 'word', value: piece };
};

/** Returns the value as a query token, in quotes unless it is a single word. */
export const quoted = (value: string): string =>
  /^[^\s"(),=!<>&|]+$/.test(value) && !KEYWORDS.has(value.toLowerCase())
    ? value
    : `"${value.replace(/["\\]/g, String.raw`\$&`)}"`;
