import type { TraceSummary } from '../../api/trace-summaries.js';

export const SORT_ORDERS = [
  { value: 'recent', label: 'Most recent' },
  { value: 'oldest', label: 'Oldest' },
  { value: 'longest', label: 'Longest' },
  { value: 'shortest', label: 'Shortest' },
  { value: 'spans', label: 'Most spans' },
  { value: 'fewest', label: 'Fewest spans' },
  { value: 'errors', label: 'Most errors' },
  { value: 'services', label: 'Most services' },
  { value: 'name', label: 'Name' },
] as const;

export type SortOrder = (typeof SORT_ORDERS)[number]['value'];

export const isSortOrder = (text: string): text is SortOrder =>
  SORT_ORDERS.some(({ value }) => value === text);

/** The same traces in this order; equal ones from the most recent to the oldest. */
export const sortSummaries = (summaries: readonly TraceSummary[], order: SortOrder): TraceSummary[] =>
  summaries.toSorted((a, b) => COMPARE[order](a, b) || compare(b.startUnixNano, a.startUnixNano));

const compare = (a: bigint | number | string, b: bigint | number | string): number =>
  a < b ? -1 : a > b ? 1 : 0;

const nameOf = ({ rootService, rootOperation }: TraceSummary): string => `${rootService} ${rootOperation}`;

const COMPARE: Readonly<Record<SortOrder, (a: TraceSummary, b: TraceSummary) => number>> = {
  recent: () => 0,
  oldest: (a, b) => compare(a.startUnixNano, b.startUnixNano),
  longest: (a, b) => compare(b.durationNano, a.durationNano),
  shortest: (a, b) => compare(a.durationNano, b.durationNano),
  spans: (a, b) => compare(b.spanCount, a.spanCount),
  fewest: (a, b) => compare(a.spanCount, b.spanCount),
  errors: (a, b) => compare(b.errorCount, a.errorCount),
  services: (a, b) => compare(b.services.length, a.services.length),
  name: (a, b) => compare(nameOf(a), nameOf(b)),
};
