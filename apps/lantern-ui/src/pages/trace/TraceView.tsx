import { operationOf, serviceOf, type SpanId, type TraceId } from '@lantern/telemetry-model';
import { useDebouncedCallback, useHotkeys, useLocalStorage, useMediaQuery } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useMemo, useRef, useState } from 'react';
import type { TraceOverview } from '../../api/trace/trace-api.js';
import type { LogLine } from '../../api/log-line.js';
import { traceLogsQuery } from '../../api/trace-logs.js';
import { loadCode } from '../../shared/load-code.js';
import { Splitter } from '../../shared/Splitter.js';
import { SpanPanel } from './span/SpanPanel.js';
import { nextFlagged, nextSpan, NO_ROW } from './row-steps.js';
import { ServiceFilter } from './ServiceFilter.js';
import {
  defaultFilter,
  ENTRY_FILTERS,
  entriesOf,
  filterEntries,
  passes,
  traceEntries,
  type TraceEntry,
} from './trace-entries.js';
import { TraceHeader } from './TraceHeader.js';
import { EntryFilterSelect, PathButton, TraceToolbar } from './TraceToolbar.js';
import classes from './TraceView.module.css';
import { useFind } from './use-find.js';
import { useTimeWindow } from './use-time-window.js';
import { useTraceAddress } from './use-trace-address.js';
import { ViewMenu } from './ViewMenu.js';
import { ViewSkeleton } from './ViewWaiting.js';
import { Minimap } from './waterfall/Minimap.js';
import { PathSections } from './waterfall/path-sections.js';
import { Waterfall, type WaterfallHandle } from './waterfall/Waterfall.js';
import { collapseAll, collapseOne, expandOne, revealing, waterfallRows } from './waterfall/waterfall-rows.js';
import { visibleText } from '../../shared/visible-text.js';

const FlameGraph = lazy(loadCode(() => import('./flame/FlameGraph.js')));
const CallGraph = lazy(loadCode(() => import('./graph/CallGraph.js')));
const Statistics = lazy(loadCode(() => import('./statistics/Statistics.js')));
const SpanList = lazy(loadCode(() => import('./spans/SpanList.js')));
const LogsView = lazy(
  loadCode(() => import('./LogsView.js').then((module) => ({ default: module.LogsView }))),
);

interface TraceViewProps {
  readonly traceId: TraceId;
  /** Trace with at least one span. */
  readonly trace: TraceOverview;
  /** Whether the trace comes from an opened file, not from Lantern. */
  readonly isFromFile: boolean;
  /** Reason why the latest refetch failed. */
  readonly staleBecause: string | undefined;
}

const NOTHING_COLLAPSED: ReadonlySet<SpanId> = new Set();
const NO_LINES: readonly LogLine[] = [];

