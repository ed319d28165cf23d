import { MAX_HASHED_LENGTH } from './map-key.js';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** A quote behind any other character than a backslash is not escaped. */
const PLAIN_QUOTE = /[^\\]"/g;
/** Distance at which quotes are searched. Strings that are shorter than the limit by this are skipped. */
const STRIDE = 4_096;

/**
 * Returns whether a JSON text has a member name that is so long that V8 hashes only its length. `JSON.parse` compares each
 * such name with all others of its length, which takes seconds for a thousand of them.
 */
export const hasLongMemberName = (json: string): boolean => {
  for (let quote = -1; quote < json.length;) {
    PLAIN_QUOTE.lastIndex = quote + STRIDE;
    const next = PLAIN_QUOTE.test(json) ? PLAIN_QUOTE.lastIndex - 1 : json.length;
    // No string that is open between both is longer than their distance.
    if (next - quote - 1 > MAX_HASHED_LENGTH && hasLongNameBetween(json, quote, next)) return true;
    quote = next;
  }
  return false;
};

/** @param from quote that is not escaped; -1 for the start of the text */
const hasLongNameBetween = (json: string, from: number, to: number): boolean => {
  for (let quote = from; quote < to;) {
    const next = nextQuote(json, quote + 1);
    if (next < 0) return false;
    if (next - quote - 1 > MAX_HASHED_LENGTH && /^\s*:/.test(json.slice(next + 1, next + 64))) return true;
    quote = next;
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

const isEscaped = (json: string, quote: number): boolean => {
  let backslashes = 0;
  while (json.charCodeAt(quote - 1 - backslashes) === BACKSLASH) backslashes++;
  return backslashes % 2 === 1;
};
