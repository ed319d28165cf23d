import { at, type SpanTable } from '@lantern/telemetry-model';
import { useLocalStorage } from '@mantine/hooks';
import {
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  type KeyboardEvent,
  type MouseEvent,
  type Ref,
} from 'react';
import type { TraceOverview } from '../../../api/trace/trace-api.js';
import type { WaterfallModel } from '../use-waterfall.js';
import { LaneScale } from './lane-scale.js';
import { Lanes } from './Lanes.js';
import { LaneTip } from './LaneTip.js';
import {
  hiddenAbove,
  rowsInView,
  scrollHeight,
  scrollTopFor,
  scrollTopToShow,
  type TallList,
} from './tall-list.js';
import { useBoxSize } from './use-box-size.js';
import { useWheelZoom } from './use-wheel-zoom.js';
import classes from './Waterfall.module.css';
import { WaterfallHead } from './WaterfallHead.js';
import { hasBelow } from './waterfall-rows.js';
import { EntryRow, ROW_HEIGHT, rowId, SpanRow } from './WaterfallRow.js';

/** Imperative methods of the waterfall. */
export interface WaterfallHandle {
  /** Scrolls by one page. */
  scrollPage(direction: 1 | -1): void;
  focus(): void;
}

interface WaterfallProps {
  readonly ref: Ref<WaterfallHandle>;
  readonly trace: TraceOverview;
  readonly model: WaterfallModel;
  /** Flags of the rows that match the search. Undefined without a search. */
  readonly matches: Uint8Array | undefined;
  readonly isPathShown: boolean;
}

/** Returns the indentation per level in pixels. Deep trees get less, so that names keep half of their column. */
const indentStep = (levels: number, nameWidth: number): number =>
  Math.max(3, Math.min(14, (nameWidth * 0.45) / Math.max(levels, 1)));

