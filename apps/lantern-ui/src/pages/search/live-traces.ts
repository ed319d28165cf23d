import type { TraceSummary } from '../../api/trace-summaries.js';

/** Traces that arrived since live search started, by ID. */
export type Arrivals = ReadonlyMap<string, TraceSummary>;

/** Maximum number of live traces in memory. The oldest are evicted. */
export const MOST_ARRIVALS = 500;

/** Merges new summaries; a newer one replaces the old. Beyond the limit the oldest are evicted. */
export const withArrivals = (
  arrivals: Arrivals,
  summaries: readonly TraceSummary[],
  most = MOST_ARRIVALS,
): Arrivals => {
  const next = new Map(arrivals);
  for (const summary of summaries) {
    next.delete(summary.traceId);
    next.set(summary.traceId, summary);
  }
  for (const traceId of next.keys()) {
    if (next.size <= most) break;
    next.delete(traceId);
  }
  return next;
};

/** Merges search results with live traces. A live trace updates the result in place. */
export const mergeArrivals = (found: readonly TraceSummary[], arrivals: Arrivals): TraceSummary[] => {
  const foundIds = new Set(found.map(({ traceId }) => traceId));
  const added = [...arrivals.values()].filter(({ traceId }) => !foundIds.has(traceId));
  // A search after the arrival has newer data on the trace.
  const latest = (summary: TraceSummary): TraceSummary => {
    const arrival = arrivals.get(summary.traceId);
    return arrival !== undefined && arrival.spanCount > summary.spanCount ? arrival : summary;
  };
  return [...added, ...found.map(latest)];
};
