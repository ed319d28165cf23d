import type { Sanitizer } from './sanitizer.js';

/**
 * In a text that is no UTF-8, decoding puts U+FFFD in the place of what cannot be read; what can be read of it stays.
 * (Jaeger replaces the whole of it.)
 */
export const invalidText: Sanitizer = {
  isNeeded: ({ hasBadText }) => hasBadText,
  repair: (groups) => groups,
};
