import type { CallNode } from './call-tree.js';

/** Position of a node in a flame graph, as fractions of the total width. */
export interface FlameBox {
  readonly x: number;
  readonly width: number;
}

/**
 * Computes the boxes of a flame graph of self time. A box is as wide as the self time of its node and all descendants, so
 * parallel children do not exceed their parent. Siblings are adjacent, widest first.
 *
 *     a              self 2, b 6, c 2     ├────────a─────────┤
 *     ├ b            self 6               ├─────b────┤├─c┤
 *     └ c            self 2
 *
 * Parents must precede their children. All boxes are empty when no span has a duration.
 */
export const flameLayout = (
  nodes: readonly Pick<CallNode, 'index' | 'parent' | 'selfNano'>[],
): readonly FlameBox[] => {
  const weight = Float64Array.from(nodes, ({ selfNano }) => selfNano);
  for (const { index, parent } of nodes.toReversed()) {
    if (parent !== -1) weight[parent] = (weight[parent] ?? 0) + (weight[index] ?? 0);
  }
  const whole = nodes.reduce((sum, { index, parent }) => sum + (parent === -1 ? (weight[index] ?? 0) : 0), 0);
  const share = (index: number) => (whole === 0 ? 0 : (weight[index] ?? 0) / whole);

  const boxes: FlameBox[] = new Array<FlameBox>(nodes.length);
  /** Start of the next child of each node. The last element is for nodes without a parent. */
  const free = new Float64Array(nodes.length + 1);
  // Sorted by depth and then by width, so that parents stay before their children.
  const order = nodes.toSorted(
    (a, b) => (weight[b.index] ?? 0) - (weight[a.index] ?? 0) || a.index - b.index,
  );
  for (const { index, parent } of order) {
    const place = parent === -1 ? nodes.length : parent;
    const x = free[place] ?? 0;
    const width = share(index);
    free[place] = x + width;
    free[index] = x;
    boxes[index] = { x, width };
  }
  return boxes;
};
