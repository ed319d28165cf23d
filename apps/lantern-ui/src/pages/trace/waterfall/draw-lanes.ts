import { at, eachSelfInterval, serviceOf, type SpanTable } from '@lantern/telemetry-model';
import { formatNanos } from '../../../shared/format/duration.js';
import type { CanvasPalette } from '../../../shared/theme/canvas-palette.js';
import { entriesOf, type TraceEntries, type TraceEntry } from '../trace-entries.js';
import type { LaneScale } from './lane-scale.js';
import type { PathSections } from './path-sections.js';
import { ticksOf } from './time-window.js';

export interface LanesPicture {
  readonly table: SpanTable;
  /** As `waterfallRows` gives them, those to draw. */
  readonly rows: Int32Array;
  /** All of the trace, for the marks on the bars. */
  readonly marks: TraceEntries;
  /** Those that have rows. */
  readonly entries: TraceEntries;
  /** Undefined when the path is not to be shown. */
  readonly path: PathSections | undefined;
  readonly scale: LaneScale;
  /** Undefined while nothing is looked for: 1 for each row that is found. */
  readonly matches: Uint8Array | undefined;
}

const BAR_TOP = 8;
const BAR_HEIGHT = 12;

/** What is drawn closer together could not be told apart. */
const FINEST = 1;
const CLOSEST_MARKS = 5;

/** The times of the rows: bars, what they waited for, what was said, and how long it took. */
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
  const start = scale.xOf(at(table.start, row));
  const end = Math.max(start, scale.xOf(at(table.end, row)));
  const x = start;
  const length = Math.max(3, end - start);
  const color = service(serviceOf(table, row));
  const isFailed = at(table.isError, row) === 1;
  const isVisible = !scale.isBefore(end) && !scale.isBehind(start);
  const isWanted = matches === undefined || matches[row] === 1;
  context.globalAlpha = isWanted ? 1 : 0.35;

  if (isVisible) {
    // Pale where children work, full where the span does.
    context.save();
    context.beginPath();
    context.roundRect(x, top + BAR_TOP, length, BAR_HEIGHT, Math.min(3, length / 2));
    context.clip();
    const full = context.globalAlpha;
    context.globalAlpha = full * 0.3;
    context.fillStyle = color;
    context.fillRect(x, top + BAR_TOP, length, BAR_HEIGHT);
    context.globalAlpha = full;
    drawSelf(context, table, scale, row, top, x, length);
    context.restore();
    if (isFailed && at(table.errorsBelow, row) === 0) {
      // Where the error began; the spans above only report it.
      context.strokeStyle = token.error;
      context.lineWidth = 1.5;
      context.beginPath();
      context.roundRect(x - 2, top + BAR_TOP - 2, length + 4, BAR_HEIGHT + 4, 4);
      context.stroke();
    }
    if (path !== undefined) {
      context.fillStyle = token.ink;
      path.each(row, (from, to) => {
        const at = scale.xOf(from);
        context.fillRect(at, top + BAR_TOP + BAR_HEIGHT + 2, Math.max(1.5, scale.xOf(to) - at), 2);
      });
    }
  }
  const last = drawMarks(context, entriesOf(marks, row), token, scale, top, end);
  // Steps back, but can still be read.
  context.globalAlpha = isWanted ? 1 : 0.8;
  drawDuration(context, table, row, token, scale, { start, end: last, y: middle });
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
  let from = NaN;
  let to = NaN;
  const flush = () => {
    if (to > from) context.fillRect(from, top + BAR_TOP, to - from, BAR_HEIGHT);
  };
  eachSelfInterval(table, row, (start, end) => {
    const [a, b] = [scale.xOf(start), scale.xOf(end)];
    if (a - to < FINEST) to = b;
    else {
      flush();
      [from, to] = [a, b];
    }
  });
  flush();
};

/** Answers where the last of those marks is that stand right behind the bar: access lines are written when it has ended. */
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
    const x = scale.xOf(time);
    if (x > behind && x < behind + LABEL_WIDTH) behind = x + 3;
    // A louder mark always shows.
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
  readonly start: number;
  readonly end: number;
  readonly y: number;
}

/** Behind the bar, or at the edge that a bar out of view lies beyond. */
const drawDuration = (
  context: CanvasRenderingContext2D,
  table: SpanTable,
  row: number,
  token: CanvasPalette['token'],
  scale: LaneScale,
  { start, end, y }: LabelPlace,
): void => {
  const text = formatNanos(at(table.end, row) - at(table.start, row));
  context.fillStyle = at(table.isError, row) === 1 ? token.error : token['ink-muted'];
  if (scale.isBefore(end)) context.fillText(`‹ ${text}`, scale.left, y);
  else if (scale.isBehind(start)) {
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
  const x = scale.xOf(entry.time);
  if (scale.isBefore(x) || scale.isBehind(x)) return;
  context.fillStyle = entry.tone === 'plain' ? token['ink-faint'] : token[entry.tone];
  context.beginPath();
  context.arc(x, middle, 3.5, 0, Math.PI * 2);
  context.fill();
};
