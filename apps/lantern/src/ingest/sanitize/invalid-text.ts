import type { Sanitizer } from './sanitizer.js';

/**
 * Text that is no UTF-8. Decoding repairs it: names and attributes are kept as bytes, as in Jaeger, see
 * `invalid-text.ts` in `libs/otlp`; in other texts U+FFFD stands for what cannot be read.
 */
export const invalidText: Sanitizer = {
  isNeeded: ({ hasBadText }) => hasBadText,
  repair: (groups) => groups,
};
