import {
  flameLayout,
  type CallTree,
  type FlameBox,
  type SpanId,
  type SpanTable,
} from '@lantern/telemetry-model';
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useLayoutEffect, useMemo, useRef, useState, type KeyboardEvent, type MouseEvent } from 'react';
import { callsQuery } from '../../../api/trace/trace-queries.js';
import { beginDrawing } from '../../../shared/canvas.js';
import { formatCounted, formatShare } from '../../../shared/format/count.js';
import { formatNanos } from '../../../shared/format/duration.js';
import { ServiceName } from '../../../shared/ServiceName.js';
import { useCanvasPalette } from '../../../shared/theme/canvas-palette.js';
import type { ViewProps } from '../view-props.js';
import { ViewWaiting } from '../ViewWaiting.js';
import { useBoxSize } from '../waterfall/use-box-size.js';
import { drawFlame, FLAME_ROW } from './draw-flame.js';
import { FlameBoxes, wholeView } from './flame-boxes.js';
import classes from './FlameGraph.module.css';
import { visibleText } from '../../../shared/visible-text.js';

interface FlameGraphProps extends ViewProps {
  /** Span of the call that fills the width. Undefined for the whole trace. */
  readonly zoomedTo: SpanId | undefined;
  readonly onZoom: (spanId: SpanId | undefined) => void;
}

const FlameGraph = ({ traceId, trace, ...props }: FlameGraphProps) => {
  const calls = useQuery(callsQuery(traceId, trace.version));
  if (calls.data === undefined) return <ViewWaiting what="The flame graph" query={calls} />;
  return <Flame tree={calls.data} table={trace.table} {...props} />;
};

export default FlameGraph;

interface FlameProps extends Pick<FlameGraphProps, 'matches' | 'onOpen' | 'zoomedTo' | 'onZoom'> {
  readonly tree: CallTree;
  readonly table: SpanTable;
}

const Flame = ({ tree, table, matches, zoomedTo, onZoom, onOpen }: FlameProps) => {
  const calls = tree.nodes;
  const boxes = useMemo(() => new FlameBoxes(calls, flameLayout(calls)), [calls]);
  const scroller = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const { width, height } = useBoxSize(scroller);
  const palette = useCanvasPalette();
  const [scrollTop, setScrollTop] = useState(0);
  /** Index of the call that fills the width; -1 for the whole trace. */
  const focus = useMemo(
    () => (zoomedTo === undefined ? -1 : (tree.nodeOf[table.spanIds.indexOf(zoomedTo)] ?? -1)),
    [tree, table, zoomedTo],
  );
  const zoomTo = (call: number) => onZoom(table.spanIds[calls[call]?.longest ?? -1]);
  const [hovered, setHovered] = useState(-1);
  const [current, setCurrent] = useState(Math.max(0, focus));
  const view: FlameBox = boxes.boxOf(focus) ?? wholeView;
  const found = useMemo(
    () => matches && new Set(tree.nodeOf.filter((_call, row) => matches[row] === 1)),
    [tree, matches],
  );

  useLayoutEffect(() => {
    const context = beginDrawing(canvas.current, width, height);
    if (context === undefined) return;
    drawFlame(context, { boxes, view, focus, hovered, current, found, scrollTop, width, height }, palette);
  }, [boxes, view, focus, hovered, current, found, scrollTop, width, height, palette]);

  const callAt = (event: MouseEvent<HTMLElement>): number => {
    const { left, top } = event.currentTarget.getBoundingClientRect();
    return boxes.at(
      view.x + ((event.clientX - left) / Math.max(width, 1)) * view.width,
      Math.floor((event.clientY - top + scrollTop) / FLAME_ROW),
    );
  };
  const press = (event: KeyboardEvent) => {
    const next: Record<string, number> = {
      ArrowUp: calls[current]?.parent ?? -1,
      ArrowDown: boxes.childOf(current),
      ArrowRight: boxes.siblingOf(current, 1),
      ArrowLeft: boxes.siblingOf(current, -1),
      Enter: current,
    };
    const target = next[event.key];
    if (target === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === 'Enter') zoomTo(focus === current ? -1 : current);
    else if (target >= 0) setCurrent(target);
    const depth = calls[target]?.depth ?? 0;
    scroller.current?.scrollTo({ top: Math.max(0, (depth + 2) * FLAME_ROW - height) });
  };

  const shown = calls[hovered === -1 ? current : hovered];
  return (
    <div className={classes.view}>
      <div className={classes.info}>
        {shown !== undefined && (
          <span className={classes.call} aria-live="polite">
            <ServiceName name={shown.service} />
            <bdi className={classes.operation}>{visibleText(shown.operation)}</bdi>
            <span className={classes.fact}>
              self {formatNanos(shown.selfNano)} (
              {formatShare(BigInt(Math.round(shown.selfNano)), BigInt(Math.round(boxes.selfTotal)))})
            </span>
            <span className={classes.fact}>total {formatNanos(shown.totalNano)}</span>
            <span className={classes.fact}>{formatCounted(shown.count, 'span')}</span>
            {shown.errorCount > 0 && (
              <span className={classes.error}>{formatCounted(shown.errorCount, 'error')}</span>
            )}
          </span>
        )}
        <span className={classes.actions}>
          {shown !== undefined && (
            <Button size="compact-xs" onClick={() => onOpen(shown.longest)}>
              Show longest span
            </Button>
          )}
          <Button size="compact-xs" disabled={focus === -1} onClick={() => zoomTo(-1)}>
            Whole trace
          </Button>
        </span>
      </div>
      <div
        ref={scroller}
        className={classes.scroller}
        onScroll={(event) => setScrollTop(event.currentTarget.scrollTop)}
      >
        <div className={classes.content} style={{ height: Math.max(height, boxes.levels * FLAME_ROW) }}>
          <div
            className={classes.stage}
            style={{ height }}
            role="application"
            aria-label="Flame graph by self time. Arrow keys move between calls, Enter zooms."
            tabIndex={0}
            onKeyDown={press}
            onMouseMove={(event) => setHovered(callAt(event))}
            onMouseLeave={() => setHovered(-1)}
            onClick={(event) => {
              const call = callAt(event);
              if (call === -1) return;
              setCurrent(call);
              zoomTo(call === focus ? (calls[call]?.parent ?? -1) : call);
            }}
          >
            <canvas ref={canvas} className={classes.canvas} aria-hidden style={{ width, height }} />
          </div>
        </div>
      </div>
    </div>
  );
};
