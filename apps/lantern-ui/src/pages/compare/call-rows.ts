import type { CallDifference } from '@lantern/telemetry-model';
import type { CallOrder } from './compare-address.js';

/** A row of the table: a call of either side, with what it takes longer in B. */
export interface CallRow {
  readonly call: CallDifference;
  /** Nanoseconds of all its calls on each side, per trace; undefined where the side lacks the call. */
  readonly before: number | undefined;
  readonly after: number | undefined;
  /** `after` less `before`. Of a call that one side lacks, all of it. */
  readonly delta: number;
  /** A call above, shown so that the ones below have a place. */
  readonly isContext: boolean;
}

/**
 * The rows to show. Only different ones keep the calls above them, for a tree; by difference there is no tree to keep.
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
  // Children come behind their parents: seen from the end, a row knows whether something below it stays.
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
  /** Nanoseconds that B takes longer; negative when it is faster. */
  readonly delta: number;
  /** The call whose own work explains most of it: more or less self time in the same direction. */
  readonly cause: CallDifference | undefined;
  readonly causeNano: number;
}

/** Where the difference between both sides comes from: self time tells the place, since durations contain each other. */
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
