import {
  hasError,
  type SpanId,
  type TraceId,
  type TraceNode,
  type TraceTree,
} from '@lantern/telemetry-model';
import { useDebouncedCallback, useHotkeys, useLocalStorage, useMediaQuery } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useDeferredValue, useMemo, useRef, useState } from 'react';
import type { LogLine } from '../../api/log-line.js';
import { traceLogsQuery } from '../../api/trace-logs.js';
import { Splitter } from '../../shared/Splitter.js';
import { findInTrace } from './find-in-trace.js';
import { SidePanel } from './SidePanel.js';
import { TraceHeader } from './TraceHeader.js';
import { TraceToolbar } from './TraceToolbar.js';
import classes from './TraceView.module.css';
import { traceName } from './trace-name.js';
import { useTraceAddress, type TracePanel } from './use-trace-address.js';
import { collapsible, revealing, visibleRows } from './visible-rows.js';
import { Waterfall } from './Waterfall.js';

interface TraceViewProps {
  readonly traceId: TraceId;
  /** With at least one span. */
  readonly tree: TraceTree;
  /** Why the latest attempt to look for more spans failed. */
  readonly staleBecause: string | undefined;
}

export const TraceView = ({ traceId, tree, staleBecause }: TraceViewProps) => {
  const address = useTraceAddress();
  const [collapsed, setCollapsed] = useState<ReadonlySet<SpanId>>(new Set());
  const [cursorId, setCursorId] = useState(address.spanId);
  const [find, setFind] = useState(address.find);
  const [panelSize, setPanelSize] = useLocalStorage({ key: 'lantern.trace.panel', defaultValue: 480 });
  const isWide = useMediaQuery('(min-width: 1180px)', true, { getInitialValueInEffect: false });
  const isTall = useMediaQuery('(min-width: 861px)', true, { getInitialValueInEffect: false });
  const findBox = useRef<HTMLInputElement>(null);

  const logs = useQuery({
    ...traceLogsQuery(traceId, tree.startUnixNano, tree.endUnixNano),
    // While the trace grows its times change, and with them the question.
    placeholderData: (previous) => previous,
  });
  const logsBySpan = useMemo(() => groupBySpan(logs.data ?? []), [logs.data]);

  const rows = useMemo(() => visibleRows(tree, collapsed), [tree, collapsed]);
  const wanted = useDeferredValue(find);
  const matches = useMemo(() => findInTrace(tree, wanted), [tree, wanted]);
  const errors = useMemo(() => tree.nodes.filter(({ span }) => hasError(span)), [tree]);

  const selected = nodeOf(tree, address.spanId);
  const cursor = nodeOf(tree, cursorId) ?? selected;
  const panel: TracePanel = address.panel ?? (selected === undefined ? (isWide ? 'logs' : 'none') : 'span');

  const rememberFind = useDebouncedCallback((text: string) => address.change({ find: text }), 300);
  // Holding a key moves faster than browsers let an address change.
  const follow = useDebouncedCallback((spanId: SpanId) => address.change({ spanId }), 120);

  const moveTo = (node: TraceNode) => {
    setCursorId(node.span.spanId);
    setCollapsed((current) => revealing(current, node));
    if (panel === 'span') follow(node.span.spanId);
  };
  const open = (node: TraceNode) => {
    follow.cancel();
    setCursorId(node.span.spanId);
    setCollapsed((current) => revealing(current, node));
    address.change({ spanId: node.span.spanId, panel: undefined });
  };
  const openId = (spanId: SpanId) => {
    const node = nodeOf(tree, spanId);
    if (node !== undefined) open(node);
  };
  const toggle = (node: TraceNode, isOpen: boolean) => {
    if (node.children.length === 0) return;
    setCollapsed((current) => {
      const next = new Set(current);
      if (isOpen) next.delete(node.span.spanId);
      else next.add(node.span.spanId);
      return next;
    });
  };
  const showPanel = (next: TracePanel) => {
    follow.cancel();
    address.change(next === 'none' ? { panel: next, spanId: undefined } : { panel: next });
  };

  /** Goes through some of the nodes in reading order, from the cursor on and around the end. */
  const step = (among: readonly TraceNode[], direction: 1 | -1) => {
    const here = cursor?.index ?? -1;
    const next =
      direction === 1
        ? (among.find(({ index }) => index > here) ?? among[0])
        : (among.findLast(({ index }) => index < here) ?? among.at(-1));
    if (next !== undefined) open(next);
  };
  const stepRow = (direction: 1 | -1) => {
    const at = cursor === undefined ? -1 : rows.indexOf(cursor);
    const next = rows[Math.min(rows.length - 1, Math.max(0, at + direction))];
    if (next !== undefined) moveTo(next);
  };

  useHotkeys([
    ['j', () => stepRow(1)],
    ['k', () => stepRow(-1)],
    ['e', () => step(errors, 1)],
    ['shift+e', () => step(errors, -1)],
    ['[', () => setCollapsed(new Set())],
    [']', () => setCollapsed(collapsible(tree))],
    ['l', () => showPanel(panel === 'logs' ? 'none' : 'logs')],
    ['/', () => findBox.current?.focus()],
    ['Escape', () => panel !== 'none' && !isCovered() && showPanel('none')],
  ]);

  return (
    <article className={classes.view} data-panel={panel}>
      <title>{`${traceName(tree)} · Lantern`}</title>
      <TraceHeader traceId={traceId} tree={tree} staleBecause={staleBecause} onOpen={open} />
      <TraceToolbar
        find={find}
        onFind={(text) => {
          setFind(text);
          rememberFind(text);
        }}
        findBox={findBox}
        matches={matches}
        errors={errors}
        current={cursor}
        onStep={step}
        panel={panel}
        logCount={logs.data?.length}
        onPanel={showPanel}
      />
      <div className={classes.body} style={{ '--panel-size': `${panelSize}px` }}>
        <Waterfall
          tree={tree}
          rows={rows}
          collapsed={collapsed}
          selected={panel === 'span' ? selected : undefined}
          cursor={cursor}
          matches={wanted.trim() === '' ? undefined : matches}
          logsBySpan={logsBySpan}
          onMove={moveTo}
          onOpen={open}
          onToggle={toggle}
          onCollapseAll={() => setCollapsed(collapsible(tree))}
          onExpandAll={() => setCollapsed(new Set())}
        />
        {panel !== 'none' && (
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
            <SidePanel
              tree={tree}
              panel={panel}
              onPanel={showPanel}
              selected={selected}
              logs={logs}
              spanLogs={selected === undefined ? [] : (logsBySpan.get(selected.span.spanId) ?? [])}
              onOpenSpan={openId}
            />
          </>
        )}
      </div>
    </article>
  );
};

const nodeOf = (tree: TraceTree, spanId: SpanId | undefined): TraceNode | undefined =>
  spanId === undefined ? undefined : tree.nodes.find(({ span }) => span.spanId === spanId);

/** A dialog or a menu lies over the page, and takes the key. */
const isCovered = (): boolean => document.querySelector('[role=dialog], [role=menu]') !== null;

const groupBySpan = (lines: readonly LogLine[]): ReadonlyMap<string, readonly LogLine[]> =>
  Map.groupBy(
    lines.filter(({ spanId }) => spanId !== undefined),
    ({ spanId }) => spanId ?? '',
  );
