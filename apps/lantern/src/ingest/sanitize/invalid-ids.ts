import type { Sanitizer } from './sanitizer.js';

/**
 * A span whose trace id or span id is missing, all zero or of a wrong length cannot be found again, so it is not
 * taken: decoding leaves it out, and the sender is told how many and why. A parent of zeros is no parent.
 *
 * @see https://opentelemetry.io/docs/specs/otlp/#partial-success
 */
export const invalidIds: Sanitizer = {
  isNeeded: ({ rejectedSpans }) => rejectedSpans > 0,
  repair: (groups) => groups,
};
