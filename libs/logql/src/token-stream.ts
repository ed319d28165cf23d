import { GoSyntaxError } from '@lantern/go-syntax';
import { tokenize, type Token, type TokenKind } from './lexer.js';
import { LogqlParseError } from './parse-error.js';

/** Loki's own limit, in characters. */
const MAX_QUERY_LENGTH = 131_072;

/** Deeper than anyone writes, and far from the end of the stack. */
const MAX_NESTING = 100;

/** A chain of operators makes a deep tree without any parenthesis. */
const MAX_OPERATORS = 2_000;

/** goyacc, which makes Loki's messages, names the alternatives only while there are this few of them. */
const MAX_NAMED_ALTERNATIVES = 4;

/** Words that Loki's messages call by their own name; it is no `IDENTIFIER` that is unexpected. */
const KEYWORDS: ReadonlySet<string> = new Set([
  'and',
  'bool',
  'by',
  'decolorize',
  'drop',
  'group_left',
  'group_right',
  'ignoring',
  'ip',
  'json',
  'keep',
  'label_format',
  'line_format',
  'logfmt',
  'offset',
  'on',
  'or',
  'pattern',
  'regexp',
  'unless',
  'unpack',
  'unwrap',
  'without',
]);

const END: Token = { kind: '$end', text: '', offset: 0 };

/** Tokens of a query, in order, and errors at the position of a token. */
export class TokenStream {
  private readonly tokens: readonly Token[];
  private position = 0;
  private nesting = 0;
  private operators = 0;

  /** @throws {LogqlParseError} */
  constructor(private readonly query: string) {
    if (query.length > MAX_QUERY_LENGTH) {
      throw new LogqlParseError(`input size too long (${query.length} > ${MAX_QUERY_LENGTH})`);
    }
    this.tokens = tokenize(query);
  }

  peek(ahead = 0): Token {
    // The last token is `$end`, and nothing moves beyond it.
    return this.tokens[this.position + ahead] ?? END;
  }

  next(): Token {
    const token = this.peek();
    if (token.kind !== '$end') this.position++;
    return token;
  }

  /** Moves on when the next token is of this kind. */
  accept(kind: TokenKind): Token | undefined {
    return this.peek().kind === kind ? this.next() : undefined;
  }

  take(...kinds: readonly TokenKind[]): Token {
    const token = this.peek();
    if (!kinds.includes(token.kind)) throw this.unexpected(token, ...kinds);
    return this.next();
  }

  /** Keywords may be written in any case. */
  isWord(word: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.kind === 'IDENTIFIER' && token.text.toLowerCase() === word;
  }

  acceptWord(word: string): boolean {
    const found = this.isWord(word);
    if (found) this.position++;
    return found;
  }

  /** Whether a function of this name is called here: its arguments or its grouping follow. */
  isCall(ahead = 0): boolean {
    if (this.peek(ahead).kind !== 'IDENTIFIER') return false;
    if (this.peek(ahead + 1).kind === '(') return true;
    const groups = this.isWord('by', ahead + 1) || this.isWord('without', ahead + 1);
    return groups && this.peek(ahead + 2).kind === '(';
  }

  nested<T>(at: Token, parse: () => T): T {
    if (++this.nesting > MAX_NESTING) throw this.error(at, 'the query is nested too deeply');
    const result = parse();
    this.nesting--;
    return result;
  }

  countOperator(at: Token): void {
    if (++this.operators > MAX_OPERATORS) throw this.error(at, 'the query has too many operators');
  }

  /**
   * Returns the value of a token's text.
   *
   * @throws {LogqlParseError} at the token, where `parse` throws a {@link GoSyntaxError}
   */
  read<T>(token: Token, parse: (text: string) => T): T {
    try {
      return parse(token.text);
    } catch (error) {
      if (error instanceof GoSyntaxError) throw this.error(token, error.message);
      throw error;
    }
  }

  /** Returns the text of the query from a token to the current position. */
  textFrom(from: Token): string {
    return this.query.slice(from.offset, this.peek().offset).trimEnd();
  }

  unexpected(token: Token, ...expected: readonly (TokenKind | 'ip')[]): LogqlParseError {
    const word = token.text.toLowerCase();
    const isKeyword = token.kind === 'IDENTIFIER' && KEYWORDS.has(word);
    const alternatives =
      expected.length > 0 && expected.length <= MAX_NAMED_ALTERNATIVES
        ? `, expecting ${expected.join(' or ')}`
        : '';
    return this.error(token, `syntax error: unexpected ${isKeyword ? word : token.kind}${alternatives}`);
  }

  error(token: Token, reason: string): LogqlParseError {
    return LogqlParseError.at(this.query, token.offset, reason);
  }
}
