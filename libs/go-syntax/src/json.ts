import { GoSyntaxError } from './go-syntax-error.js';
import { goQuote } from './quote.js';

/**
 * Reads JSON as Go's `encoding/json` does: the same grammar, the same words about a fault.
 *
 * @throws {GoSyntaxError}
 */
export const parseGoJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    throw new GoSyntaxError(new JsonFault(text).describe());
  }
};

/** Returns what Go calls the type of a JSON value in messages. */
export const goTypeOfJson = (value: unknown): string => {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
};

const SPACE = /[ \t\r\n]/;
const DIGIT = /\d/;
const HEX_DIGIT = /[\da-fA-F]/;
/** Behind the last character Go's scanner sees a space. */
const END = '';

class Invalid extends Error {}

/** Walks over text that is no JSON up to its first fault, with a stack of its own: nesting cannot exhaust the engine's. */
class JsonFault {
  private at = 0;
  private readonly open: ('{' | '[')[] = [];

  constructor(private readonly text: string) {}

  describe(): string {
    try {
      this.document();
    } catch (error) {
      if (error instanceof Invalid) return error.message;
      throw error;
    }
    return 'unexpected end of JSON input';
  }

  private document(): void {
    let canClose = this.value();
    while (this.open.length > 0) canClose = canClose ? this.afterOpening() : this.afterValue();
    this.skipSpace();
    if (this.peek() !== END) this.fail('after top-level value');
  }

  /** @returns whether an object or array was opened, which may be empty */
  private value(): boolean {
    this.skipSpace();
    const character = this.peek();
    if (character === '{' || character === '[') {
      this.at++;
      this.open.push(character);
      return true;
    }
    if (character === '"') this.string();
    else if (character === '-' || DIGIT.test(character)) this.number();
    else if (character === 't') this.literal('true');
    else if (character === 'f') this.literal('false');
    else if (character === 'n') this.literal('null');
    else this.fail('looking for beginning of value');
    return false;
  }

  private afterOpening(): boolean {
    this.skipSpace();
    const isObject = this.open.at(-1) === '{';
    if (this.peek() === (isObject ? '}' : ']')) {
      this.at++;
      this.open.pop();
      return false;
    }
    return isObject ? this.member() : this.value();
  }

  private afterValue(): boolean {
    this.skipSpace();
    const isObject = this.open.at(-1) === '{';
    const character = this.peek();
    if (character === ',') {
      this.at++;
      return isObject ? this.member() : this.value();
    }
    if (character !== (isObject ? '}' : ']')) {
      this.fail(isObject ? 'after object key:value pair' : 'after array element');
    }
    this.at++;
    this.open.pop();
    return false;
  }

  private member(): boolean {
    this.skipSpace();
    if (this.peek() !== '"') this.fail('looking for beginning of object key string');
    this.string();
    this.skipSpace();
    if (this.peek() !== ':') this.fail('after object key');
    this.at++;
    return this.value();
  }

  private string(): void {
    this.at++;
    for (;;) {
      const character = this.peek();
      if (character === END || character < ' ') this.fail('in string literal');
      this.at++;
      if (character === '"') return;
      if (character !== '\\') continue;
      if (this.peek() === 'u') {
        this.at++;
        for (let digit = 0; digit < 4; digit++) {
          this.need(HEX_DIGIT, 'in \\u hexadecimal character escape');
        }
      } else this.need(/["\\/bfnrt]/, 'in string escape code');
    }
  }

  private number(): void {
    if (this.peek() === '-') this.at++;
    if (this.peek() === '0') this.at++;
    else this.digits('in numeric literal');
    if (this.peek() === '.') {
      this.at++;
      this.digits('after decimal point in numeric literal');
    }
    if (!/[eE]/.test(this.peek())) return;
    this.at++;
    if (/[-+]/.test(this.peek())) this.at++;
    this.digits('in exponent of numeric literal');
  }

  private digits(place: string): void {
    this.need(DIGIT, place);
    while (DIGIT.test(this.peek())) this.at++;
  }

  private literal(word: string): void {
    for (const expected of word) {
      if (this.peek() !== expected) this.fail(`in literal ${word} (expecting '${expected}')`, ' ');
      this.at++;
    }
  }

  private need(pattern: RegExp, place: string): void {
    if (!pattern.test(this.peek())) this.fail(place);
    this.at++;
  }

  private skipSpace(): void {
    while (SPACE.test(this.peek())) this.at++;
  }

  private peek(): string {
    return this.text.charAt(this.at);
  }

  /** @param atEnd the character that Go names at the end of the text, where it names one */
  private fail(place: string, atEnd = END): never {
    // Go reads bytes, and names the first byte of a character.
    const [byte] = new TextEncoder().encode(this.peek());
    const character = byte === undefined ? atEnd : String.fromCharCode(byte);
    if (character === END) throw new Invalid('unexpected end of JSON input');
    throw new Invalid(`invalid character ${quoteCharacter(character)} ${place}`);
  }
}

const quoteCharacter = (character: string): string => {
  if (character === "'") return String.raw`'\''`;
  return character === '"' ? `'"'` : `'${goQuote(character).slice(1, -1)}'`;
};
