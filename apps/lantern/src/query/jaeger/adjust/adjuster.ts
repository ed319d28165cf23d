import type { SpanEdit } from '../../../edit-spans.js';

/** Changes one thing about the spans of one trace for its readers' sake; what is stored stays as it came. */
export type Adjuster = SpanEdit;
