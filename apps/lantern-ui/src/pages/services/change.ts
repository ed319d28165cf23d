import type { CallStats } from '../../api/operation-stats.js';

/** What became of the latency, and of the errors, since an earlier time. */
export interface Change {
  readonly latency: 'slower' | 'faster' | 'same' | 'unknown';
  /** p95 now over p95 then, less one: 0.38 is 38 % slower. */
  readonly ratio: number;
  /** The share of failed calls now less the one then, where the difference is more than chance and worth a word. */
  readonly errors: number;
}

/** Fewer calls have no percentiles to speak of. */
const FEWEST_CALLS = 10;

/** Percentiles are known to 4 %, and noise does the rest. */
const NOTABLE_RATIO = 0.15;
const NOTABLE_MILLIS = 1;

const NOTABLE_ERRORS = 0.01;

export const changeOf = (now: CallStats, before: CallStats | undefined): Change => {
  if (before === undefined || Math.min(now.callCount, before.callCount) < FEWEST_CALLS) {
    return { latency: 'unknown', ratio: 0, errors: 0 };
  }
  const [p95, earlier] = [now.latencyMs.p95, before.latencyMs.p95];
  const ratio = earlier > 0 ? p95 / earlier - 1 : 0;
  const isNotable = Math.abs(ratio) >= NOTABLE_RATIO && Math.abs(p95 - earlier) >= NOTABLE_MILLIS;
  return {
    latency: isNotable ? (ratio > 0 ? 'slower' : 'faster') : 'same',
    ratio,
    errors: notableErrors(now, before),
  };
};

/** Two shares differ by more than chance when they are two standard errors apart. */
const notableErrors = (now: CallStats, before: CallStats): number => {
  const [a, b] = [errorShare(now), errorShare(before)];
  const pooled = (now.errorCount + before.errorCount) / (now.callCount + before.callCount);
  const error = Math.sqrt(pooled * (1 - pooled) * (1 / now.callCount + 1 / before.callCount));
  return Math.abs(a - b) >= Math.max(NOTABLE_ERRORS, 2 * error) ? a - b : 0;
};

export const errorShare = ({ callCount, errorCount }: CallStats): number =>
  callCount === 0 ? 0 : errorCount / callCount;
