import { at, type SpanId, type SpanTable } from '@lantern/telemetry-model';
import type { TraceEntries } from '../trace-entries.js';

export interface RowChoice {
  /** IDs of the spans whose descendants are hidden. */
  readonly collapsed: ReadonlySet<SpanId>;
  /** Services whose spans are hidden. Spans that they called stay visible. */
  readonly hidden: ReadonlySet<string>;
  /** Entries that have rows among the children of their span, sorted by time. */
  readonly entries: TraceEntries;
}

/**
 * Returns the rows of the waterfall from top to bottom: the row of a span in the table, or `-1 - n` for entry n.
 *
 *     POST /orders     0   ├────────────────┤
 *       · order received  -1   ·
 *       GET /users     1      ├──┤
 *       · charging        -2        ·
 *       charge         2             ├────┤
 *         ! declined      -3              !
 *       · order failed    -4                 ·
 */
export const waterfallRows = (table: SpanTable, { collapsed, hidden, entries }: RowChoice): Int32Array => {
  const rows = new Int32Array(table.length + entries.list.length);
  const isHidden = table.services.map((service) => hidden.has(service));
  let length = 0;
  /** Stack of the open spans, each with its remaining entries. */
  const open: { behind: number; next: number; end: number }[] = [];
  const showUntil = (span: { next: number; end: number }, time: number) => {
    while (span.next < span.end && (entries.list[span.next]?.time ?? 0) < time)
      rows[length++] = -1 - span.next++;
  };
  const leaveUntil = (row: number) => {
    for (let last = open.at(-1); last !== undefined && last.behind <= row; last = open.at(-1)) {
      showUntil(last, Infinity);
      open.pop();
    }
  };
  for (let row = 0; row < table.length;) {
    leaveUntil(row);
    const above = open.at(-1);
    if (above !== undefined) showUntil(above, at(table.start, row));
    const behind = row + at(table.subtreeSize, row);
    const isShown = isHidden[at(table.service, row)] !== true;
    if (isShown) rows[length++] = row;
    if (isShown && collapsed.size > 0 && collapsed.has(table.spanIds[row] ?? ('' as SpanId))) {
      row = behind;
      continue;
    }
    const next = at(entries.firstOf, row);
    const end = isShown ? at(entries.firstOf, row + 1) : next;
    open.push({ behind, next, end });
    row++;
  }
  leaveUntil(table.length);
  return rows.subarray(0, length);
};

/** Whether the row has something to collapse. */
export const hasBelow = (table: SpanTable, entries: TraceEntries, row: number): boolean =>
  at(table.subtreeSize, row) > 1 || at(entries.firstOf, row + 1) > at(entries.firstOf, row);

/** Returns all spans that have children. */
export const collapseAll = (table: SpanTable): ReadonlySet<SpanId> =>
  new Set(table.spanIds.filter((_, row) => at(table.subtreeSize, row) > 1));

/** Collapses the deepest expanded spans. */
export const collapseOne = (table: SpanTable, collapsed: ReadonlySet<SpanId>): ReadonlySet<SpanId> => {
  const open = openParents(table, collapsed).filter(({ isCollapsed }) => !isCollapsed);
  const deepest = open.reduce((most, { depth }) => Math.max(most, depth), -1);
  return new Set([...collapsed, ...open.filter(({ depth }) => depth === deepest).map(({ id }) => id)]);
};

/** Expands the highest collapsed spans. */
export const expandOne = (table: SpanTable, collapsed: ReadonlySet<SpanId>): ReadonlySet<SpanId> => {
  const closed = openParents(table, collapsed).filter(({ isCollapsed }) => isCollapsed);
  const highest = closed.reduce((least, { depth }) => Math.min(least, depth), Infinity);
  const opened = new Set(closed.filter(({ depth }) => depth === highest).map(({ id }) => id));
  return new Set([...collapsed].filter((id) => !opened.has(id)));
};

/** Returns the collapsed spans without those that hide the row. */
export const revealing = (
  table: SpanTable,
  collapsed: ReadonlySet<SpanId>,
  row: number,
): ReadonlySet<SpanId> => {
  const open = new Set(collapsed);
  for (let above = at(table.parent, row); above !== -1; above = at(table.parent, above)) {
    open.delete(table.spanIds[above] ?? ('' as SpanId));
  }
  return open.size === collapsed.size ? collapsed : open;
};

/** Returns the visible spans that have children. */
const openParents = (table: SpanTable, collapsed: ReadonlySet<SpanId>) => {
  const parents: { id: SpanId; depth: number; isCollapsed: boolean }[] = [];
  for (let row = 0; row < table.length;) {
    const id = table.spanIds[row] ?? ('' as SpanId);
    const size = at(table.subtreeSize, row);
    const isCollapsed = collapsed.has(id);
    if (size > 1) parents.push({ id, depth: at(table.depth, row), isCollapsed });
    row += isCollapsed ? size : 1;
  }
  return parents;
};
