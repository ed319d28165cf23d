const ESCAPES: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
  '"': '\\"',
};

const hex = (code: number, width: number): string => code.toString(16).padStart(width, '0');

const escapeCharacter = (character: string): string => {
  const known = ESCAPES[character];
  if (known !== undefined) return known;
  const code = character.codePointAt(0) ?? 0;
  // Half a surrogate pair is no character.
  if (code >= 0xd800 && code <= 0xdfff) return '\\ufffd';
  if (code < 0x80) return `\\x${hex(code, 2)}`;
  return code > 0xffff ? `\\U${hex(code, 8)}` : `\\u${hex(code, 4)}`;
};

const NEEDS_NO_ESCAPE = /^[ !#-[\]-~]*$/;

/** The text as a Go string literal, with the escapes of `strconv.Quote`: what is not printable becomes visible. */
export const goQuote = (text: string): string =>
  NEEDS_NO_ESCAPE.test(text)
    ? `"${text}"`
    : `"${text.replace(/["\\]|[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu, escapeCharacter)}"`;
