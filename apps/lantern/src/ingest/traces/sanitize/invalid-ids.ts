import type { Sanitizer } from './sanitizer.js';

/**
 * Rejects spans whose trace ID or span ID is missing, all zero or of a wrong length: no query could find them. Decoding
 * leaves them out, and the response reports how many and why. A parent span ID of zeros means no parent.
 *
 * @see https://opentelemetry.io/docs/specs/otlp/#partial-success
 */
export const invalidIds: Sanitizer = {
  isNeeded: ({ rejectedSpans }) => rejectedSpans > 0,
  repair: (groups) => groups,
};
