import { useLayoutEffect, useRef } from 'react';
import { beginDrawing } from '../../../shared/canvas.js';
import { useCanvasPalette } from '../../../shared/theme/canvas-palette.js';
import { drawLanes, type LanesPicture } from './draw-lanes.js';
import classes from './Lanes.module.css';
import { ROW_HEIGHT } from './WaterfallRow.js';

interface LanesProps extends LanesPicture {
  /** Vertical offset of the first drawn row. */
  readonly top: number;
  readonly left: number;
}

/** Timelines of the drawn rows, on one canvas. */
export const Lanes = ({ table, rows, marks, entries, path, scale, matches, top, left }: LanesProps) => {
  const canvas = useRef<HTMLCanvasElement>(null);
  const palette = useCanvasPalette();
  const { width } = scale;
  const height = rows.length * ROW_HEIGHT;
  useLayoutEffect(() => {
    const context = beginDrawing(canvas.current, width, height);
    if (context === undefined) return;
    drawLanes(context, { table, rows, marks, entries, path, scale, matches }, ROW_HEIGHT, palette);
  }, [table, rows, marks, entries, path, scale, matches, width, height, palette]);
  return (
    <canvas
      ref={canvas}
      className={classes.lanes}
      aria-hidden
      style={{ transform: `translate(${left}px, ${top}px)`, width, height }}
    />
  );
};
