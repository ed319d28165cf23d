import type { SpanId, TraceNode, TraceTree } from '@lantern/telemetry-model';
import { ActionIcon, Tooltip } from '@mantine/core';
import { useElementSize, useLocalStorage } from '@mantine/hooks';
import { IconFold, IconFoldDown } from '@tabler/icons-react';
import { defaultRangeExtractor, useVirtualizer, type Range } from '@tanstack/react-virtual';
import { useEffect, useMemo, useRef, type KeyboardEvent } from 'react';
import type { LogLine } from '../../api/log-line.js';
import { formatDuration } from '../../shared/format/duration.js';
import { Splitter } from '../../shared/Splitter.js';
import { ticksOf, timeScaleOf } from './time-scale.js';
import classes from './Waterfall.module.css';
import { ROW_HEIGHT, rowId, WaterfallRow } from './WaterfallRow.js';

interface WaterfallProps {
  readonly tree: TraceTree;
  /** The nodes that are not hidden, in reading order. */
  readonly rows: readonly TraceNode[];
  readonly collapsed: ReadonlySet<SpanId>;
  /** Its details are shown. */
  readonly selected: TraceNode | undefined;
  /** Where the keyboard is. */
  readonly cursor: TraceNode | undefined;
  /** Undefined while nothing is looked for. */
  readonly matches: readonly TraceNode[] | undefined;
  readonly logsBySpan: ReadonlyMap<string, readonly LogLine[]>;
  readonly onMove: (node: TraceNode) => void;
  readonly onOpen: (node: TraceNode) => void;
  readonly onToggle: (node: TraceNode, isOpen: boolean) => void;
  readonly onCollapseAll: () => void;
  readonly onExpandAll: () => void;
}

const HEAD_HEIGHT = 36;

/** How far a level is indented, in pixels: less in deep trees, so that names keep half of their column. */
const indentStep = (depth: number, nameWidth: number): number =>
  Math.max(3, Math.min(14, (nameWidth * 0.45) / Math.max(depth, 1)));
const NO_LOGS: readonly LogLine[] = [];

/** A tick needs this much of the time line for its label, in pixels. */
const TICK_ROOM = 100;

