import type { Sanitizer } from './sanitizer.js';

/**
 * Repairs strings that are not valid UTF-8, by decoding. Names and attribute values are kept as bytes, as in Jaeger, see
 * `invalid-text.ts` in `libs/otlp`. In other strings, U+FFFD replaces the invalid bytes.
 */
export const invalidText: Sanitizer = {
  isNeeded: ({ hasInvalidText }) => hasInvalidText,
  repair: (groups) => groups,
};
