import type { CallDifference } from '@lantern/telemetry-model';
import type { CallOrder } from './compare-address.js';

/** Row of the table: a call of either side, with its difference in duration. */
export interface CallRow {
  readonly call: CallDifference;
  /** Total nanoseconds of its calls, per trace. Undefined if the side lacks the call. */
  readonly before: number | undefined;
  readonly after: number | undefined;
  /** `after` minus `before`. A missing side counts as 0. */
  readonly delta: number;
  /** Whether the row only shows the ancestor of a different call. */
  readonly isContext: boolean;
}

/**
 * Returns the rows to show. With `isDifferent` a tree keeps the ancestors of different calls; a list sorted by
 * difference does not.
 */
export const callRows = (
  differences: readonly CallDifference[],
  { isDifferent, order }: { readonly isDifferent: boolean; readonly order: CallOrder },
): CallRow[] => {
  const rows = differences.map(rowOf);
  if (order === 'difference') {
    return rows
      .filter(({ call }) => !isDifferent || call.change !== 'same')
      .sort((a, b) => Math.abs(b.delta) - Math.abs(a.delta) || a.call.index - b.call.index);
  }
  if (!isDifferent) return rows;
  const kept = new Set<number>();
  // Children follow their parents: iterating backward, a row knows whether a descendant is shown.
  for (const { index, parent, change } of differences.toReversed()) {
    if (change !== 'same') kept.add(index);
    if (kept.has(index) && parent !== -1) kept.add(parent);
  }
  return rows
    .filter(({ call }) => kept.has(call.index))
    .map((row) => ({ ...row, isContext: row.call.change === 'same' }));
};

const rowOf = (call: CallDifference): CallRow => {
  const { a, b } = call;
  return {
    call,
    before: a?.totalNano,
    after: b?.totalNano,
    delta: (b?.totalNano ?? 0) - (a?.totalNano ?? 0),
    isContext: false,
  };
};

export interface Verdict {
  /** Difference in nanoseconds, B minus A; negative if B is faster. */
  readonly delta: number;
  /** Call whose self time explains most of the difference. */
  readonly cause: CallDifference | undefined;
  readonly causeNano: number;
}

/** Returns the cause of the difference. Durations include child calls, so self time locates it. */
export const verdictOf = (
  differences: readonly CallDifference[],
  durationA: number,
  durationB: number,
): Verdict => {
  const delta = durationB - durationA;
  let cause: CallDifference | undefined;
  let most = 0;
  for (const difference of differences) {
    const change = (difference.b?.selfNano ?? 0) - (difference.a?.selfNano ?? 0);
    if (change * Math.sign(delta) > most) {
      most = change * Math.sign(delta);
      cause = difference;
    }
  }
  return { delta, cause, causeNano: most * Math.sign(delta) };
};
