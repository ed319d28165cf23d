import type { NativeHistogram } from '@lantern/telemetry-model';
import { isCounterReset } from '../histogram/compare-histograms.js';
import { childrenOf, type Expr, type VectorSelector } from '../syntax/ast.js';

const COUNTING: ReadonlySet<string> = new Set(['histogram_avg', 'histogram_count', 'histogram_sum']);
const NEEDS_BUCKETS: ReadonlySet<string> = new Set([
  'histogram_fraction',
  'histogram_quantile',
  'histogram_quantiles',
]);

/**
 * Returns the selectors of which a query uses the counts and sums of histograms only. Prometheus reads these without buckets, and
 * marks counter resets while it reads, so that a sum over a reset has a warning.
 */
export const countedSelectors = (expr: Expr, isCounted = false): VectorSelector[] => {
  if (expr.kind === 'vector-selector') return isCounted ? [expr] : [];
  if (expr.kind === 'subquery') return [];
  if (expr.kind === 'binary' && (expr.operator === '</' || expr.operator === '>/')) return [];
  const name = expr.kind === 'call' ? expr.function.name : '';
  if (NEEDS_BUCKETS.has(name)) return [];
  return childrenOf(expr).flatMap((child) => countedSelectors(child, isCounted || COUNTING.has(name)));
};

/** Returns a histogram of a series, with the mark of a counter reset, or of none, where it has no mark. */
export const withResetMark = (
  histograms: readonly NativeHistogram[],
  index: number,
): NativeHistogram | undefined => {
  const [current, previous] = [histograms[index], histograms[index - 1]];
  if (!current || !previous || current.counterResetHint !== 'unknown') return current;
  return { ...current, counterResetHint: isCounterReset(current, previous) ? 'reset' : 'no-reset' };
};
