import { at } from './column.js';
import { serviceOf, operationOf, type SpanTable } from './span-table.js';

/** Spans of one trace with the same path of services and operations. Jaeger's trace graph shows them as one node. */
export interface CallNode {
  /** Index of the node in the tree. */
  readonly index: number;
  /** Index of the parent; -1 for a node without a parent. */
  readonly parent: number;
  readonly depth: number;
  readonly service: string;
  readonly operation: string;
  count: number;
  errorCount: number;
  /** Sum over the spans in nanoseconds, as are the next two. */
  totalNano: number;
  selfNano: number;
  criticalNano: number;
  /** Row of its longest span. */
  longest: number;
}

/** Nodes with parents before their children, and children in the order of their first call. */
export interface CallTree {
  readonly nodes: readonly CallNode[];
  /** Index of the node of each span. */
  readonly nodeOf: Uint32Array;
}

/**
 * Merges spans into calls:
 *
 *     POST /orders                POST /orders          ×1
 *       GET /users                  GET /users          ×2
 *         SELECT            →         SELECT            ×2
 *       GET /users
 *         SELECT
 */
export const buildCallTree = (
  table: SpanTable,
  times: { readonly self: Float64Array; readonly critical: Float64Array },
): CallTree => {
  const nodes: CallNode[] = [];
  const nodeOf = new Uint32Array(table.length);
  const tops = new Map<number, CallNode>();
  const below: Map<number, CallNode>[] = [];
  for (let row = 0; row < table.length; row++) {
    const above = at(table.parent, row);
    const parent = above === -1 ? -1 : at(nodeOf, above);
    const siblings = below[parent] ?? tops;
    const call = at(table.service, row) * table.names.length + at(table.name, row);
    let node = siblings.get(call);
    if (node === undefined) {
      node = {
        index: nodes.length,
        parent,
        depth: parent === -1 ? 0 : (nodes[parent]?.depth ?? 0) + 1,
        service: serviceOf(table, row),
        operation: operationOf(table, row),
        count: 0,
        errorCount: 0,
        totalNano: 0,
        selfNano: 0,
        criticalNano: 0,
        longest: row,
      };
      nodes.push(node);
      below.push(new Map());
      siblings.set(call, node);
    }
    nodeOf[row] = node.index;
    node.count++;
    node.errorCount += at(table.isError, row);
    node.totalNano += durationOf(table, row);
    node.selfNano += at(times.self, row);
    node.criticalNano += at(times.critical, row);
    if (durationOf(table, row) > durationOf(table, node.longest)) node.longest = row;
  }
  return { nodes, nodeOf };
};

/** Returns the duration in nanoseconds; 0 for a span that ends before it starts. */
export const durationOf = (table: Pick<SpanTable, 'start' | 'end'>, row: number): number =>
  Math.max(0, at(table.end, row) - at(table.start, row));
