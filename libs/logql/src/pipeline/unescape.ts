const SIMPLE: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

const ESCAPE = /\\(?:u([\da-fA-F]{4})|([^]?))/g;

/**
 * Replaces the escape sequences of JSON in a text without its quotes. Control characters need no escape,
 * unlike in `JSON.parse`.
 *
 * @param more further characters that may be escaped by a backslash
 * @returns undefined when an escape sequence is invalid
 */
export const unescapeText = (text: string, more = ''): string | undefined => {
  let isValid = true;
  const plain = text.replace(ESCAPE, (_, code: string | undefined, character: string) => {
    if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16));
    const meant = Object.hasOwn(SIMPLE, character) ? SIMPLE[character] : undefined;
    if (meant !== undefined) return meant;
    if (character === '' || !more.includes(character)) isValid = false;
    return character;
  });
  return (isValid as boolean) ? plain : undefined;
};
