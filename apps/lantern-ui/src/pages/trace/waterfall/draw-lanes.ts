import { at, eachSelfInterval, serviceOf, type SpanTable } from '@lantern/telemetry-model';
import { formatNanos } from '../../../shared/format/duration.js';
import type { CanvasPalette } from '../../../shared/theme/canvas-palette.js';
import { entriesOf, type TraceEntries, type TraceEntry } from '../trace-entries.js';
import type { LaneScale } from './lane-scale.js';
import type { PathSections } from './path-sections.js';
import { PixelShares } from './pixel-shares.js';
import { ticksOf } from './time-window.js';

export interface LanesPicture {
  readonly table: SpanTable;
  /** Rows to draw, as returned by `waterfallRows`. */
  readonly rows: Int32Array;
  /** All entries of the trace, drawn as marks on the bars. */
  readonly marks: TraceEntries;
  /** Entries that have rows. */
  readonly entries: TraceEntries;
  /** Critical path. Undefined if it is hidden. */
  readonly path: PathSections | undefined;
  readonly scale: LaneScale;
  /** Flags of the rows that match the search: 1 for a match. Undefined without a search. */
  readonly matches: Uint8Array | undefined;
}

const BAR_TOP = 8;
const BAR_HEIGHT = 12;

/** Minimum width of a bar in pixels, so that it stays visible. */
const SHORTEST_BAR = 3;

/** Minimum distance of marks in pixels; closer ones would be indistinguishable. */
const CLOSEST_MARKS = 5;

/** Draws the lanes of the rows: bars, critical path, marks of entries and durations. */
export const drawLanes = (
  context: CanvasRenderingContext2D,
  picture: LanesPicture,
  rowHeight: number,
  palette: CanvasPalette,
): void => {
  const { rows, scale } = picture;
  context.fillStyle = palette.token.line;
  context.globalAlpha = 0.7;
  for (const tick of ticksOf(scale.window, scale.mostTicks)) {
    context.fillRect(Math.round(scale.xOf(tick)), 0, 1, rows.length * rowHeight);
  }
  context.globalAlpha = 1;
  context.font = FONT;
  context.textBaseline = 'middle';
  for (const [i, row] of rows.entries()) {
    const middle = (i + 0.5) * rowHeight;
    if (row < 0) drawEntry(context, picture, palette, -1 - row, middle);
    else drawSpan(context, picture, palette, row, i * rowHeight, middle);
  }
};

const FONT = "12px 'Inter Variable', system-ui, sans-serif";

const drawSpan = (
  context: CanvasRenderingContext2D,
  { table, marks, path, matches, scale }: LanesPicture,
  { token, service }: CanvasPalette,
  row: number,
  top: number,
  middle: number,
): void => {
  const from = at(table.start, row);
  const to = Math.max(from, at(table.end, row));
  const isVisible = !scale.isBefore(to) && !scale.isBehind(from);
  const goesOn = { before: scale.isBefore(from), behind: scale.isBehind(to) };
  const x = scale.edgeOf(from);
  const end = scale.edgeOf(to);
  const length = Math.max(SHORTEST_BAR, end - x);
  const color = service(serviceOf(table, row));
  const isFailed = at(table.isError, row) === 1;
  const isWanted = matches === undefined || matches[row] === 1;
  context.globalAlpha = isWanted ? 1 : 0.35;

  if (isVisible) {
    // Corners are round at the start and end of the span, square where it continues outside of the window.
    const radius = Math.min(3, length / 2);
    const [left, right] = [goesOn.before ? 0 : radius, goesOn.behind ? 0 : radius];
    const corners = [left, right, right, left];
    // Pale during child spans, full during self time.
    context.save();
    context.beginPath();
    context.roundRect(x, top + BAR_TOP, length, BAR_HEIGHT, corners);
    context.clip();
    const full = context.globalAlpha;
    context.globalAlpha = full * 0.3;
    context.fillStyle = color;
    context.fillRect(x, top + BAR_TOP, length, BAR_HEIGHT);
    context.globalAlpha = full;
    drawSelf(context, table, scale, row, top, x, length);
    context.restore();
    if (isFailed && at(table.errorsBelow, row) === 0) {
      // The span where the error originated has an outline; its ancestors only report the error.
      context.strokeStyle = token.error;
      context.lineWidth = 1.5;
      context.beginPath();
      context.roundRect(
        x - 2,
        top + BAR_TOP - 2,
        length + 4,
        BAR_HEIGHT + 4,
        corners.map((corner) => corner && 4),
      );
      context.stroke();
    }
    if (path !== undefined) {
      context.fillStyle = token.ink;
      drawPath(context, path, scale, row, top + BAR_TOP + BAR_HEIGHT + 2, x, length);
    }
  }
  const last = drawMarks(context, entriesOf(marks, row), token, scale, top, Math.max(x, end));
  // Dimmed, but still readable.
  context.globalAlpha = isWanted ? 1 : 0.8;
  drawDuration(context, table, row, token, scale, { end: last, y: middle });
  context.globalAlpha = 1;
};

