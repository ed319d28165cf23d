import type { TraceRequestWalker } from '@lantern/otlp';
import type { SpanEdit } from '../../edit-spans.js';
import { emptySpanName } from './empty-span-name.js';
import { invalidIds } from './invalid-ids.js';
import { invalidText } from './invalid-text.js';
import { negativeDuration } from './negative-duration.js';
import type { Sanitizer } from './sanitizer.js';
import { serviceName } from './service-name.js';

/** What is repaired before spans are kept. The first two are so by decoding them. */
const SANITIZERS: readonly Sanitizer[] = [
  invalidIds,
  invalidText,
  serviceName,
  emptySpanName,
  negativeDuration,
];

/** Whether a request may be kept as the bytes that came. */
export const isSound = (walked: TraceRequestWalker): boolean =>
  !SANITIZERS.some(({ isNeeded }) => isNeeded(walked));

export const sanitize: SpanEdit = (groups) =>
  SANITIZERS.reduce((current, { repair }) => repair(current), groups);
