/** Kind of a token. A `literal` is a string or a number; a `placeholder` is a parameter whose value is sent apart. */
export type TokenKind = 'word' | 'quoted' | 'literal' | 'placeholder' | 'symbol';

export interface Token {
  readonly kind: TokenKind;
  /** Text of the token: an identifier without its quotes, a string literal without them. */
  readonly text: string;
}

/**
 * Splits a statement of any SQL dialect into tokens, without whitespace and comments. Reads strings (`'it''s'`, `E'\n'`,
 * `$tag$…$tag$`), quoted identifiers (`"a"`, `` `a` ``, `[a]`), numbers, and the placeholders of all common drivers (`?`,
 * `$1`, `:name`, `@p1`, `%s`, `%(name)s`). Never throws: exporters truncate statements, so the last token may lack its end.
 * Linear in the length of the text.
 */
export const tokenize = (text: string): Token[] => {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const end = readToken(text, at, tokens);
    at = Math.max(end, at + 1);
  }
  return tokens;
};

/** Reads one token or one gap at `at`, and returns the index after it. */
const readToken = (text: string, at: number, tokens: Token[]): number => {
  const char = text[at] ?? '';
  const next = text[at + 1] ?? '';
  const add = (kind: TokenKind, content: string): void => {
    tokens.push({ kind, text: content });
  };

  if (isSpace(char)) return at + 1;
  if (char === '-' && next === '-') return endOfLine(text, at);
  if (char === '/' && next === '*') return behind(text, '*/', at + 2);
  if (char === "'") return quoted(text, at, "'", false, (content) => add('literal', content));
  if ((char === 'E' || char === 'e') && next === "'")
    return quoted(text, at + 1, "'", true, (content) => add('literal', content));
  if (char === '"' || char === '`') return quoted(text, at, char, false, (content) => add('quoted', content));
  if (char === '[' && isWordStart(next) && !isIndexed(tokens.at(-1))) {
    return quoted(text, at, ']', false, (content) => add('quoted', content));
  }
  if (char === '$') {
    if (isDigit(next)) {
      const end = wordEnd(text, at + 1);
      add('placeholder', text.slice(at, end));
      return end;
    }
    let end = at + 1;
    while (isWord(text[end] ?? ' ')) end++;
    if (text[end] === '$') {
      const tag = text.slice(at, end + 1);
      const close = text.indexOf(tag, end + 1);
      add('literal', text.slice(end + 1, close === -1 ? text.length : close));
      return close === -1 ? text.length : close + tag.length;
    }
  }
  if (char === '?') {
    add('placeholder', char);
    return at + 1;
  }
  if (char === '%' && next === 's') {
    add('placeholder', '%s');
    return at + 2;
  }
  if (char === '%' && next === '(') {
    const end = behind(text, ')', at + 2);
    add('placeholder', text.slice(at, end));
    return text[end] === 's' ? end + 1 : end;
  }
  if (char === ':' && next === ':') {
    add('symbol', '::');
    return at + 2;
  }
  if ((char === ':' || char === '@') && isWord(next)) {
    const end = wordEnd(text, at + 1);
    add('placeholder', text.slice(at, end));
    return end;
  }
  if (isDigit(char) || (char === '.' && isDigit(next))) {
    const end = numberEnd(text, at);
    add('literal', text.slice(at, end));
    return end;
  }
  if (isWordStart(char)) {
    const end = wordEnd(text, at);
    add('word', text.slice(at, end));
    return end;
  }
  add('symbol', char);
  return at + 1;
};

const isSpace = (char: string): boolean => char <= ' ' || char === '\u00a0';
const isDigit = (char: string): boolean => char >= '0' && char <= '9';
const isWordStart = (char: string): boolean =>
  (char >= 'a' && char <= 'z') || (char >= 'A' && char <= 'Z') || char === '_' || char > '\u007f';
const isWord = (char: string): boolean => isWordStart(char) || isDigit(char);

/** Whether a bracket behind the token is an index or an array, not a quoted identifier of SQL Server. */
const isIndexed = (token: Token | undefined): boolean =>
  token !== undefined &&
  (token.text === ']' ||
    token.text === ')' ||
    token.kind === 'quoted' ||
    token.text.toUpperCase() === 'ARRAY');

const wordEnd = (text: string, from: number): number => {
  let end = from;
  while (end < text.length && (isWord(text[end] ?? '') || (text[end] === '$' && end > from))) end++;
  return end;
};

const numberEnd = (text: string, from: number): number => {
  let end = from;
  while (end < text.length) {
    const char = text[end] ?? '';
    const isExponentSign = (char === '+' || char === '-') && /[eE]/.test(text[end - 1] ?? '');
    if (!isWord(char) && char !== '.' && !isExponentSign) break;
    end++;
  }
  return end;
};

const behind = (text: string, mark: string, from: number): number => {
  const found = text.indexOf(mark, from);
  return found === -1 ? text.length : found + mark.length;
};

const endOfLine = (text: string, from: number): number => behind(text, '\n', from);

/** Reads a quoted text that doubles its quote to escape it, and returns the index after it. */
const quoted = (
  text: string,
  open: number,
  close: string,
  hasBackslash: boolean,
  take: (content: string) => void,
): number => {
  let at = open + 1;
  while (at < text.length) {
    if (hasBackslash && text[at] === '\\') at += 2;
    else if (text[at] !== close) at++;
    else if (text[at + 1] === close) at += 2;
    else break;
  }
  const end = Math.min(at, text.length);
  take(text.slice(open + 1, end).replaceAll(close + close, close));
  return end + 1;
};
