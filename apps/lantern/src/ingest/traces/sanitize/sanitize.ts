import type { CheckedTraceRequest } from '@lantern/otlp';
import type { SpanEdit } from '../../../edit-spans.js';
import { emptySpanName } from './empty-span-name.js';
import { invalidIds } from './invalid-ids.js';
import { invalidText } from './invalid-text.js';
import { negativeDuration } from './negative-duration.js';
import type { Sanitizer } from './sanitizer.js';
import { serviceName } from './service-name.js';

/** Faults that are repaired before spans are kept. Decoding alone repairs the first two. */
const SANITIZERS: readonly Sanitizer[] = [
  invalidIds,
  invalidText,
  serviceName,
  emptySpanName,
  negativeDuration,
];

/** Whether a request has no fault, so that its bytes can be kept unchanged. */
export const isSound = (request: CheckedTraceRequest): boolean =>
  !SANITIZERS.some(({ isNeeded }) => isNeeded(request));

export const sanitize: SpanEdit = (groups) =>
  SANITIZERS.reduce((current, { repair }) => repair(current), groups);