const drawSelf = (
  context: CanvasRenderingContext2D,
  table: SpanTable,
  scale: LaneScale,
  row: number,
  top: number,
  x: number,
  length: number,
): void => {
  if (at(table.subtreeSize, row) === 1) {
    context.fillRect(x, top + BAR_TOP, length, BAR_HEIGHT);
    return;
  }
  const { globalAlpha: full } = context;
  const shares = new PixelShares((from, to, share) => {
    context.globalAlpha = full * share;
    context.fillRect(from, top + BAR_TOP, to - from, BAR_HEIGHT);
  });
  eachSelfInterval(table, row, (from, to) => {
    if (to >= scale.window.from && from <= scale.window.to) shares.add(scale.edgeOf(from), scale.edgeOf(to));
  });
  shares.end();
  context.globalAlpha = full;
};

/** Draws a line under the bar where the span is on the critical path. */
const drawPath = (
  context: CanvasRenderingContext2D,
  path: PathSections,
  scale: LaneScale,
  row: number,
  y: number,
  x: number,
  length: number,
): void => {
  const { from: first, to: last } = scale.window;
  const sections: (readonly [from: number, to: number])[] = [];
  path.each(row, (from, to) => {
    if (to > first && from < last) sections.push([Math.max(first, from), Math.min(last, to)]);
  });
  if (sections.length === 0) return;
  // A bar of the minimum width gets one line: its sections would be indistinguishable.
  if (length <= SHORTEST_BAR) {
    context.fillRect(x, y, length, 2);
    return;
  }
  const { globalAlpha: full } = context;
  const shares = new PixelShares((from, to, share) => {
    context.globalAlpha = full * share;
    context.fillRect(from, y, to - from, 2);
  });
  for (const [from, to] of sections.reverse()) shares.add(scale.xOf(from), scale.xOf(to));
  shares.end();
  context.globalAlpha = full;
};

/**
 * Draws the marks of entries. Returns the end of the marks right after the bar: access log lines are written when the
 * span has ended.
 */
const drawMarks = (
  context: CanvasRenderingContext2D,
  entries: readonly TraceEntry[],
  token: CanvasPalette['token'],
  scale: LaneScale,
  top: number,
  end: number,
): number => {
  let behind = end;
  let last = -Infinity;
  for (const { time, tone } of entries) {
    if (!scale.shows(time)) continue;
    const x = scale.xOf(time);
    if (x > behind && x < behind + LABEL_WIDTH) behind = x + 3;
    // Warnings and errors are always drawn.
    if (x - last < CLOSEST_MARKS && tone === 'plain') continue;
    last = x;
    context.fillStyle = tone === 'plain' ? token['ink-muted'] : token[tone];
    context.fillRect(x - 1, top + 6, 2, 16);
    context.beginPath();
    context.arc(x, top + 5, 3, 0, Math.PI * 2);
    context.fill();
  }
  return behind;
};

const LABEL_WIDTH = 64;

interface LabelPlace {
  readonly end: number;
  readonly y: number;
}

/** Draws the duration after the bar, or at the edge beyond which the bar lies. */
const drawDuration = (
  context: CanvasRenderingContext2D,
  table: SpanTable,
  row: number,
  token: CanvasPalette['token'],
  scale: LaneScale,
  { end, y }: LabelPlace,
): void => {
  const text = formatNanos(at(table.end, row) - at(table.start, row));
  context.fillStyle = at(table.isError, row) === 1 ? token.error : token['ink-muted'];
  if (scale.isBefore(Math.max(at(table.start, row), at(table.end, row))))
    context.fillText(`‹ ${text}`, scale.left, y);
  else if (scale.isBehind(at(table.start, row))) {
    const label = `${text} ›`;
    context.fillText(label, scale.width - 8 - context.measureText(label).width, y);
  } else context.fillText(text, Math.min(end + 9, scale.width - context.measureText(text).width - 4), y);
};

const drawEntry = (
  context: CanvasRenderingContext2D,
  { entries, scale }: LanesPicture,
  { token }: CanvasPalette,
  index: number,
  middle: number,
): void => {
  const entry = entries.list[index];
  if (entry === undefined) return;
  if (!scale.shows(entry.time)) return;
  const x = scale.xOf(entry.time);
  context.fillStyle = entry.tone === 'plain' ? token['ink-faint'] : token[entry.tone];
  context.beginPath();
  context.arc(x, middle, 3.5, 0, Math.PI * 2);
  context.fill();
};
