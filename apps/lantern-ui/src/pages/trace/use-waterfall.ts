import type { SpanId } from '@lantern/telemetry-model';
import { useDebouncedCallback } from '@mantine/hooks';
import { useMemo, useState } from 'react';
import type { LogLine } from '../../api/log-line.js';
import type { TraceOverview } from '../../api/trace/trace-api.js';
import { nextFlagged, nextSpan, NO_ROW, rowOf } from './row-steps.js';
import { defaultFilter, filterEntries, traceEntries, type TraceEntry } from './trace-entries.js';
import { useTimeWindow } from './use-time-window.js';
import type { TraceAddress } from './use-trace-address.js';
import { PathSections } from './waterfall/path-sections.js';
import { collapseAll, collapseOne, expandOne, revealing, waterfallRows } from './waterfall/waterfall-rows.js';

/** View model of the waterfall: its rows, cursor, selection and time window, and the actions that change them. */
export type WaterfallModel = ReturnType<typeof useWaterfall>;

const NOTHING_COLLAPSED: ReadonlySet<SpanId> = new Set();

/** Time after which a moving cursor updates the open details. */
const SETTLED_MILLIS = 120;

/**
 * Keeps the state of the waterfall while another view is shown.
 *
 * @param lines log lines of the trace
 * @param change updates the URL
 */
export const useWaterfall = (
  { table, events, path: criticalPath }: TraceOverview,
  lines: readonly LogLine[],
  address: TraceAddress,
  change: (changes: Partial<TraceAddress>) => void,
) => {
  const [collapsed, setCollapsed] = useState(NOTHING_COLLAPSED);
  const [cursorId, setCursorId] = useState(address.spanId);
  // Spans may share an ID. The row that the user selected then decides, as long as it has that ID.
  const [chosenRow, setChosenRow] = useState(NO_ROW);
  const [openEntry, setOpenEntry] = useState<TraceEntry>();

  const marks = useMemo(() => traceEntries(table, events, lines), [table, events, lines]);
  const filter = address.entries ?? defaultFilter(marks);
  const entries = useMemo(() => filterEntries(table, marks, filter), [table, marks, filter]);
  const hiddenKey = address.hidden.join('\n');
  const hidden = useMemo(() => new Set(hiddenKey === '' ? [] : hiddenKey.split('\n')), [hiddenKey]);
  const rows = useMemo(
    () => waterfallRows(table, { collapsed, hidden, entries }),
    [table, collapsed, hidden, entries],
  );
  const path = useMemo(() => new PathSections(criticalPath, table.length), [criticalPath, table.length]);
  const time = useTimeWindow(address.window, table.duration, (window) => change({ window }));

  const selected = useMemo(
    () => rowOf(table.spanIds, address.spanId, chosenRow),
    [table, address.spanId, chosenRow],
  );
  const cursorRow = useMemo(() => rowOf(table.spanIds, cursorId, chosenRow), [table, cursorId, chosenRow]);
  const cursor = cursorRow === NO_ROW ? selected : cursorRow;
  const follow = useDebouncedCallback((spanId: SpanId) => change({ spanId }), SETTLED_MILLIS);

  /** Moves the cursor, expands what hides the row, and returns the ID of its span. */
  const point = (row: number): SpanId | undefined => {
    const id = table.spanIds[row];
    if (id === undefined) return undefined;
    setCursorId(id);
    setChosenRow(row);
    setCollapsed((current) => revealing(table, current, row));
    return id;
  };
  const moveTo = (row: number) => {
    const id = point(row);
    if (id !== undefined && selected !== NO_ROW) follow(id);
  };
  const open = (row: number, entry?: TraceEntry) => {
    const id = point(row);
    if (id === undefined) return;
    follow.cancel();
    setOpenEntry(entry);
    change({ spanId: id });
  };
  return {
    rows,
    /** IDs of the spans whose descendants are hidden. */
    collapsed,
    /** All entries, drawn as marks on the bars. */
    marks,
    filter,
    /** Entries that have rows. */
    entries,
    path,
    time,
    /** Row whose details are shown; -1 for none. */
    selected,
    /** Row of the keyboard cursor; -1 for none. */
    cursor,
    openEntry,
    moveTo,
    /** Moves the cursor to the previous or next row. */
    moveBy: (direction: 1 | -1) => moveTo(nextSpan(rows, cursor, direction)),
    open,
    /** Opens the next flagged row in reading order, starting at the cursor. Wraps around at the end. */
    openFlagged: (flags: Uint8Array | undefined, direction: 1 | -1) => {
      const next = flags === undefined ? NO_ROW : nextFlagged(flags, cursor, direction);
      if (next !== NO_ROW) open(next);
    },
    close: () => {
      follow.cancel();
      setOpenEntry(undefined);
      change({ spanId: undefined });
    },
    toggle: (row: number) => {
      const id = table.spanIds[row];
      if (id === undefined) return;
      setCollapsed((current) => {
        const next = new Set(current);
        if (!next.delete(id)) next.add(id);
        return next;
      });
    },
    collapseAll: () => setCollapsed(collapseAll(table)),
    expandAll: () => setCollapsed(NOTHING_COLLAPSED),
    collapseOne: () => setCollapsed(collapseOne(table, collapsed)),
    expandOne: () => setCollapsed(expandOne(table, collapsed)),
  };
};