export const Waterfall = ({ ref, trace: { table, badges }, model, matches, isPathShown }: WaterfallProps) => {
  const { rows, collapsed, marks, entries, selected, cursor } = model;
  const { window } = model.time;
  const scroller = useRef<HTMLDivElement>(null);
  const tree = useRef<HTMLDivElement>(null);
  const { width: boxWidth, height: boxHeight } = useBoxSize(scroller);
  const [storedWidth, setNameWidth] = useLocalStorage({
    key: 'lantern.trace.names',
    defaultValue: 380,
    getInitialValueInEffect: false,
  });
  const nameWidth = Math.min(storedWidth, Math.round(boxWidth * 0.6));
  const laneWidth = Math.max(0, boxWidth - nameWidth);
  const scale = useMemo(() => new LaneScale(window, laneWidth), [window, laneWidth]);

  const list: TallList = useMemo(
    () => ({ count: rows.length, rowHeight: ROW_HEIGHT, viewHeight: boxHeight }),
    [rows.length, boxHeight],
  );
  const [scrollTop, setScrollTop] = useState(0);
  const range = rowsInView(list, scrollTop);
  const drawn = useMemo(() => rows.subarray(range.first, range.end), [rows, range.first, range.end]);

  const anchor = useRef<{ spanId: string; above: number }>(undefined);
  const scroll = () => {
    const top = scroller.current?.scrollTop ?? 0;
    anchor.current = anchorAt(table, rows, hiddenAbove(list, top));
    setScrollTop((before) => {
      const [old, next] = [rowsInView(list, before), rowsInView(list, top)];
      // Within a step the browser scrolls the drawn rows with the box.
      return old.first === next.first && old.end === next.end && old.top === next.top ? before : top;
    });
  };

  // Keeps the scroll anchor when rows appear or disappear above it.
  const shownRows = useRef(rows);
  useLayoutEffect(() => {
    if (shownRows.current === rows) return;
    shownRows.current = rows;
    const { current: box } = scroller;
    const { current: kept } = anchor;
    if (box === null || kept === undefined || box.scrollTop === 0) return;
    const index = rows.indexOf(table.spanIds.indexOf(kept.spanId as (typeof table.spanIds)[number]));
    if (index >= 0) box.scrollTop = scrollTopFor(list, index * ROW_HEIGHT - kept.above);
  }, [rows, table, list]);

  const cursorIndex = cursor === -1 ? -1 : rows.indexOf(cursor);
  const hasScrolled = useRef(false);
  useEffect(() => {
    const { current: box } = scroller;
    if (cursorIndex < 0 || box === null || list.viewHeight === 0) return;
    const align = hasScrolled.current ? 'nearest' : 'center';
    hasScrolled.current = true;
    const top = scrollTopToShow(list, box.scrollTop, cursorIndex, align);
    if (top !== undefined) box.scrollTop = top;
    // Scrolls only when the cursor moves, not when rows appear above it.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [cursor, list.viewHeight === 0]);

  useImperativeHandle(ref, () => ({
    scrollPage: (direction) => scroller.current?.scrollBy({ top: direction * boxHeight * 0.9 }),
    focus: () => tree.current?.focus({ preventScroll: true }),
  }));

  useWheelZoom(scroller, { scale, left: nameWidth, duration: table.duration, onWindow: model.time.show });

  const isCollapsed = (row: number): boolean => {
    const id = table.spanIds[row];
    return id !== undefined && collapsed.has(id);
  };

  const press = (event: KeyboardEvent) => {
    const row = cursor === -1 ? (rows[0] ?? -1) : cursor;
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || row < 0) return;
    const go = (next: number | undefined) => {
      if (next !== undefined && next >= 0) model.moveTo(next);
    };
    const isCollapsible = hasBelow(table, entries, row);
    const isOpen = isCollapsible && !isCollapsed(row);
    const actions: Record<string, () => void> = {
      ArrowDown: () => go(nextSpan(rows, cursorIndex, 1)),
      ArrowUp: () => go(nextSpan(rows, cursorIndex, -1)),
      ArrowRight: () => {
        if (isOpen) go(at(table.subtreeSize, row) > 1 ? row + 1 : undefined);
        else if (isCollapsible) model.toggle(row);
      },
      ArrowLeft: () => (isOpen ? model.toggle(row) : go(at(table.parent, row))),
      Home: () => go(rows[0]),
      End: () => go(nextSpan(rows, rows.length, -1)),
      Enter: () => model.open(row),
      ' ': () => model.open(row),
    };
    const action = actions[event.key];
    if (action === undefined) return;
    event.preventDefault();
    // The page handles the same keys, where they move the time window.
    event.stopPropagation();
    action();
  };

  const click = (event: MouseEvent) => {
    const target = event.target as HTMLElement;
    const element = target.closest<HTMLElement>('[role=treeitem]');
    if (element === null || !getSelection()?.isCollapsed) return;
    const { row, entry } = element.dataset;
    const clicked = entry === undefined ? undefined : entries.list[Number(entry)];
    if (clicked !== undefined) model.open(clicked.row, clicked);
    else if (target.closest('[data-toggle]') !== null) model.toggle(Number(row));
    else if (row !== undefined) model.open(Number(row));
  };

  const step = indentStep(table.levels, nameWidth);
  const pool = Math.max(1, range.end - range.first);
  return (
    <div
      className={classes.waterfall}
      // Guides this close together would be unreadable.
      data-guides={step >= 6}
      style={{ '--name-width': `${nameWidth}px`, '--step': `${step}px` }}
    >
      <WaterfallHead
        scale={scale}
        nameWidth={nameWidth}
        onNameWidth={setNameWidth}
        onCollapseAll={model.collapseAll}
        onExpandAll={model.expandAll}
      />
      <div ref={scroller} className={classes.scroller} data-scrolls onScroll={scroll}>
        <div className={classes.rows} style={{ height: scrollHeight(list) }}>
          <div
            ref={tree}
            className={classes.tree}
            role="tree"
            aria-label="Spans"
            tabIndex={0}
            aria-activedescendant={cursorIndex < 0 ? undefined : rowId(cursor)}
            onKeyDown={press}
            onClick={click}
          >
            {Array.from(drawn, (row, i) => {
              const top = range.top + i * ROW_HEIGHT;
              // Recycles row elements.
              const key = (range.first + i) % pool;
              if (row < 0) {
                const entry = entries.list[-1 - row];
                return entry === undefined ? undefined : (
                  <EntryRow
                    key={key}
                    table={table}
                    entry={entry}
                    index={-1 - row}
                    top={top}
                    isSelected={entry === model.openEntry}
                  />
                );
              }
              return (
                <SpanRow
                  key={key}
                  table={table}
                  badges={badges}
                  row={row}
                  top={top}
                  isCollapsible={hasBelow(table, entries, row)}
                  isCollapsed={isCollapsed(row)}
                  isSelected={row === selected}
                  isCursor={row === cursor}
                  isMatch={matches === undefined ? undefined : matches[row] === 1}
                />
              );
            })}
          </div>
          <Lanes
            table={table}
            rows={drawn}
            marks={marks}
            entries={entries}
            path={isPathShown ? model.path : undefined}
            scale={scale}
            matches={matches}
            top={range.top}
            left={nameWidth}
          />
        </div>
      </div>
      <LaneTip
        box={scroller}
        table={table}
        marks={marks}
        entries={entries}
        scale={scale}
        nameWidth={nameWidth}
      />
    </div>
  );
};

/** Returns the first visible span and its distance from the upper edge. */
const anchorAt = (table: SpanTable, rows: Int32Array, above: number) => {
  for (let index = Math.ceil(above / ROW_HEIGHT); index < rows.length; index++) {
    const row = rows[index] ?? -1;
    if (row >= 0) return { spanId: table.spanIds[row] ?? '', above: index * ROW_HEIGHT - above };
  }
  return undefined;
};

const nextSpan = (rows: Int32Array, index: number, direction: 1 | -1): number | undefined => {
  for (let next = index + direction; next >= 0 && next < rows.length; next += direction) {
    const row = rows[next] ?? -1;
    if (row >= 0) return row;
  }
  return undefined;
};
