import type { SpanId, TraceNode, TraceTree } from '@lantern/telemetry-model';

/** The nodes to show when those in `collapsed` hide what is below them, in reading order. */
export const visibleRows = (tree: TraceTree, collapsed: ReadonlySet<SpanId>): readonly TraceNode[] => {
  if (collapsed.size === 0) return tree.nodes;
  const rows: TraceNode[] = [];
  for (let i = 0; i < tree.nodes.length;) {
    const node = tree.nodes[i];
    if (node === undefined) break;
    rows.push(node);
    i += collapsed.has(node.span.spanId) ? node.subtreeSize : 1;
  }
  return rows;
};

/** All nodes that have children, for “collapse all”. */
export const collapsible = (tree: TraceTree): Set<SpanId> =>
  new Set(tree.nodes.filter(({ children }) => children.length > 0).map(({ span }) => span.spanId));

/** The same without those that would hide this node. */
export const revealing = (collapsed: ReadonlySet<SpanId>, node: TraceNode): ReadonlySet<SpanId> => {
  const open = new Set(collapsed);
  for (let above = node.parent; above !== undefined; above = above.parent) open.delete(above.span.spanId);
  return open.size === collapsed.size ? collapsed : open;
};
