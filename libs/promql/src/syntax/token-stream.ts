import { Lexer } from './lexer.js';
import { PromqlParseError } from './parse-error.js';
import type { Position } from './position.js';
import { describeToken, type Token, type TokenKind } from './token.js';

/** Limit on the length of a query, in UTF-16 units. */
const MAX_QUERY_LENGTH = 131_072;

/** Limit on nesting, far from the end of the stack. */
const MAX_NESTING = 200;

/** Limit on operators: a chain of them makes a deep tree without any parenthesis. */
const MAX_OPERATORS = 2_000;

/** Tokens of a query, in order, and errors at the position of a token. */
export class TokenStream {
  private readonly lexer: Lexer;
  private readonly ahead: Token[] = [];
  private nesting = 0;
  private operators = 0;
  /** End of the last token that may end an expression. */
  lastClosing = 0;

  /** @throws {PromqlParseError} */
  constructor(readonly query: string) {
    if (query.length > MAX_QUERY_LENGTH) {
      throw this.error({ start: 0, end: 0 }, `query is too long (${query.length} > ${MAX_QUERY_LENGTH})`);
    }
    this.lexer = new Lexer(query);
  }

  /** @throws {PromqlParseError} */
  peek(distance = 0): Token {
    let token = this.ahead[distance];
    while (token === undefined) {
      this.ahead.push(this.lexer.next());
      token = this.ahead[distance];
    }
    return token;
  }

  next(): Token {
    const token = this.peek();
    if (token.kind !== 'eof') this.ahead.shift();
    if (CLOSING.has(token.kind)) this.lastClosing = token.position.end;
    return token;
  }

  /** Moves on when the next token is of this kind. */
  accept(kind: TokenKind): Token | undefined {
    return this.peek().kind === kind ? this.next() : undefined;
  }

  take(kind: TokenKind, context = '', expected = ''): Token {
    if (this.peek().kind !== kind) throw this.unexpected(context, expected);
    return this.next();
  }

  nested<T>(parse: () => T): T {
    if (++this.nesting > MAX_NESTING)
      throw this.error(this.peek().position, 'the query is nested too deeply');
    const result = parse();
    this.nesting--;
    return result;
  }

  countOperator(): void {
    if (++this.operators > MAX_OPERATORS) {
      throw this.error(this.peek().position, 'the query has too many operators');
    }
  }

  unexpected(context = '', expected = ''): PromqlParseError {
    const token = this.peek();
    const place = context === '' ? '' : ` in ${context}`;
    const wanted = expected === '' ? '' : `, expected ${expected}`;
    return this.error(token.position, `unexpected ${describeToken(token)}${place}${wanted}`);
  }

  error(position: Position, reason: string): PromqlParseError {
    return new PromqlParseError(this.query, reason, position);
  }
}

const CLOSING: ReadonlySet<TokenKind> = new Set<TokenKind>(['}', ')', ']', 'duration', 'number']);
