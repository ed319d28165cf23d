import type { TraceOrder, UnixNano } from '@lantern/telemetry-model';
import type { TraceCursor } from './trace-store.js';

/** Totals over all spans of a trace. */
export interface TraceTotals {
  readonly earliestStart: UnixNano;
  readonly latestEnd: UnixNano;
  readonly spanCount: number;
  /** Number of spans with status ERROR. */
  readonly errorCount: number;
}

/** Returns the number by which an order sorts traces, greatest first. */
export const rankOf = (order: TraceOrder, totals: TraceTotals): bigint => RANKS[order](totals);

const RANKS: Readonly<Record<TraceOrder, (totals: TraceTotals) => bigint>> = {
  recent: () => 0n,
  oldest: ({ earliestStart }) => -earliestStart,
  longest: ({ earliestStart, latestEnd }) => latestEnd - earliestStart,
  shortest: ({ earliestStart, latestEnd }) => earliestStart - latestEnd,
  mostSpans: ({ spanCount }) => BigInt(spanCount),
  fewestSpans: ({ spanCount }) => BigInt(-spanCount),
  mostErrors: ({ errorCount }) => BigInt(errorCount),
};

/** Whether a trace comes before another one in the order of an answer. */
export const comesBefore = (
  { rank = 0n, startUnixNano, traceId }: TraceCursor,
  { rank: otherRank = 0n, startUnixNano: otherStart, traceId: otherId }: TraceCursor,
): boolean => {
  if (rank !== otherRank) return rank > otherRank;
  return startUnixNano === otherStart ? traceId < otherId : startUnixNano > otherStart;
};
