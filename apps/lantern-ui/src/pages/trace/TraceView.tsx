import { operationOf, serviceOf, type SpanId, type TraceId } from '@lantern/telemetry-model';
import { useHotkeys, useLocalStorage, useMediaQuery } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useMemo, useRef } from 'react';
import type { TraceOverview } from '../../api/trace/trace-api.js';
import type { LogLine } from '../../api/log-line.js';
import { traceLogsQuery } from '../../api/trace-logs.js';
import { loadCode } from '../../shared/load-code.js';
import { Splitter } from '../../shared/Splitter.js';
import { DetectionSummary } from './detections/DetectionSummary.js';
import { MarkChip } from './detections/MarkChip.js';
import { useDetections } from './detections/use-detections.js';
import { SpanPanel } from './span/SpanPanel.js';
import { NO_ROW, rowOf } from './row-steps.js';
import { ServiceFilter } from './ServiceFilter.js';
import { ENTRY_FILTERS, entriesOf, passes } from './trace-entries.js';
import { TraceHeader } from './TraceHeader.js';
import { EntryFilterSelect, PathButton, TraceToolbar } from './TraceToolbar.js';
import classes from './TraceView.module.css';
import { useFind } from './use-find.js';
import { useTraceAddress } from './use-trace-address.js';
import { useWaterfall } from './use-waterfall.js';
import { ViewMenu } from './ViewMenu.js';
import { ViewSkeleton } from './ViewWaiting.js';
import { Minimap } from './waterfall/Minimap.js';
import { Waterfall, type WaterfallHandle } from './waterfall/Waterfall.js';
import { visibleText } from '../../shared/visible-text.js';

const FlameGraph = lazy(loadCode(() => import('./flame/FlameGraph.js')));
const CallGraph = lazy(loadCode(() => import('./graph/CallGraph.js')));
const Statistics = lazy(loadCode(() => import('./statistics/Statistics.js')));
const SpanList = lazy(loadCode(() => import('./spans/SpanList.js')));
const Detections = lazy(loadCode(() => import('./detections/Detections.js')));
const LogsView = lazy(
  loadCode(() => import('./LogsView.js').then((module) => ({ default: module.LogsView }))),
);

interface TraceViewProps {
  readonly traceId: TraceId;
  /** Trace with at least one span. */
  readonly trace: TraceOverview;
  /** File that the trace was opened from. Undefined for a trace of Lantern. */
  readonly file: string | undefined;
  /** Reason why the latest refetch failed. */
  readonly staleBecause: string | undefined;
}

const NO_LINES: readonly LogLine[] = [];

export const TraceView = ({ traceId, trace, file, staleBecause }: TraceViewProps) => {
  const address = useTraceAddress();
  const { table } = trace;
  const [panelSize, setPanelSize] = useLocalStorage({ key: 'lantern.trace.panel', defaultValue: 480 });
  const [isPathShown, setPathShown] = useLocalStorage({ key: 'lantern.trace.path', defaultValue: true });
  const isPanelBeside = useMediaQuery('(min-width: 861px)', true, { getInitialValueInEffect: false });
  const findBox = useRef<HTMLInputElement>(null);
  const waterfall = useRef<WaterfallHandle>(null);

  const logs = useQuery({
    ...traceLogsQuery(
      traceId,
      table.startUnixNano,
      table.startUnixNano + BigInt(Math.round(table.duration)),
      file,
    ),
    // The query key changes with the times of a growing trace.
    placeholderData: keepPreviousData,
  });
  const find = useFind(traceId, trace, address.find, (text) => address.change({ find: text }));
  const detections = useDetections(traceId, trace, address.marked, address.view === 'detections');
  const matches = find.flags ?? detections.flags;
  const model = useWaterfall(trace, logs.data ?? NO_LINES, address, address.change);
  const { marks, selected, time } = model;
  const filterCounts = useMemo(
    () =>
      new Map(ENTRY_FILTERS.map((name) => [name, marks.list.filter((entry) => passes(entry, name)).length])),
    [marks],
  );

  const step = (among: 'matches' | 'errors', direction: 1 | -1) =>
    model.openFlagged(among === 'errors' ? table.isError : matches, direction);
  const stepRow = (direction: 1 | -1) => {
    // Other views show the cursor in the panel only.
    if (address.view !== 'waterfall' && selected === NO_ROW) return;
    model.moveBy(direction);
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
    ['[', model.expandAll],
    [']', model.collapseAll],
    ['p', model.collapseOne],
    ['o', model.expandOne],
    ['l', () => showView(address.view === 'logs' ? 'waterfall' : 'logs')],
    ['/', () => findBox.current?.focus()],
    ['ctrl+b', () => findBox.current?.focus()],
    ['Escape', () => !isCovered() && (selected === NO_ROW ? find.change('') : model.close())],
  ]);

  const openId = (spanId: SpanId) => {
    const row = rowOf(table.spanIds, spanId);
    if (row !== NO_ROW) model.open(row);
  };
  const shared = { traceId, trace, matches, selected, onOpen: model.open };
  return (
    <article className={classes.view}>
      <title>{visibleText(`${serviceOf(table, 0)} ${operationOf(table, 0)} · Lantern`)}</title>
      <TraceHeader
        traceId={traceId}
        trace={trace}
        staleBecause={staleBecause}
        onOpen={model.open}
        detections={<DetectionSummary detections={detections.list} onShow={() => showView('detections')} />}
      >
        <ViewMenu
          view={address.view}
          traceId={traceId}
          table={table}
          isFromFile={file !== undefined}
          onView={showView}
        />
      </TraceHeader>
      <TraceToolbar
        find={find.text}
        onFind={find.change}
        findBox={findBox}
        matchCount={find.rows?.length}
        matchPlace={find.rows === undefined ? 0 : find.rows.indexOf(model.cursor) + 1}
        errorCount={table.errorCount}
        onStep={step}
      >
        {detections.marked !== undefined && (
          <MarkChip
            title={detections.marked.title}
            count={detections.marked.rows.length}
            onStep={(direction) => model.openFlagged(detections.flags, direction)}
            onClear={() => address.change({ marked: undefined })}
          />
        )}
        {address.view === 'waterfall' && (
          <>
            {marks.list.length > 0 && (
              <EntryFilterSelect
                value={model.filter}
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
                  trace={trace}
                  model={model}
                  matches={matches}
                  isPathShown={isPathShown}
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
            {address.view === 'detections' && (
              <Detections
                trace={trace}
                query={detections.query}
                onOpen={model.open}
                onMark={({ kind, rows: [first = 0] }) => {
                  address.change({ view: 'waterfall', marked: kind });
                  model.open(first);
                }}
              />
            )}
            {address.view === 'logs' && (
              <LogsView traceId={traceId} table={table} logs={logs} onOpenSpan={openId} />
            )}
          </Suspense>
        </div>
        {selected !== NO_ROW && (
          <>
            {isPanelBeside && (
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
              openLine={model.openEntry?.row === selected ? model.openEntry.line?.key : undefined}
              onOpen={model.open}
              onClose={model.close}
            />
          </>
        )}
      </div>
    </article>
  );
};

/** Whether a dialog or a menu is open, which then handles the keys. */
const isCovered = (): boolean => document.querySelector('[role=dialog], [role=menu]') !== null;
