/** Control characters of the bidirectional algorithm: invisible characters that reorder text. */
const BIDI_CONTROLS = /[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/g;

/**
 * Returns untrusted text with every bidirectional control character written as its code point, such as `⟨U+202E⟩`, so
 * that the text cannot reorder what is around it.
 *
 * @see https://www.unicode.org/reports/tr9/#Explicit_Directional_Embeddings
 */
export const visibleText = (text: string): string =>
  text.replace(
    BIDI_CONTROLS,
    (control) => `⟨U+${control.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}⟩`,
  );
