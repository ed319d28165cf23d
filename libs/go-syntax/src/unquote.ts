const SIMPLE: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
};

const ESCAPE = /\\(?:([abfnrtv\\"'])|x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([0-7]{3}))|\\/g;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * Returns the value of a string literal in double or single quotes, which are part of the argument. `\x` and octal escapes
 * are bytes: `"\xc3\xa9"` is é. Only the quote around the literal may be escaped.
 *
 * @returns undefined for an escape that Go does not have
 * @see https://go.dev/ref/spec#String_literals
 */
export const goUnquote = (literal: string): string | undefined => {
  const body = literal.slice(1, -1);
  if (!body.includes('\\')) return body;
  const quote = literal[0];

  const bytes: number[] = [];
  const append = (text: string) => {
    for (const byte of encoder.encode(text)) bytes.push(byte);
  };
  let end = 0;
  for (const match of body.matchAll(ESCAPE)) {
    const [whole, simple, hexByte, short, long, octal] = match;
    append(body.slice(end, match.index));
    end = match.index + whole.length;
    if (simple !== undefined) {
      const value = simple === quote ? quote : SIMPLE[simple];
      if (value === undefined) return undefined;
      append(value);
    } else if (hexByte !== undefined) bytes.push(Number.parseInt(hexByte, 16));
    else if (octal !== undefined) {
      const byte = Number.parseInt(octal, 8);
      if (byte > 0xff) return undefined;
      bytes.push(byte);
    } else {
      const code = Number.parseInt(short ?? long ?? '', 16);
      // Not a number: a lone backslash. Surrogate halves are no characters.
      if (Number.isNaN(code) || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return undefined;
      append(String.fromCodePoint(code));
    }
  }
  append(body.slice(end));
  return decoder.decode(Uint8Array.from(bytes));
};
