import { at } from './column.js';
import { byColumn, type SpanTable } from './span-table.js';
import { SpanKind } from './span.js';

/**
 * Critical path of a trace: at each moment the one span that the end of the trace waited for, in the order of time. One
 * row per section. Times are nanoseconds since the start of the trace.
 */
export interface CriticalPath {
  /** Row of the span in its table. */
  readonly row: Uint32Array;
  readonly from: Float64Array;
  readonly to: Float64Array;
}

const NONE = -1;

/**
 * Computes the critical path. From the end of each root it goes back to the child that ended last, and into that child:
 *
 *     a  ├──────────────────┤
 *     b    ├────┤                 ended while c ran: not on the path
 *     c      ├──────┤
 *     d               ├──┤
 *     path a  c       a d   a
 *        ├─┤├──────┤├─┤├──┤├─┤
 *
 * Children are clipped to their parent. A child outside of its parent is skipped with its descendants. A CONSUMER does not
 * block its PRODUCER, so it is skipped too. The rules are those of Jaeger's UI with one exception: a child that ends when
 * the next one starts is on the path here.
 *
 * Sorts the spans once by end and is otherwise linear. It does not recurse, so the depth is not limited.
 */
export const criticalPath = (table: SpanTable): CriticalPath => {
  const { start, end, isInside } = clipToParents(table);
  const { last, earlier } = childrenByEnd(table, end, isInside);

  const sections: { row: number; from: number; to: number }[] = [];
  const add = (row: number, from: number, to: number) => {
    if (to > from) sections.push({ row, from, to });
  };
  for (let root = table.length; root > 0;) {
    root = previousRoot(table, root);
    let here = root;
    let cursor = at(end, root);
    while (here !== NONE) {
      let child = at(last, here);
      while (child !== NONE && at(end, child) > cursor) child = at(earlier, child);
      if (child === NONE) {
        add(here, at(start, here), cursor);
        cursor = Math.min(cursor, at(start, here));
        here = here === root ? NONE : at(table.parent, here);
      } else {
        // The parent's remaining time is before this child.
        last[here] = at(earlier, child);
        add(here, at(end, child), cursor);
        cursor = at(end, child);
        here = child;
      }
    }
  }
  // Roots may overlap, so the sections need a sort by time.
  sections.reverse().sort((a, b) => a.from - b.from || a.to - b.to);
  return {
    row: Uint32Array.from(sections, ({ row }) => row),
    from: Float64Array.from(sections, ({ from }) => from),
    to: Float64Array.from(sections, ({ to }) => to),
  };
};

/** Returns the time of each span on the critical path, in nanoseconds. */
export const criticalTimes = (table: Pick<SpanTable, 'length'>, path: CriticalPath): Float64Array => {
  const times = new Float64Array(table.length);
  for (const [i, row] of path.row.entries()) times[row] = at(times, row) + at(path.to, i) - at(path.from, i);
  return times;
};

const previousRoot = (table: SpanTable, before: number): number => {
  let row = before - 1;
  while (at(table.parent, row) !== NONE) row--;
  return row;
};

const clipToParents = (table: SpanTable) => {
  const start = Float64Array.from(table.start);
  const end = Float64Array.from(table.end, (time, row) => Math.max(time, at(table.start, row)));
  const isInside = new Uint8Array(table.length).fill(1);
  for (let row = 0; row < table.length; row++) {
    const above = at(table.parent, row);
    if (above === NONE) continue;
    const isHandedOver =
      at(table.kind, above) === SpanKind.producer && at(table.kind, row) === SpanKind.consumer;
    const isOutside = at(start, row) > at(end, above) || at(end, row) < at(start, above);
    if (at(isInside, above) === 0 || isHandedOver || isOutside) {
      isInside[row] = 0;
      continue;
    }
    start[row] = Math.max(at(start, row), at(start, above));
    end[row] = Math.min(at(end, row), at(end, above));
  }
  return { start, end, isInside };
};

/** Returns the last-ending child of each span, and for each child the sibling that ends next before it. */
const childrenByEnd = (table: SpanTable, end: Float64Array, isInside: Uint8Array) => {
  const last = new Int32Array(table.length).fill(NONE);
  const earlier = new Int32Array(table.length).fill(NONE);
  for (const row of byColumn(end)) {
    const above = at(table.parent, row);
    if (above === NONE || at(isInside, row) === 0) continue;
    earlier[row] = at(last, above);
    last[above] = row;
  }
  return { last, earlier };
};
