import { at } from './column.js';
import { byColumn, type SpanTable } from './span-table.js';
import { SpanKind } from './span.js';

/**
 * What the end of the trace waited for: at each moment one span, in the order of time. Row by row in three columns;
 * times are nanoseconds since the start of the trace.
 */
export interface CriticalPath {
  /** The row of the span in its table. */
  readonly row: Uint32Array;
  readonly from: Float64Array;
  readonly to: Float64Array;
}

const NONE = -1;

/**
 * Goes back from the end of each root to whatever ended last before, and down into it:
 *
 *     a  ├──────────────────┤
 *     b    ├────┤                 did not end last while c ran: not on the path
 *     c      ├──────┤
 *     d               ├──┤
 *     path a  c       a d   a
 *        ├─┤├──────┤├─┤├──┤├─┤
 *
 * Children are clipped to their parent; one that lies outside of it is left out with all below it. What a PRODUCER hands
 * to a CONSUMER does not block the producer, and is left out too. The rules are those of Jaeger's UI, but for one: there
 * a child that ends at the very moment at which the next one starts is passed over, here it is on the path.
 *
 * Sorted once by end, then linear, and without recursion: depth is not limited.
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
        // When the walk comes back it goes on before this child.
        last[here] = at(earlier, child);
        add(here, at(end, child), cursor);
        cursor = at(end, child);
        here = child;
      }
    }
  }
  // Roots may overlap, so the walk from the end alone does not bring all sections into the order of time.
  sections.reverse().sort((a, b) => a.from - b.from || a.to - b.to);
  return {
    row: Uint32Array.from(sections, ({ row }) => row),
    from: Float64Array.from(sections, ({ from }) => from),
    to: Float64Array.from(sections, ({ to }) => to),
  };
};

/** How long each span was what the end of the trace waited for, in nanoseconds. */
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

/** For each span the child that ends last, and for each child the sibling that ends next before it. */
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
