import { formatGoDuration } from '@lantern/go-syntax';
import type { DurationNano, UnixNano } from '@lantern/telemetry-model';

/** Value in {@link TimedSpans.parents} for the root of a tree. */
export const NO_PARENT = -1;

/** Times, parents and hosts of the spans of a trace, from which clock skew is calculated. Each span ID occurs once. */
export interface TimedSpans {
  /** Index of each span's parent, or {@link NO_PARENT}. */
  readonly parents: Int32Array;
  readonly startOf: (span: number) => UnixNano;
  readonly endOf: (span: number) => UnixNano;
  /** Empty when the host is unknown. */
  readonly hostOf: (span: number) => string;
}

/**
 * How far each span has to move so that a call lies within its caller:
 *
 * ```
 * as sent    client  |--------------------|
 *            server                         |----------|      its clock is ahead
 * as read    client  |--------------------|
 *            server       |----------|                        as long before as after
 * ```
 *
 * All that runs on one host below a moved span moves with it. A cycle of parents has no root and is not changed.
 */
export const clockSkews = (spans: TimedSpans, maxDelta: DurationNano): DurationNano[] => {
  const { parents, hostOf } = spans;
  const deltas = new Array<DurationNano>(parents.length).fill(0n);
  const firstChild = new Int32Array(parents.length).fill(NO_PARENT);
  const nextSibling = new Int32Array(parents.length).fill(NO_PARENT);
  // Parents before their children, without recursion: a trace may be deeper than the stack.
  const waiting: number[] = [];
  for (const [span, parent] of parents.entries()) {
    if (parent === NO_PARENT) waiting.push(span);
    else {
      nextSibling[span] = firstChild[parent] ?? NO_PARENT;
      firstChild[parent] = span;
    }
  }
  for (let parent = waiting.pop(); parent !== undefined; parent = waiting.pop()) {
    const host = hostOf(parent);
    const parentDelta = deltas[parent] ?? 0n;
    for (
      let child = firstChild[parent] ?? NO_PARENT;
      child !== NO_PARENT;
      child = nextSibling[child] ?? NO_PARENT
    ) {
      deltas[child] =
        host !== '' && host === hostOf(child)
          ? parentDelta
          : deltaInto(spans, parent, isTooFar(parentDelta, maxDelta) ? 0n : parentDelta, child);
      waiting.push(child);
    }
  }
  return deltas;
};

/** Returns whether a correction exceeds the limit. Such a span keeps its times. */
export const isTooFar = (delta: DurationNano, maxDelta: DurationNano): boolean =>
  (delta < 0n ? -delta : delta) > maxDelta;

/** Returns the correction of a child that puts it inside its parent, which is corrected already. */
const deltaInto = (
  { startOf, endOf }: TimedSpans,
  parent: number,
  parentMoved: DurationNano,
  child: number,
): DurationNano => {
  const parentStart = startOf(parent) + parentMoved;
  const parentEnd = endOf(parent) + parentMoved;
  const childStart = startOf(child);
  const childEnd = endOf(child);
  const parentDuration = parentEnd - parentStart;
  const childDuration = childEnd - childStart;
  if (childDuration > parentDuration) {
    // An asynchronous child: its parent did not wait for it. It cannot start before its parent.
    return childStart < parentStart ? parentStart - childStart : 0n;
  }
  if (childStart >= parentStart && childEnd <= parentEnd) return 0n;
  // Request and response are assumed to take the same time.
  return parentStart + (parentDuration - childDuration) / 2n - childStart;
};

/** Returns the warning on a span whose clock differs by `delta`. */
export const skewWarning = (delta: DurationNano, maxDelta: DurationNano): string => {
  const calculated = formatGoDuration(delta);
  if (!isTooFar(delta, maxDelta)) return `This span's timestamps were adjusted by ${calculated}`;
  return maxDelta === 0n
    ? `clock skew adjustment disabled; not applying calculated delta of ${calculated}`
    : `max clock skew adjustment delta of ${formatGoDuration(maxDelta)} exceeded; ` +
        `not applying calculated delta of ${calculated}`;
};

export const missingParentWarning = (parentSpanId: string): string =>
  `parent span ID=${parentSpanId} is not in the trace; skipping clock skew adjustment`;
