import { MAX_HASHED_LENGTH } from './map-key.js';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const WINDOW = (MAX_HASHED_LENGTH + 1) / 2;

/**
 * Returns whether a JSON text has a member name that is so long that V8 hashes only its length. `JSON.parse` compares each
 * such name with all others of its length, which takes seconds for a thousand of them.
 */
export const hasLongMemberName = (json: string): boolean => {
  // A string of that length fills a whole window. Most windows of most texts have a quote near their start.
  for (let from = 0; from + WINDOW <= json.length;) {
    const end = nextQuote(json, from);
    if (end < 0) return false;
    if (end < from + WINDOW) {
      from += WINDOW;
      continue;
    }
    const start = lastQuote(json, from);
    if (end - start - 1 > MAX_HASHED_LENGTH && /^\s*:/.test(json.slice(end + 1, end + 64))) return true;
    from = end - (end % WINDOW);
  }
  return false;
};

/** Returns the first quote at or after `from` that no backslash escapes; -1 without any. */
const nextQuote = (json: string, from: number): number => {
  // `indexOf` is several times as fast as a loop over the characters, except where many quotes are escaped.
  const first = json.indexOf('"', from);
  if (first < 0 || !isEscaped(json, first)) return first;
  for (let at = first + 1; at < json.length; at++) {
    const code = json.charCodeAt(at);
    if (code === QUOTE) return at;
    if (code === BACKSLASH) at++;
  }
  return -1;
};

/** Returns the last quote before `before` that no backslash escapes; -1 without any. */
const lastQuote = (json: string, before: number): number => {
  let at = before === 0 ? -1 : json.lastIndexOf('"', before - 1);
  while (at >= 0 && isEscaped(json, at)) at = at === 0 ? -1 : json.lastIndexOf('"', at - 1);
  return at;
};

const isEscaped = (json: string, quote: number): boolean => {
  let backslashes = 0;
  while (json.charCodeAt(quote - 1 - backslashes) === BACKSLASH) backslashes++;
  return backslashes % 2 === 1;
};
