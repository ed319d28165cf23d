import type { CallTree } from './call-tree.js';

/** Difference of a call in trace B from the same call in trace A. */
export type CallChange = 'added' | 'removed' | 'slower' | 'faster' | 'same';

/** Figures of a call on one side: the mean over the traces of that side. Times are nanoseconds. */
export interface CallSide {
  readonly count: number;
  readonly errorCount: number;
  readonly totalNano: number;
  readonly selfNano: number;
  readonly criticalNano: number;
}

/** Call of either side, identified by its path of services and operations. */
export interface CallDifference {
  readonly index: number;
  /** -1 for a call without a parent. */
  readonly parent: number;
  readonly depth: number;
  readonly service: string;
  readonly operation: string;
  /** Undefined when no trace of the side has the call. */
  readonly a: CallSide | undefined;
  readonly b: CallSide | undefined;
  readonly change: CallChange;
}

/** Differences below 5 % of the calls' total, or below 100 µs, are noise of clocks and schedulers. */
const LEAST_SHARE = 0.05;
const LEAST_NANOS = 100_000;

/**
 * Compares call trees: a trace with a trace, or a cohort (as the mean of its traces) with one.
 *
 *     A                      B
 *     POST /orders  100 ms   POST /orders  140 ms     slower
 *       GET /users   40 ms     GET /users   40 ms     same
 *       charge       30 ms                            removed
 *                              charge v2    90 ms     added
 *
 * The result has parents first. Below a parent, it has the calls of A in A's order, then the calls that only B has.
 */
export const diffCallTrees = (a: readonly CallTree[], b: readonly CallTree[]): CallDifference[] => {
  const merged: Merged[] = [];
  const tops = new Map<string, Merged>();
  for (const [side, trees] of [a, b].entries()) {
    for (const tree of trees) {
      const here: Merged[] = [];
      for (const node of tree.nodes) {
        const parent = node.parent === -1 ? undefined : here[node.parent];
        const siblings = parent?.below ?? tops;
        const key = JSON.stringify([node.service, node.operation]);
        let call = siblings.get(key);
        if (call === undefined) {
          call = { service: node.service, operation: node.operation, parent, below: new Map(), sides: [] };
          siblings.set(key, call);
          merged.push(call);
        }
        here.push(call);
        addTo(
          (call.sides[side] ??= { count: 0, errorCount: 0, totalNano: 0, selfNano: 0, criticalNano: 0 }),
          node,
          trees.length,
        );
      }
    }
  }
  return inReadingOrder(tops);
};

interface Merged {
  readonly service: string;
  readonly operation: string;
  readonly parent: Merged | undefined;
  readonly below: Map<string, Merged>;
  readonly sides: (Mutable<CallSide> | undefined)[];
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const addTo = (side: Mutable<CallSide>, node: CallSide, traces: number): void => {
  side.count += node.count / traces;
  side.errorCount += node.errorCount / traces;
  side.totalNano += node.totalNano / traces;
  side.selfNano += node.selfNano / traces;
  side.criticalNano += node.criticalNano / traces;
};

const inReadingOrder = (tops: ReadonlyMap<string, Merged>): CallDifference[] => {
  const differences: CallDifference[] = [];
  const placed = new Map<Merged, CallDifference>();
  const waiting = [...tops.values()].reverse();
  for (let call = waiting.pop(); call !== undefined; call = waiting.pop()) {
    const parent = call.parent && placed.get(call.parent);
    const [a, b] = call.sides;
    const difference: CallDifference = {
      index: differences.length,
      parent: parent?.index ?? -1,
      depth: parent === undefined ? 0 : parent.depth + 1,
      service: call.service,
      operation: call.operation,
      a,
      b,
      change: changeBetween(a, b),
    };
    differences.push(difference);
    placed.set(call, difference);
    for (const child of [...call.below.values()].reverse()) waiting.push(child);
  }
  return differences;
};

const changeBetween = (a: CallSide | undefined, b: CallSide | undefined): CallChange => {
  if (a === undefined) return 'added';
  if (b === undefined) return 'removed';
  // Totals, not means: a hundred short calls take longer than one.
  const [before, after] = [a.totalNano, b.totalNano];
  const distance = Math.abs(after - before);
  if (distance < LEAST_NANOS || distance < before * LEAST_SHARE) return 'same';
  return after > before ? 'slower' : 'faster';
};
