/** Marks, embeddings, overrides and isolates of the bidirectional algorithm: they reorder text and show nothing. */
const BIDI_CONTROLS = /[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/g;

/**
 * Text from outside as it can be trusted by the eye: characters that reorder the text around them are written as their
 * code points, such as `⟨U+202E⟩`.
 *
 * @see https://www.unicode.org/reports/tr9/#Explicit_Directional_Embeddings
 */
export const visibleText = (text: string): string =>
  text.replace(
    BIDI_CONTROLS,
    (control) => `⟨U+${control.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}⟩`,
  );
