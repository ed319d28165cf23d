import { at, durationOf, serviceOf, type SpanTable } from '@lantern/telemetry-model';
import { Button } from '@mantine/core';
import { IconZoomReset } from '@tabler/icons-react';
import { useLayoutEffect, useMemo, useRef, useState, type PointerEvent } from 'react';
import { beginDrawing } from '../../../shared/canvas.js';
import { formatNanos } from '../../../shared/format/duration.js';
import { useCanvasPalette } from '../../../shared/theme/canvas-palette.js';
import classes from './Minimap.module.css';
import { minimapLines } from './minimap-lines.js';
import { isWhole, shareAt, wholeWindow, within, type TimeWindow } from './time-window.js';
import { useBoxSize } from './use-box-size.js';

interface MinimapProps {
  readonly table: SpanTable;
  readonly window: TimeWindow;
  readonly onWindow: (window: TimeWindow) => void;
}

const HEIGHT = 48;

/** Maximum number of lines; more would be indistinguishable. */
const MOST_LINES = 400;

/** Minimum pointer movement of a drag, in pixels. */
const LEAST_PIXELS = 4;

/** Minimap of the trace. Dragging selects the time window of the waterfall. */
export const Minimap = ({ table, window, onWindow }: MinimapProps) => {
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const { width } = useBoxSize(box);
  const palette = useCanvasPalette();
  const lines = useMemo(() => minimapLines(table, MOST_LINES), [table]);
  const [draft, setDraft] = useState<TimeWindow>();

  useLayoutEffect(() => {
    const context = beginDrawing(canvas.current, width, HEIGHT);
    if (context === undefined) return;
    const whole = wholeWindow(table.duration);
    const height = Math.max(1.5, Math.min(6, (HEIGHT - 8) / lines.length - 1));
    const paint = (row: number, y: number, color: string) => {
      const x = shareAt(whole, at(table.start, row)) * width;
      context.fillStyle = color;
      context.fillRect(
        x,
        4 + y * (HEIGHT - 8),
        Math.max(1.5, (durationOf(table, row) / whole.to) * width),
        height,
      );
    };
    context.globalAlpha = 0.85;
    for (const { row, y } of lines) paint(row, y, palette.service(serviceOf(table, row)));
    // Failed spans are drawn last, so that neighbors do not hide them.
    context.globalAlpha = 1;
    for (const { failed, y } of lines) if (failed !== -1) paint(failed, y, palette.token.error);
  }, [table, lines, width, palette]);

  const drag = (event: PointerEvent<HTMLDivElement>) => {
    if (event.button !== 0) return;
    event.preventDefault();
    const element = event.currentTarget;
    const { left, width: across } = element.getBoundingClientRect();
    const timeAt = (x: number) => (Math.min(1, Math.max(0, (x - left) / across)) || 0) * table.duration;
    const edge = (event.target as HTMLElement).dataset.edge;
    const from = event.clientX;
    const fixed = edge === 'from' ? window.to : edge === 'to' ? window.from : timeAt(from);
    let latest: TimeWindow | undefined;
    element.setPointerCapture(event.pointerId);
    const move = ({ clientX }: globalThis.PointerEvent) => {
      if (Math.abs(clientX - from) < LEAST_PIXELS && latest === undefined) return;
      const time = timeAt(clientX);
      latest = within({ from: Math.min(fixed, time), to: Math.max(fixed, time) }, table.duration);
      setDraft(latest);
    };
    const stop = () => {
      element.removeEventListener('pointermove', move);
      setDraft(undefined);
      if (latest !== undefined) onWindow(latest);
    };
    element.addEventListener('pointermove', move);
    element.addEventListener('lostpointercapture', stop, { once: true });
  };

  const shown = draft ?? window;
  const isZoomed = !isWhole(shown, table.duration);
  const [from, to] = [shown.from, shown.to].map((time) => time / Math.max(table.duration, 1));
  const percent = (share = 0) => `${Math.min(100, Math.max(0, share * 100))}%`;
  return (
    <div className={classes.minimap}>
      <div
        ref={box}
        className={classes.box}
        title={
          isZoomed
            ? 'Drag to select a time range, double-click to show the whole trace'
            : 'Drag to select a time range'
        }
        onPointerDown={drag}
        onDoubleClick={() => onWindow(wholeWindow(table.duration))}
      >
        <canvas ref={canvas} className={classes.canvas} aria-hidden style={{ width, height: HEIGHT }} />
        {isZoomed && (
          <>
            <span className={classes.outside} style={{ left: 0, width: percent(from) }} />
            <span className={classes.outside} style={{ left: percent(to), right: 0 }} />
            <span className={classes.edge} data-edge="from" style={{ left: percent(from) }} />
            <span className={classes.edge} data-edge="to" style={{ left: percent(to) }} />
          </>
        )}
      </div>
      {isZoomed && (
        <div className={classes.zoom}>
          <span aria-live="polite">
            {formatNanos(shown.from)} – {formatNanos(shown.to)}
          </span>
          <Button
            size="compact-xs"
            leftSection={<IconZoomReset size={13} stroke={1.75} />}
            onClick={() => onWindow(wholeWindow(table.duration))}
          >
            Whole trace
          </Button>
        </div>
      )}
    </div>
  );
};