export const TraceView = ({ traceId, trace, isFromFile, staleBecause }: TraceViewProps) => {
  const address = useTraceAddress();
  const { table } = trace;
  const [collapsed, setCollapsed] = useState(NOTHING_COLLAPSED);
  const [cursorId, setCursorId] = useState(address.spanId);
  const [openEntry, setOpenEntry] = useState<TraceEntry>();
  const [panelSize, setPanelSize] = useLocalStorage({ key: 'lantern.trace.panel', defaultValue: 480 });
  const [isPathShown, setPathShown] = useLocalStorage({ key: 'lantern.trace.path', defaultValue: true });
  const isTall = useMediaQuery('(min-width: 861px)', true, { getInitialValueInEffect: false });
  const findBox = useRef<HTMLInputElement>(null);
  const waterfall = useRef<WaterfallHandle>(null);

  const logs = useQuery({
    ...traceLogsQuery(traceId, table.startUnixNano, table.startUnixNano + BigInt(Math.round(table.duration))),
    // The query key changes with the times of a growing trace.
    placeholderData: keepPreviousData,
  });
  const marks = useMemo(
    () => traceEntries(table, trace.events, logs.data ?? NO_LINES),
    [table, trace.events, logs.data],
  );
  const filter = address.entries ?? defaultFilter(marks);
  const entries = useMemo(() => filterEntries(table, marks, filter), [table, marks, filter]);
  const filterCounts = useMemo(
    () =>
      new Map(ENTRY_FILTERS.map((name) => [name, marks.list.filter((entry) => passes(entry, name)).length])),
    [marks],
  );

  const hiddenKey = address.hidden.join('\n');
  const hidden = useMemo(() => new Set(hiddenKey === '' ? [] : hiddenKey.split('\n')), [hiddenKey]);
  const rows = useMemo(
    () => waterfallRows(table, { collapsed, hidden, entries }),
    [table, collapsed, hidden, entries],
  );
  const path = useMemo(() => new PathSections(trace.path, table.length), [trace.path, table.length]);

  const find = useFind(traceId, trace, address.find, (text) => address.change({ find: text }));
  // Spans may share an ID. The row that the user selected then decides, as long as it has that ID.
  const [chosenRow, setChosenRow] = useState(NO_ROW);
  const selected = useMemo(
    () => rowOf(table.spanIds, address.spanId, chosenRow),
    [table, address.spanId, chosenRow],
  );
  const cursorRow = useMemo(() => rowOf(table.spanIds, cursorId, chosenRow), [table, cursorId, chosenRow]);
  const cursor = cursorRow === NO_ROW ? selected : cursorRow;

  const time = useTimeWindow(address.window, table.duration, (window) => address.change({ window }));
  const follow = useDebouncedCallback((spanId: SpanId) => address.change({ spanId }), 120);

  const moveTo = (row: number) => {
    const id = table.spanIds[row];
    if (id === undefined) return;
    setCursorId(id);
    setChosenRow(row);
    setCollapsed((current) => revealing(table, current, row));
    if (selected !== NO_ROW) follow(id);
  };
  const open = (row: number, entry?: TraceEntry) => {
    const id = table.spanIds[row];
    if (id === undefined) return;
    follow.cancel();
    setCursorId(id);
    setChosenRow(row);
    setOpenEntry(entry);
    setCollapsed((current) => revealing(table, current, row));
    address.change({ spanId: id });
  };
  const close = () => {
    follow.cancel();
    setOpenEntry(undefined);
    address.change({ spanId: undefined });
  };
  const toggle = (row: number) => {
    const id = table.spanIds[row];
    if (id === undefined) return;
    setCollapsed((current) => {
      const next = new Set(current);
      if (!next.delete(id)) next.add(id);
      return next;
    });
  };

  /** Steps through matches or errors in reading order, starting at the cursor. Wraps around at the end. */
  const step = (among: 'matches' | 'errors', direction: 1 | -1) => {
    const flags = among === 'errors' ? table.isError : find.flags;
    const next = flags === undefined ? NO_ROW : nextFlagged(flags, cursor, direction);
    if (next !== NO_ROW) open(next);
  };
  const stepRow = (direction: 1 | -1) => {
    // Other views show the cursor in the panel only.
    if (address.view !== 'waterfall' && selected === NO_ROW) return;
    moveTo(nextSpan(rows, cursor, direction));
    // The tree draws the cursor, and Enter opens it, while the tree has the focus.
    waterfall.current?.focus();
  };
  const showView = (view: typeof address.view) => {
    if (view !== address.view) address.change({ view });
  };

  // Jaeger's shortcuts, and those of common readers.
  useHotkeys([
    ['j', () => stepRow(1)],
    ['k', () => stepRow(-1)],
    ['f', () => stepRow(1)],
    ['b', () => stepRow(-1)],
    ['s', () => waterfall.current?.scrollPage(1)],
    ['w', () => waterfall.current?.scrollPage(-1)],
    ['a', () => time.pan(-0.1)],
    ['d', () => time.pan(0.1)],
    ['shift+a', () => time.pan(-0.5)],
    ['shift+d', () => time.pan(0.5)],
    ['ArrowLeft', () => time.pan(-0.1)],
    ['ArrowRight', () => time.pan(0.1)],
    ['shift+ArrowLeft', () => time.pan(-0.5)],
    ['shift+ArrowRight', () => time.pan(0.5)],
    ['ArrowUp', () => time.zoom(1.25)],
    ['ArrowDown', () => time.zoom(1 / 1.25)],
    ['e', () => step('errors', 1)],
    ['shift+e', () => step('errors', -1)],
    ['[', () => setCollapsed(NOTHING_COLLAPSED)],
    [']', () => setCollapsed(collapseAll(table))],
    ['p', () => setCollapsed(collapseOne(table, collapsed))],
    ['o', () => setCollapsed(expandOne(table, collapsed))],
    ['l', () => showView(address.view === 'logs' ? 'waterfall' : 'logs')],
    ['/', () => findBox.current?.focus()],
    ['ctrl+b', () => findBox.current?.focus()],
    ['Escape', () => !isCovered() && (selected === NO_ROW ? find.change('') : close())],
  ]);

  const openId = (spanId: SpanId) => {
    const row = rowOf(table.spanIds, spanId);
    if (row !== NO_ROW) open(row);
  };
  const shared = { traceId, trace, matches: find.flags, selected, onOpen: open };
  return (
    <article className={classes.view}>
      <title>{visibleText(`${serviceOf(table, 0)} ${operationOf(table, 0)} · Lantern`)}</title>
      <TraceHeader traceId={traceId} trace={trace} staleBecause={staleBecause} onOpen={open}>
        <ViewMenu
          view={address.view}
          traceId={traceId}
          table={table}
          isFromFile={isFromFile}
          onView={showView}
        />
      </TraceHeader>
      <TraceToolbar
        find={find.text}
        onFind={find.change}
        findBox={findBox}
        matchCount={find.rows?.length}
        matchPlace={find.rows === undefined ? 0 : find.rows.indexOf(cursor) + 1}
        errorCount={table.errorCount}
        onStep={step}
      >
        {address.view === 'waterfall' && (
          <>
            {marks.list.length > 0 && (
              <EntryFilterSelect
                value={filter}
                counts={filterCounts}
                onChange={(next) => address.change({ entries: next })}
              />
            )}
            <PathButton isOn={isPathShown} onChange={setPathShown} />
            {table.services.length > 1 && (
              <ServiceFilter
                table={table}
                times={trace.timeTaken}
                hidden={address.hidden}
                onChange={(next) => address.change({ hidden: next })}
              />
            )}
          </>
        )}
      </TraceToolbar>
      <div className={classes.body} style={{ '--panel-size': `${panelSize}px` }}>
        <div className={classes.main}>
          <Suspense fallback={<ViewSkeleton what="the view" />}>
            {address.view === 'waterfall' && (
              <>
                <Minimap table={table} window={time.window} onWindow={time.show} />
                <Waterfall
                  ref={waterfall}
                  table={table}
                  badges={trace.badges}
                  rows={rows}
                  collapsed={collapsed}
                  marks={marks}
                  entries={entries}
                  path={isPathShown ? path : undefined}
                  window={time.window}
                  onWindow={time.show}
                  selected={selected}
                  cursor={cursor}
                  selectedEntry={openEntry}
                  matches={find.flags}
                  onMove={moveTo}
                  onOpen={open}
                  onOpenEntry={(entry) => open(entry.row, entry)}
                  onToggle={toggle}
                  onCollapseAll={() => setCollapsed(collapseAll(table))}
                  onExpandAll={() => setCollapsed(NOTHING_COLLAPSED)}
                />
              </>
            )}
            {address.view === 'flame' && (
              <FlameGraph
                {...shared}
                zoomedTo={address.zoomedTo}
                onZoom={(zoomedTo) => address.change({ zoomedTo })}
              />
            )}
            {address.view === 'graph' && <CallGraph {...shared} />}
            {address.view === 'statistics' && (
              <Statistics
                {...shared}
                groupBy={address.groupBy}
                onGroupBy={(groupBy) => address.change({ groupBy })}
              />
            )}
            {address.view === 'spans' && (
              <SpanList {...shared} sort={address.sort} onSort={(sort) => address.change({ sort })} />
            )}
            {address.view === 'logs' && (
              <LogsView traceId={traceId} table={table} logs={logs} onOpenSpan={openId} />
            )}
          </Suspense>
        </div>
        {selected !== NO_ROW && (
          <>
            {isTall && (
              <Splitter
                label="Width of the panel"
                value={panelSize}
                min={320}
                max={900}
                direction={-1}
                onChange={setPanelSize}
              />
            )}
            <SpanPanel
              traceId={traceId}
              trace={trace}
              row={selected}
              logs={entriesOf(marks, selected).flatMap(({ line, isStray }) =>
                line === undefined || isStray ? [] : [line],
              )}
              openLine={openEntry?.row === selected ? openEntry.line?.key : undefined}
              onOpen={open}
              onClose={close}
            />
          </>
        )}
      </div>
    </article>
  );
};

/** @param chosen row to prefer among rows with the same ID */
const rowOf = (spanIds: readonly SpanId[], spanId: SpanId | undefined, chosen = NO_ROW): number =>
  spanId === undefined ? NO_ROW : spanIds[chosen] === spanId ? chosen : spanIds.indexOf(spanId);

/** Whether a dialog or a menu is open, which then handles the keys. */
const isCovered = (): boolean => document.querySelector('[role=dialog], [role=menu]') !== null;
