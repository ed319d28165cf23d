import { goQuote, goUnquote } from '@lantern/go-syntax';
import { PromqlParseError } from './parse-error.js';
import { punctuationAt, wordOf, type Token, type TokenKind } from './token.js';

const SKIPPED = /(?:[ \t\r\n]+|#[^\r\n]*)+/y;
const IDENTIFIER_IN_BRACES = /[A-Za-z_][A-Za-z0-9_]*/y;
const IDENTIFIER = /[A-Za-z_:][A-Za-z0-9_:]*/y;
const NUMBER =
  /(?:0[xX]_?[\da-fA-F]+(?:_[\da-fA-F]+)*|(?:\d+(?:_\d+)*\.?(?:\d+(?:_\d+)*)?|\.\d+(?:_\d+)*)(?:[eE][-+]?\d+(?:_\d+)*)?)(?![A-Za-z0-9_.])/y;
const DURATION = /(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)[smhdwy]s?(?:\d+[smhdw]s?)*(?![A-Za-z0-9_])/y;
/** Text that Prometheus has read when it finds that it is neither: up to and including the wrong character. */
const NO_NUMBER =
  /(?:0[xX][\da-fA-F_]*|[\d_]*\.?[\d_]*(?:[eE][-+]?[\d_]*)?)(?:\.|[smhdwy]s?(?:\d+[smhdw]s?)*(?:\d+|[A-Za-z_])?)?/y;

const DIGIT = /^[0-9]$/;
const SIMPLE_ESCAPE = /^[abfnrtv\\]$/;
const OCTAL_DIGIT = /^[0-7]$/;

/** Digits of an escape, and the limit of its value. */
const ESCAPES: Readonly<Record<string, readonly [digits: number, base: 8 | 16, max: number]>> = {
  x: [2, 16, 0xff],
  u: [4, 16, 0x10ffff],
  U: [8, 16, 0x10ffff],
};

/** Cuts a query into tokens, one at a time: what is wrong behind an error is not reported before it. */
export class Lexer {
  private offset = 0;
  private parentheses = 0;
  private inBraces = false;
  private inBrackets = false;
  private gotColon = false;

  constructor(private readonly query: string) {}

  /** @throws {PromqlParseError} */
  next(): Token {
    this.offset += this.match(SKIPPED)?.length ?? 0;
    const character = this.query[this.offset];
    if (character === undefined) return this.end();
    if (character === '"' || character === "'" || character === '`') {
      return character === '`' ? this.rawString() : this.string(character);
    }
    if (this.inBraces) return this.insideBraces(character);
    if (DIGIT.test(character) || (character === '.' && DIGIT.test(this.query[this.offset + 1] ?? ''))) {
      return this.number();
    }
    if (/[A-Za-z_:]/.test(character)) return this.word(character);
    return this.punctuation(character);
  }

  private end(): Token {
    if (this.inBraces) throw this.error('unexpected end of input inside braces');
    if (this.inBrackets && this.isFirstInBrackets()) {
      throw this.error('unexpected end of input in duration expression');
    }
    if (this.parentheses !== 0) throw this.error('unclosed left parenthesis');
    if (this.inBrackets) throw this.error('unclosed left bracket');
    return this.token('eof', '');
  }

  private isFirstInBrackets(): boolean {
    return this.query.slice(0, this.offset).trimEnd().endsWith('[');
  }

  private insideBraces(character: string): Token {
    const identifier = this.match(IDENTIFIER_IN_BRACES);
    if (identifier !== undefined) return this.token('identifier', identifier);
    switch (character) {
      case ',':
        return this.token(',', ',');
      case '=':
        return this.query[this.offset + 1] === '~' ? this.token('=~', '=~') : this.token('=', '=');
      case '!': {
        const next = this.query[this.offset + 1];
        if (next === '~') return this.token('!~', '!~');
        if (next === '=') return this.token('!=', '!=');
        throw this.error(`unexpected character after '!' inside braces: ${quoteCharacter(next)}`);
      }
      case '{':
        throw this.error("unexpected left brace '{'");
      case '}':
        this.inBraces = false;
        return this.token('}', '}');
      default:
        throw this.error(`unexpected character inside braces: ${this.quotedCharacter()}`);
    }
  }

  private number(): Token {
    const number = this.match(NUMBER);
    if (number !== undefined) return this.token('number', number);
    const duration = this.match(DURATION);
    if (duration !== undefined) return this.token('duration', duration);
    throw this.error(`bad number or duration syntax: ${goQuote(this.match(NO_NUMBER) ?? '')}`);
  }

  private word(character: string): Token {
    if (this.inBrackets) return this.wordInBrackets(character);
    const text = this.match(IDENTIFIER) ?? '';
    const lower = text.toLowerCase();
    if (lower === 'inf' || lower === 'nan') return this.token('number', text);
    return this.token(wordOf(text) ?? (text.includes(':') ? 'metric identifier' : 'identifier'), text);
  }

  private wordInBrackets(character: string): Token {
    if (character === ':') {
      if (this.gotColon) throw this.error("unexpected colon ':'");
      this.gotColon = true;
      return this.token(':', ':');
    }
    const word = wordOf(this.match(IDENTIFIER_IN_BRACES) ?? '');
    if (word === 'step' || word === 'range' || word === 'max_of' || word === 'min_of') {
      return this.token(word, word);
    }
    throw this.error(
      this.isFirstInBrackets()
        ? `unexpected character in duration expression: ${quoteCharacter(character)}`
        : `unexpected character: ${quoteCharacter(character)}, expected ':'`,
    );
  }

  private punctuation(character: string): Token {
    const found = punctuationAt(this.query, this.offset);
    switch (found) {
      case '(':
        this.parentheses++;
        break;
      case ')':
        if (--this.parentheses < 0) {
          this.offset++;
          throw this.error("unexpected right parenthesis ')'");
        }
        break;
      case '{':
        this.inBraces = true;
        break;
      case '[':
        if (this.inBrackets) throw this.error("unexpected left bracket '['");
        this.inBrackets = true;
        this.gotColon = false;
        break;
      case ']':
        if (!this.inBrackets) throw this.error("unexpected right bracket ']'");
        this.inBrackets = false;
        break;
      case '=~':
        throw this.error("unexpected character after '=': '~'");
      case undefined:
      case '}':
      case '!~':
        throw character === '!'
          ? this.error(`unexpected character after '!': ${quoteCharacter(this.query[this.offset + 1])}`)
          : this.error(`unexpected character: ${this.quotedCharacter()}`);
      default:
    }
    return this.token(found, found);
  }

  private rawString(): Token {
    const end = this.query.indexOf('`', this.offset + 1);
    if (end < 0) throw this.error('unterminated raw string');
    return this.token('string', this.query.slice(this.offset, end + 1));
  }

  private string(quote: string): Token {
    for (let at = this.offset + 1; ; at++) {
      const character = this.query[at];
      if (character === undefined || character === '\n') throw this.error('unterminated quoted string');
      if (character === quote) return this.token('string', this.query.slice(this.offset, at + 1));
      if (character === '\\') at = this.escape(at + 1, quote);
    }
  }

  /** Returns the offset of the last character of an escape. */
  private escape(at: number, quote: string): number {
    const character = this.query[at];
    if (character === undefined) throw this.error('escape sequence not terminated');
    if (character === quote || SIMPLE_ESCAPE.test(character)) return at;
    const isOctal = OCTAL_DIGIT.test(character);
    const kind = isOctal ? ([3, 8, 0xff] as const) : ESCAPES[character];
    if (kind === undefined)
      throw this.error(`unknown escape sequence ${describeCharacter(this.characterAt(at))}`);
    const [digits, base, max] = kind;
    const first = isOctal ? at : at + 1;
    let value = 0;
    for (let digit = first; digit < first + digits; digit++) {
      const text = this.query[digit];
      if (text === undefined) throw this.error('escape sequence not terminated');
      const number = /^[\da-fA-F]$/.test(text) ? Number.parseInt(text, 16) : 16;
      if (number >= base) {
        throw this.error(
          `illegal character ${describeCharacter(this.characterAt(digit))} in escape sequence`,
        );
      }
      value = value * base + number;
    }
    if (value > max || (value >= 0xd800 && value <= 0xdfff)) {
      throw this.error('escape sequence is an invalid Unicode code point');
    }
    return first + digits - 1;
  }

  private match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.offset;
    return pattern.exec(this.query)?.[0];
  }

  private token(kind: TokenKind, text: string): Token {
    const start = this.offset;
    this.offset += text.length;
    return { kind, text, position: { start, end: this.offset } };
  }

  private characterAt(offset: number): string {
    return String.fromCodePoint(this.query.codePointAt(offset) ?? 0);
  }

  private quotedCharacter(): string {
    return quoteCharacter(this.characterAt(this.offset));
  }

  private error(reason: string): PromqlParseError {
    return new PromqlParseError(this.query, reason, { start: this.offset, end: this.query.length });
  }
}

/** Returns the value of a string token. */
export const stringValue = (literal: string): string =>
  // The lexer has accepted each escape. Unlike Go, Prometheus keeps carriage returns in a raw string.
  literal.startsWith('`') ? literal.slice(1, -1) : (goUnquote(literal) ?? literal);

/** As Go prints a rune with `%q`. At the end of the input it prints U+FFFD. */
const quoteCharacter = (character: string | undefined): string => {
  if (character === undefined) return "'\ufffd'";
  if (character === "'") return "'\\''";
  if (character === '"') return `'"'`;
  return `'${goQuote(character).slice(1, -1)}'`;
};

/** As Go prints a rune with `%#U`, for example `U+0070 'p'`. */
const describeCharacter = (character: string): string => {
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u.test(character) ? `U+${code} '${character}'` : `U+${code}`;
};