export const Waterfall = ({
  tree,
  rows,
  collapsed,
  selected,
  cursor,
  matches,
  logsBySpan,
  onMove,
  onOpen,
  onToggle,
  onCollapseAll,
  onExpandAll,
}: WaterfallProps) => {
  const scroller = useRef<HTMLDivElement>(null);
  const { ref: timeline, width: timelineWidth } = useElementSize();
  const [nameWidth, setNameWidth] = useLocalStorage({ key: 'lantern.trace.names', defaultValue: 380 });

  const scale = useMemo(() => timeScaleOf(tree), [tree]);
  const ticks = useMemo(
    () => ticksOf(scale, Math.min(10, Math.max(2, Math.floor(timelineWidth / TICK_ROOM)))),
    [scale, timelineWidth],
  );
  const matched = useMemo(() => matches && new Set(matches), [matches]);

  const cursorRow = cursor === undefined ? -1 : rows.indexOf(cursor);
  // eslint-disable-next-line react-hooks/incompatible-library -- no compiler memoizes these components
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 12,
    scrollPaddingStart: HEAD_HEIGHT + ROW_HEIGHT,
    scrollPaddingEnd: ROW_HEIGHT,
    // The row of the cursor is always drawn: assistive technology follows it by its id.
    rangeExtractor: (range: Range) => {
      const indexes = defaultRangeExtractor(range);
      return cursorRow < 0 || indexes.includes(cursorRow)
        ? indexes
        : [...indexes, cursorRow].sort((a, b) => a - b);
    },
  });

  const hasScrolled = useRef(false);
  useEffect(() => {
    if (cursorRow < 0) return;
    virtualizer.scrollToIndex(cursorRow, { align: hasScrolled.current ? 'auto' : 'center' });
    hasScrolled.current = true;
  }, [cursorRow, virtualizer]);

  const press = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const node = cursor ?? rows[0];
    if (node === undefined) return;
    const go = (next: TraceNode | undefined) => {
      if (next !== undefined) onMove(next);
    };
    const isOpen = node.children.length > 0 && !collapsed.has(node.span.spanId);
    const actions: Record<string, () => void> = {
      ArrowDown: () => go(rows[cursorRow + 1] ?? rows.at(-1)),
      ArrowUp: () => go(rows[cursorRow - 1] ?? rows[0]),
      ArrowRight: () => (isOpen ? go(node.children[0]) : onToggle(node, true)),
      ArrowLeft: () => (isOpen ? onToggle(node, false) : go(node.parent)),
      Home: () => go(rows[0]),
      End: () => go(rows.at(-1)),
      Enter: () => onOpen(node),
      ' ': () => onOpen(node),
    };
    const action = actions[event.key];
    if (action === undefined) return;
    event.preventDefault();
    action();
  };

  const step = indentStep(tree.depth, nameWidth);
  return (
    <div
      className={classes.waterfall}
      // Lines this close together would guide nobody.
      data-guides={step >= 6}
      style={{ '--name-width': `${nameWidth}px`, '--step': `${step}px` }}
    >
      <div ref={scroller} className={classes.scroller}>
        <div className={classes.head} style={{ height: HEAD_HEIGHT }}>
          <div className={classes.headName}>
            <span>Service and operation</span>
            <Tooltip label="Expand all">
              <ActionIcon
                variant="subtle"
                color="gray"
                size={24}
                aria-label="Expand all"
                onClick={onExpandAll}
              >
                <IconFoldDown size={14} stroke={1.75} />
              </ActionIcon>
            </Tooltip>
            <Tooltip label="Collapse all">
              <ActionIcon
                variant="subtle"
                color="gray"
                size={24}
                aria-label="Collapse all"
                onClick={onCollapseAll}
              >
                <IconFold size={14} stroke={1.75} />
              </ActionIcon>
            </Tooltip>
          </div>
          <Splitter
            label="Width of the names"
            value={nameWidth}
            min={140}
            max={900}
            direction={1}
            onChange={setNameWidth}
          />
          <div className={classes.headTimeline} aria-hidden>
            <div ref={timeline} className={classes.ticks}>
              {ticks.map(({ percent, offsetNano }) => (
                <span key={percent} className={classes.tick} style={{ left: `${percent}%` }}>
                  {offsetNano === 0n ? '0' : formatDuration(offsetNano)}
                </span>
              ))}
            </div>
          </div>
        </div>
        <div
          className={classes.rows}
          style={{ height: virtualizer.getTotalSize(), '--head-height': `${HEAD_HEIGHT}px` }}
        >
          <div className={classes.grid} aria-hidden>
            <div className={classes.ticks}>
              {ticks.map(({ percent }) => (
                <span key={percent} className={classes.gridLine} style={{ left: `${percent}%` }} />
              ))}
            </div>
          </div>
          <div
            className={classes.tree}
            role="tree"
            aria-label="Spans"
            tabIndex={0}
            aria-activedescendant={cursor === undefined ? undefined : rowId(cursor)}
            onKeyDown={press}
          >
            {virtualizer.getVirtualItems().map(({ index, start }) => {
              const node = rows[index];
              return node === undefined ? undefined : (
                <WaterfallRow
                  key={node.index}
                  node={node}
                  top={start}
                  scale={scale}
                  isCollapsed={collapsed.has(node.span.spanId)}
                  isSelected={node === selected}
                  isCursor={node === cursor}
                  isMatch={matched?.has(node)}
                  logs={logsBySpan.get(node.span.spanId) ?? NO_LOGS}
                  onOpen={onOpen}
                  onToggle={onToggle}
                />
              );
            })}
          </div>
        </div>
      </div>
    </div>
  );
};
