import type { CallNode } from './call-tree.js';

/** Where a node lies in a flame graph: shares of its whole width. */
export interface FlameBox {
  readonly x: number;
  readonly width: number;
}

/**
 * The boxes of a flame graph over self time, one a node: as wide as the self time of the node and of all below it, so
 * that no child exceeds its parent, however much of it ran in parallel. Children lie side by side, the widest first.
 *
 *     a              self 2, b 6, c 2     ├────────a─────────┤
 *     ├ b            self 6               ├─────b────┤├─c┤
 *     └ c            self 2
 *
 * Nodes must come parents first. All boxes are empty when no span has a duration.
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
  /** Where the next child begins. The last place is for what stands at the top. */
  const free = new Float64Array(nodes.length + 1);
  // By depth and then by width, parents stay before their children.
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
