import type { TraceOrder } from '@lantern/telemetry-model';
import type { TraceSummary } from '../../api/trace-summaries.js';

/**
 * Sort orders of the results. The server does not support orders without `orderBy`: the page sorts the loaded traces.
 */
export const SORT_ORDERS = [
  { value: 'recent', label: 'Most recent', orderBy: 'recent' },
  { value: 'oldest', label: 'Oldest', orderBy: 'oldest' },
  { value: 'longest', label: 'Longest', orderBy: 'longest' },
  { value: 'shortest', label: 'Shortest', orderBy: 'shortest' },
  { value: 'spans', label: 'Most spans', orderBy: 'mostSpans' },
  { value: 'fewest', label: 'Fewest spans', orderBy: 'fewestSpans' },
  { value: 'errors', label: 'Most errors', orderBy: 'mostErrors' },
  { value: 'services', label: 'Most services', orderBy: undefined },
  { value: 'name', label: 'Name', orderBy: undefined },
] as const satisfies readonly { value: string; label: string; orderBy: TraceOrder | undefined }[];

export type SortOrder = (typeof SORT_ORDERS)[number]['value'];

export const isSortOrder = (text: string): text is SortOrder =>
  SORT_ORDERS.some(({ value }) => value === text);

/** Returns the order of the server request. Undefined if the server does not support it. */
export const serverOrder = (order: SortOrder): TraceOrder | undefined =>
  SORT_ORDERS.find(({ value }) => value === order)?.orderBy;

/** Sorts summaries. Equal ones are sorted by start time, newest first. */
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
