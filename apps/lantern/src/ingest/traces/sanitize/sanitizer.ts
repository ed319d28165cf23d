import type { CheckedTraceRequest } from '@lantern/otlp';
import type { SpanEdit } from '../../../edit-spans.js';

/** Repairs one fault that some exporters send, so that queries need not handle it. */
export interface Sanitizer {
  /** Whether a request has the fault. Most requests have none, and are kept without decoding. */
  readonly isNeeded: (request: CheckedTraceRequest) => boolean;
  readonly repair: SpanEdit;
}
