import type { SpanEdit } from '../../../edit-spans.js';

/** Changes one aspect of the spans of a trace in an answer. The stored spans do not change. */
export type Adjuster = SpanEdit;
