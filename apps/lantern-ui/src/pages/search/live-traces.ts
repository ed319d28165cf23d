import type { TraceSummary } from '../../api/trace-summaries.js';

/** Traces that came in since live search began, by id. */
export type Arrivals = ReadonlyMap<string, TraceSummary>;

/** So many are kept; a person who wants to see older ones searches for them. */
export const MOST_ARRIVALS = 500;

/** Takes in what came; of a trace that comes again the latest counts. The oldest make room. */
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

/** What was found, brought up to date, together with what has come in since. */
export const mergeArrivals = (found: readonly TraceSummary[], arrivals: Arrivals): TraceSummary[] => {
  const foundIds = new Set(found.map(({ traceId }) => traceId));
  const added = [...arrivals.values()].filter(({ traceId }) => !foundIds.has(traceId));
  // A search that was made after the arrival knows more of the trace.
  const latest = (summary: TraceSummary): TraceSummary => {
    const arrival = arrivals.get(summary.traceId);
    return arrival !== undefined && arrival.spanCount > summary.spanCount ? arrival : summary;
  };
  return [...added, ...found.map(latest)];
};
