import type { SpanEdit } from '../../edit-spans.js';

/** Repairs one thing that some senders get wrong and no reader should have to think of. */
export type Sanitizer = SpanEdit;
