import { RE2JS } from 're2js';
import { messageOf } from '../../message-of.js';

/** An escape, a class, a group that begins, a quantifier that may be lazy, or any other character. */
const PIECE =
  /\\Q[\s\S]*?(?:\\E|$)|\\[\s\S]?|\[\^?\]?(?:\\[\s\S]|\[:\w+:\]|[^\]\\])*\]?|\(\?[^):]*[):]?|(?:[*+?]|\{\d+(?:,\d*)?\})\??|[\s\S]/g;

const FORBIDDEN: readonly (readonly [RegExp, string])[] = [
  [/^[\^$]$|^\\[Az]$/, 'matches anywhere in the value, so a pattern cannot anchor itself'],
  [/^\\[bB]$/, 'takes a pattern without word boundaries'],
  [/^(?:[*+?]|\{.*\})\?$/, 'asks whether the value matches, so a quantifier cannot be lazy'],
  // The remaining groups are flags: `(?:` and named groups were excluded above.
  [/^\(\?(?!:|P?<)/, 'matches case-sensitively and takes no flags'],
];

/**
 * A test by an RE2 expression anywhere in a text, in time linear in the text. What backends do not share
 * (anchors, word boundaries, lazy quantifiers, flags) is refused, as by Jaeger.
 *
 * @throws {Error} that says what is wrong
 */
export const parsePattern = (pattern: string): ((text: string) => boolean) => {
  for (const [piece] of pattern.matchAll(PIECE)) {
    for (const [forbidden, reason] of FORBIDDEN) if (forbidden.test(piece)) throw new Error(reason);
  }
  try {
    const compiled = RE2JS.compile(pattern);
    return (text) => compiled.test(text);
  } catch (error) {
    throw new Error(`takes a pattern in RE2 syntax: ${messageOf(error)}`, { cause: error });
  }
};
