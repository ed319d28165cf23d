import type { CallStats } from '../../api/operation-stats.js';
import { formatCount } from '../../shared/format/count.js';
import { formatPercent } from '../../shared/format/rate.js';

/** Change of latency and errors between two periods. */
export interface Change {
  readonly latency: 'slower' | 'faster' | 'same' | 'unknown';
  /** Percentile that changed most; p95 if none changed. */
  readonly percentile: Percentile;
  /** Ratio of the current to the earlier percentile: 1.38 is 38 % slower, 18 is eighteen times as slow. */
  readonly factor: number;
  /** Difference of the failed shares, current minus earlier; 0 if it may be chance or is negligible. */
  readonly errors: number;
}

/**
 * Percentiles to compare. p95 alone misses an operation whose typical call became slow while its slowest calls did
 * not change.
 */
const PERCENTILES = ['p50', 'p95'] as const;
type Percentile = (typeof PERCENTILES)[number];

/** Minimum number of calls in both periods; percentiles of fewer calls are not reliable. */
const FEWEST_CALLS = 10;

/** Minimum ratio of a notable change. The buckets of percentiles are 4 % wide, and noise adds to that. */
const NOTABLE_RATIO = 0.15;
const NOTABLE_MILLIS = 1;

const NOTABLE_ERRORS = 0.01;

export const NO_CHANGE_KNOWN: Change = { latency: 'unknown', percentile: 'p95', factor: 1, errors: 0 };

export const changeOf = (now: CallStats, before: CallStats | undefined): Change => {
  if (before === undefined || Math.min(now.callCount, before.callCount) < FEWEST_CALLS) {
    return NO_CHANGE_KNOWN;
  }
  const changes = PERCENTILES.map((percentile) => {
    const [value, earlier] = [now.latencyMs[percentile], before.latencyMs[percentile]];
    const factor = earlier > 0 ? value / earlier : 1;
    const isNotable = Math.abs(factor - 1) >= NOTABLE_RATIO && Math.abs(value - earlier) >= NOTABLE_MILLIS;
    return { percentile, factor, isNotable };
  });
  // A slower percentile takes precedence over a faster one.
  const notable = changes.filter(({ isNotable }) => isNotable).sort((a, b) => b.factor - a.factor);
  const slowest = notable.find(({ factor }) => factor > 1);
  const { percentile, factor } = slowest ??
    notable.at(-1) ?? { percentile: 'p95', factor: changes[1]?.factor ?? 1 };
  return {
    latency: notable.length === 0 ? 'same' : factor > 1 ? 'slower' : 'faster',
    percentile,
    factor,
    errors: notableErrors(now, before),
  };
};

/**
 * Formats a ratio: `×18` for a factor of two or more in either direction, otherwise as a percentage such as `38 %`.
 */
export const formatFactor = (factor: number): string => {
  const times = factor < 1 ? 1 / factor : factor;
  return times >= 1.95
    ? `×${times < 9.95 ? Number(times.toFixed(1)) : formatCount(Math.round(times))}`
    : formatPercent(Math.abs(factor - 1));
};

/** Returns the difference of the failed shares if it exceeds two standard errors, otherwise 0. */
const notableErrors = (now: CallStats, before: CallStats): number => {
  const [a, b] = [errorShare(now), errorShare(before)];
  const pooled = (now.errorCount + before.errorCount) / (now.callCount + before.callCount);
  const error = Math.sqrt(pooled * (1 - pooled) * (1 / now.callCount + 1 / before.callCount));
  return Math.abs(a - b) >= Math.max(NOTABLE_ERRORS, 2 * error) ? a - b : 0;
};

export const errorShare = ({ callCount, errorCount }: CallStats): number =>
  callCount === 0 ? 0 : errorCount / callCount;

interface NamedCalls extends CallStats {
  readonly service: string;
  readonly name: string;
  readonly spanKind: string;
}

const ENTRY_KINDS = ['server', 'consumer'];

/** Returns the operation of a service whose latency grew by the largest factor; undefined if none is notably slower. */
export const slowerOperation = (
  service: string,
  now: readonly NamedCalls[],
  before: readonly NamedCalls[],
): string | undefined => {
  const changed = now
    .filter((calls) => calls.service === service && ENTRY_KINDS.includes(calls.spanKind))
    .map((calls) => {
      const earlier = before.find(
        ({ service: other, name, spanKind }) =>
          other === service && name === calls.name && spanKind === calls.spanKind,
      );
      return { name: calls.name, change: changeOf(calls, earlier) };
    })
    .filter(({ change }) => change.latency === 'slower');
  return changed.sort((a, b) => b.change.factor - a.change.factor)[0]?.name;
};
