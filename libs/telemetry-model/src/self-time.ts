import type { TraceNode, TraceTree } from './trace-tree.js';
import type { DurationNano, UnixNano } from './units.js';

/** From `startUnixNano` to `endUnixNano`, never empty. */
export interface Interval {
  readonly startUnixNano: UnixNano;
  readonly endUnixNano: UnixNano;
}

/**
 * When the span worked itself: its own time without the times of its children, in order, without overlaps. Children
 * may overlap each other and may reach beyond their parent.
 *
 *     parent   ├──────────────┤
 *     child      ├───┤
 *     child        ├────┤
 *     child                 ├──────┤
 *     self     ├─┤      ├───┤
 */
export const selfIntervals = (node: Pick<TraceNode, 'span' | 'children'>): Interval[] => {
  const { startUnixNano, endUnixNano } = node.span;
  const intervals: Interval[] = [];
  let cursor = startUnixNano;
  for (const { span } of node.children) {
    if (cursor >= endUnixNano) break;
    if (span.endUnixNano <= cursor || span.endUnixNano <= span.startUnixNano) continue;
    const busyFrom = span.startUnixNano < endUnixNano ? span.startUnixNano : endUnixNano;
    if (busyFrom > cursor) intervals.push({ startUnixNano: cursor, endUnixNano: busyFrom });
    cursor = span.endUnixNano;
  }
  if (cursor < endUnixNano) intervals.push({ startUnixNano: cursor, endUnixNano });
  return intervals;
};

/** How long a service worked on a trace. */
export interface ServiceTime {
  readonly service: string;
  /** Wall time during which at least one span of the service worked itself; parallel work counts once. */
  readonly busyNano: DurationNano;
  /** The operation with the largest self time in this service, summed over its spans. */
  readonly operation: string;
  /** The span of that operation with the largest self time. */
  readonly longest: TraceNode;
}

/**
 * Which service took the time of the trace: the longest first. Because parallel work counts once, no service
 * exceeds the duration of the trace.
 */
export const timeByService = (tree: Pick<TraceTree, 'nodes'>): ServiceTime[] => {
  const services = new Map<string, { intervals: Interval[]; operations: Map<string, OperationTime> }>();
  for (const node of tree.nodes) {
    const intervals = selfIntervals(node);
    if (intervals.length === 0) continue;
    let service = services.get(node.service);
    if (service === undefined)
      services.set(node.service, (service = { intervals: [], operations: new Map() }));
    for (const interval of intervals) service.intervals.push(interval);
    addTo(service.operations, node, totalNano(intervals));
  }
  return [...services]
    .map(([service, { intervals, operations }]) => {
      const { node, name } = longestOf(operations);
      return { service, busyNano: unionNano(intervals), operation: name, longest: node };
    })
    .sort((a, b) => (a.busyNano < b.busyNano ? 1 : a.busyNano > b.busyNano ? -1 : 0));
};

interface OperationTime {
  readonly name: string;
  totalNano: DurationNano;
  longestNano: DurationNano;
  node: TraceNode;
}

const addTo = (operations: Map<string, OperationTime>, node: TraceNode, selfNano: DurationNano): void => {
  const { name } = node.span;
  const operation = operations.get(name);
  if (operation === undefined) {
    operations.set(name, { name, totalNano: selfNano, longestNano: selfNano, node });
    return;
  }
  operation.totalNano += selfNano;
  if (selfNano > operation.longestNano) {
    operation.longestNano = selfNano;
    operation.node = node;
  }
};

const longestOf = (operations: ReadonlyMap<string, OperationTime>): OperationTime =>
  [...operations.values()].reduce((best, operation) =>
    operation.totalNano > best.totalNano ? operation : best,
  );

const totalNano = (intervals: readonly Interval[]): DurationNano =>
  intervals.reduce((total, { startUnixNano, endUnixNano }) => total + endUnixNano - startUnixNano, 0n);

/** The length of the union of the intervals, in whatever order they come. */
const unionNano = (intervals: readonly Interval[]): DurationNano => {
  const sorted = intervals.toSorted((a, b) =>
    a.startUnixNano < b.startUnixNano ? -1 : a.startUnixNano > b.startUnixNano ? 1 : 0,
  );
  let total = 0n;
  let coveredTo = 0n;
  for (const { startUnixNano, endUnixNano } of sorted) {
    if (endUnixNano <= coveredTo) continue;
    total += endUnixNano - (startUnixNano > coveredTo ? startUnixNano : coveredTo);
    coveredTo = endUnixNano;
  }
  return total;
};
