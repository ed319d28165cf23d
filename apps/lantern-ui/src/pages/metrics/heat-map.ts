import type { PromqlSeries } from '../../api/prometheus.js';
import { promqlNumber } from '../../api/prometheus.js';

/** Count of a bucket at a step. */
export interface HeatCell {
  readonly millis: number;
  readonly row: number;
  readonly count: number;
}

export interface HeatMap {
  /** Upper bounds of the rows, ascending. */
  readonly bounds: readonly number[];
  readonly cells: readonly HeatCell[];
  readonly maxCount: number;
}

/** Maximum number of rows. Finer buckets are merged. */
const MAX_ROWS = 40;

/**
 * Returns the heat map of histograms: of classic ones, whose series have the label `le`, or native ones.
 *
 * @returns undefined if the series are no histograms
 */
export const heatMapOf = (series: readonly PromqlSeries[]): HeatMap | undefined => {
  const native = series.filter(({ histograms }) => histograms.length > 0);
  const classic = series.filter(({ labels }) => labels.le !== undefined);
  if (native.length > 0) return mapOf(nativeCounts(native));
  return classic.length > 0 ? mapOf(classicCounts(classic)) : undefined;
};

/** Counts by upper bound, by time. */
type Counts = ReadonlyMap<number, ReadonlyMap<number, number>>;

const add = (counts: Map<number, Map<number, number>>, millis: number, bound: number, count: number) => {
  const at = counts.get(millis) ?? new Map<number, number>();
  counts.set(millis, at.set(bound, (at.get(bound) ?? 0) + count));
};

const nativeCounts = (series: readonly PromqlSeries[]): Counts => {
  const counts = new Map<number, Map<number, number>>();
  for (const { histograms } of series)
    for (const [millis, { buckets = [] }] of histograms)
      for (const [, , upper, count] of buckets) add(counts, millis, promqlNumber(upper), promqlNumber(count));
  return counts;
};

/** Buckets of classic histograms are cumulative, so each one is the difference to the one below. */
const classicCounts = (series: readonly PromqlSeries[]): Counts => {
  const cumulative = new Map<number, Map<number, number>>();
  for (const { labels, points } of series)
    for (const [millis, count] of points)
      if (Number.isFinite(count)) add(cumulative, millis, promqlNumber(labels.le ?? ''), count);
  return new Map(
    Array.from(cumulative, ([millis, buckets]) => {
      let below = 0;
      const sorted = Array.from(buckets).sort(([a], [b]) => a - b);
      const own = sorted.map(([bound, count]) => {
        const difference = Math.max(0, count - below);
        below = Math.max(below, count);
        return [bound, difference] as const;
      });
      return [millis, new Map(own)] as const;
    }),
  );
};

const mapOf = (counts: Counts): HeatMap => {
  const all = [...new Set(Array.from(counts.values()).flatMap((buckets) => [...buckets.keys()]))].sort(
    (a, b) => a - b,
  );
  const perRow = Math.max(1, Math.ceil(all.length / MAX_ROWS));
  const rowOf = new Map(all.map((bound, index) => [bound, Math.floor(index / perRow)]));
  const bounds = all.filter((_, index) => index % perRow === perRow - 1 || index === all.length - 1);
  const cells: HeatCell[] = [];
  for (const [millis, buckets] of counts) {
    const rows = new Map<number, number>();
    for (const [bound, count] of buckets) {
      const row = rowOf.get(bound) ?? 0;
      rows.set(row, (rows.get(row) ?? 0) + count);
    }
    for (const [row, count] of rows) if (count > 0) cells.push({ millis, row, count });
  }
  return { bounds, cells, maxCount: cells.reduce((most, { count }) => Math.max(most, count), 0) };
};
