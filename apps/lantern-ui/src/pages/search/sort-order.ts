import type { TraceSummary } from '../../api/trace-summaries.js';

export const SORT_ORDERS = [
  { value: 'recent', label: 'Most recent' },
  { value: 'longest', label: 'Longest' },
  { value: 'shortest', label: 'Shortest' },
  { value: 'spans', label: 'Most spans' },
  { value: 'errors', label: 'Most errors' },
] as const;

export type SortOrder = (typeof SORT_ORDERS)[number]['value'];

export const isSortOrder = (text: string): text is SortOrder =>
  SORT_ORDERS.some(({ value }) => value === text);

/** The same traces in this order; equal ones from the most recent to the oldest. */
export const sortSummaries = (summaries: readonly TraceSummary[], order: SortOrder): TraceSummary[] =>
  summaries.toSorted((a, b) => COMPARE[order](a, b) || compare(b.startUnixNano, a.startUnixNano));

const compare = (a: bigint | number, b: bigint | number): number => (a < b ? -1 : a > b ? 1 : 0);

const COMPARE: Readonly<Record<SortOrder, (a: TraceSummary, b: TraceSummary) => number>> = {
  recent: () => 0,
  longest: (a, b) => compare(b.durationNano, a.durationNano),
  shortest: (a, b) => compare(a.durationNano, b.durationNano),
  spans: (a, b) => compare(b.spanCount, a.spanCount),
  errors: (a, b) => compare(b.errorCount, a.errorCount),
};
