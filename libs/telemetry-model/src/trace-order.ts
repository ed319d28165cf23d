/**
 * Order of the traces that a search finds. Durations, spans and errors are those of the whole stored trace. `oldest`
 * compares the start of the earliest span. Traces that are equal in it have the order `recent`: by the start of the newest
 * matching span, newest first, then by trace ID, ascending.
 */
export type TraceOrder = (typeof TRACE_ORDERS)[number];

export const TRACE_ORDERS = [
  'recent',
  'oldest',
  'longest',
  'shortest',
  'mostSpans',
  'fewestSpans',
  'mostErrors',
] as const;
