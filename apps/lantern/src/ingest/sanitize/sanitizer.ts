import type { TraceRequestWalker } from '@lantern/otlp';
import type { SpanEdit } from '../../edit-spans.js';

/** Repairs one thing that some senders get wrong and no reader should have to think of. */
export interface Sanitizer {
  /** Whether a request that was walked through has it. Most have nothing, and are kept without being decoded. */
  readonly isNeeded: (walked: TraceRequestWalker) => boolean;
  readonly repair: SpanEdit;
}
