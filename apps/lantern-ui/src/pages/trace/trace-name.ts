import type { TraceNode, TraceTree } from '@lantern/telemetry-model';

/** The span that names the trace: the earliest without a parent, else the earliest whose parent is missing. */
export const rootOf = (tree: TraceTree): TraceNode | undefined => tree.roots[0];

/** `api-gateway POST /orders`. */
export const traceName = (tree: TraceTree): string => {
  const root = rootOf(tree);
  return root === undefined ? 'Trace' : `${root.service} ${root.span.name}`;
};
