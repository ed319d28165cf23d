import type { CallNode } from '@lantern/telemetry-model';

export const BOX_WIDTH = 196;
export const BOX_HEIGHT = 52;
const GAP_ACROSS = 32;
const GAP_DOWN = 12;

/** Middle of the left edge of a box, in pixels. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

export interface GraphLayout {
  /** Places by the index of the call. */
  readonly places: readonly Place[];
  readonly width: number;
  readonly height: number;
}

/**
 * Lays out a tree that grows to the right: leaves below each other, every other call beside its first child. Parents must
 * precede their children.
 *
 *        a ─┬─ b ─── c
 *           └─ d
 */
export const graphLayout = (calls: readonly Pick<CallNode, 'index' | 'parent' | 'depth'>[]): GraphLayout => {
  const children: number[][] = calls.map(() => []);
  const tops: number[] = [];
  for (const { index, parent } of calls) (children[parent] ?? tops).push(index);

  const y = new Float64Array(calls.length);
  let row = 0;
  const waiting = tops.toReversed();
  const order: number[] = [];
  for (let call = waiting.pop(); call !== undefined; call = waiting.pop()) {
    order.push(call);
    const below = children[call] ?? [];
    if (below.length === 0) y[call] = row++ * (BOX_HEIGHT + GAP_DOWN) + BOX_HEIGHT / 2;
    for (const child of below.toReversed()) waiting.push(child);
  }
  for (const call of order.toReversed()) {
    const below = children[call] ?? [];
    if (below[0] !== undefined) y[call] = y[below[0]] ?? 0;
  }
  const deepest = calls.reduce((most, { depth }) => Math.max(most, depth), 0);
  return {
    places: calls.map(({ index, depth }) => ({ x: depth * (BOX_WIDTH + GAP_ACROSS), y: y[index] ?? 0 })),
    width: deepest * (BOX_WIDTH + GAP_ACROSS) + BOX_WIDTH,
    height: Math.max(0, row * (BOX_HEIGHT + GAP_DOWN) - GAP_DOWN),
  };
};
