import { emptySpanName } from './empty-span-name.js';
import { negativeDuration } from './negative-duration.js';
import type { Sanitizer } from './sanitizer.js';
import { serviceName } from './service-name.js';

/**
 * What is repaired before spans are kept. Texts that are not UTF-8 need no rule: decoding has put U+FFFD in
 * the place of what cannot be read. Spans whose ids are invalid are rejected there too.
 */
const SANITIZERS: readonly Sanitizer[] = [serviceName, emptySpanName, negativeDuration];

export const sanitize: Sanitizer = (groups) =>
  SANITIZERS.reduce((current, sanitizer) => sanitizer(current), groups);
