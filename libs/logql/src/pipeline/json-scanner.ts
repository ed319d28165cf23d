import { unescapeText } from './unescape.js';

/** Error for a line that is not JSON, or not an object. */
export class MalformedJson extends Error {
  override readonly name = 'MalformedJson';
}

export type JsonKind = 'object' | 'array' | 'string' | 'number' | 'boolean' | 'null';

const QUOTE = 0x22;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COMMA = 0x2c;
const COLON = 0x3a;

/**
 * Reads JSON without building objects: it skips unwanted values, keeps the text of numbers, and visits duplicate fields
 * in their order. `JSON.parse` does none of that. Strings are slices of the text; numbers are not validated.
 */
export class JsonScanner {
  private text = '';
  private at = 0;
  /** Offset of the next backslash, or the end of the text. Strings before it have no escapes. */
  private nextEscape = 0;

  start(text: string): void {
    this.text = text;
    this.at = 0;
    const escape = text.indexOf('\\');
    this.nextEscape = escape < 0 ? text.length : escape;
  }

  /** Moves to the next value and returns its kind. */
  kind(): JsonKind {
    this.skipSpace();
    const code = this.text.charCodeAt(this.at);
    if (code === QUOTE) return 'string';
    if (code === OPEN_BRACE) return 'object';
    if (code === OPEN_BRACKET) return 'array';
    if ((code >= 0x30 && code <= 0x39) || code === 0x2d) return 'number';
    if (this.text.startsWith('true', this.at) || this.text.startsWith('false', this.at)) return 'boolean';
    if (this.text.startsWith('null', this.at)) return 'null';
    throw new MalformedJson('Unknown value type');
  }

  /** Moves behind the opening bracket. Returns false when the object or array is empty, and then moves behind it. */
  enter(): boolean {
    this.at++;
    this.skipSpace();
    const code = this.text.charCodeAt(this.at);
    if (code !== CLOSE_BRACE && code !== CLOSE_BRACKET) return true;
    this.at++;
    return false;
  }

  /** Skips the key of the next field when its text, with quotes and colon, equals `written`. */
  acceptKey(written: string): boolean {
    this.skipSpace();
    const found = this.text.startsWith(written, this.at);
    if (found) this.at += written.length;
    return found;
  }

  /** Returns the offset of the next field or value. */
  nextOffset(): number {
    this.skipSpace();
    return this.at;
  }

  /** Returns the text that was read since an offset. */
  writtenSince(offset: number): string {
    return this.text.slice(offset, this.at);
  }

  /** Reads the key of the next field, up to its value. */
  key(): string {
    this.skipSpace();
    if (this.text.charCodeAt(this.at) !== QUOTE)
      throw new MalformedJson("Value is string, but can't find closing '\"' symbol");
    const key = this.string();
    if (key === undefined) throw new MalformedJson('Encountered an invalid escape sequence in a string');
    this.skipSpace();
    if (this.text.charCodeAt(this.at) !== COLON) throw new MalformedJson('Malformed JSON error');
    this.at++;
    return key;
  }

  /**
   * Moves behind a value and returns whether another one follows in this object or array. As in Loki, an object may end
   * with a comma.
   */
  more(closing: 'object' | 'array'): boolean {
    this.skipSpace();
    const code = this.text.charCodeAt(this.at);
    this.at++;
    if (code === COMMA) {
      if (closing === 'array') return true;
      this.skipSpace();
      if (this.text.charCodeAt(this.at) !== CLOSE_BRACE) return true;
      this.at++;
      return false;
    }
    if (code === (closing === 'object' ? CLOSE_BRACE : CLOSE_BRACKET)) return false;
    throw new MalformedJson(
      closing === 'object'
        ? "Value looks like object, but can't find closing '}' symbol"
        : "Value is array, but can't find closing ']' symbol",
    );
  }

  /**
   * Returns the text that a string, number or literal means, and an object or array as it was written. A string with
   * an invalid escape sequence is empty: the line keeps its other values.
   */
  value(kind: JsonKind): string {
    if (kind === 'string') return this.string() ?? '';
    const start = this.at;
    this.skip(kind);
    return this.text.slice(start, this.at);
  }

  skip(kind: JsonKind): void {
    if (kind === 'string') this.skipString();
    else if (kind === 'object' || kind === 'array') this.skipBrackets();
    else this.skipWord();
  }

  /** Undefined when an escape sequence is invalid, or half of a surrogate pair is missing. */
  private string(): string | undefined {
    const start = this.at + 1;
    const end = this.text.indexOf('"', start);
    if (end >= 0 && end < this.nextEscape) {
      this.at = end + 1;
      return this.text.slice(start, end);
    }
    const quoted = this.at;
    this.skipString();
    const text = unescapeString(this.text.slice(quoted, this.at));
    return text?.isWellFormed() ? text : undefined;
  }

  private skipString(): void {
    const { text } = this;
    let at = this.at + 1;
    for (;;) {
      const end = text.indexOf('"', at);
      if (end < 0) throw new MalformedJson("Value is string, but can't find closing '\"' symbol");
      while (this.nextEscape < at) this.findEscape(at);
      if (end < this.nextEscape) {
        this.at = end + 1;
        return;
      }
      at = this.nextEscape + 2;
      this.findEscape(at);
    }
  }

  private findEscape(from: number): void {
    const escape = this.text.indexOf('\\', from);
    this.nextEscape = escape < 0 ? this.text.length : escape;
  }

  /** Without recursion, so that no depth is too deep. */
  private skipBrackets(): void {
    const { text } = this;
    let depth = 0;
    do {
      const code = text.charCodeAt(this.at);
      if (code === QUOTE) {
        this.skipString();
        continue;
      }
      if (code === OPEN_BRACE || code === OPEN_BRACKET) depth++;
      else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) depth--;
      else if (Number.isNaN(code)) {
        throw new MalformedJson("Value looks like object, but can't find closing '}' symbol");
      }
      this.at++;
    } while (depth > 0);
  }

  private skipWord(): void {
    const { text } = this;
    for (; this.at < text.length; this.at++) {
      const code = text.charCodeAt(this.at);
      if (code === COMMA || code === CLOSE_BRACE || code === CLOSE_BRACKET || code <= 0x20) return;
    }
  }

  private skipSpace(): void {
    const { text } = this;
    let code = text.charCodeAt(this.at);
    while (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09)
      code = text.charCodeAt(++this.at);
  }
}

const unescapeString = (quoted: string): string | undefined => {
  try {
    return JSON.parse(quoted) as string;
  } catch {
    return unescapeText(quoted.slice(1, -1));
  }
};
