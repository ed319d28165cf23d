import { at } from './column.js';
import { serviceOf, operationOf, type SpanTable } from './span-table.js';

/**
 * The spans of one trace that were reached over the same path of service and operation, taken together. What is a
 * node in Jaeger's trace graph.
 */
export interface CallNode {
  /** Its place in the tree's list. */
  readonly index: number;
  /** The place of the node above; -1 for one that stands at the top. */
  readonly parent: number;
  readonly depth: number;
  readonly service: string;
  readonly operation: string;
  count: number;
  errorCount: number;
  /** Nanoseconds, summed over the spans, as are the two below. */
  totalNano: number;
  selfNano: number;
  criticalNano: number;
  /** The row of the longest of its spans. */
  longest: number;
}

/** Parents before their children, each with its children in the order in which they were first called. */
export interface CallTree {
  readonly nodes: readonly CallNode[];
  /** For each span the place of its node. */
  readonly nodeOf: Uint32Array;
}

/**
 * Folds spans into calls:
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

/** Nanoseconds; 0 for a span that ends before it starts. */
export const durationOf = (table: Pick<SpanTable, 'start' | 'end'>, row: number): number =>
  Math.max(0, at(table.end, row) - at(table.start, row));
