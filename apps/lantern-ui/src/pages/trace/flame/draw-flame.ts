import type { FlameBox } from '@lantern/telemetry-model';
import { formatNanos } from '../../../shared/format/duration.js';
import type { CanvasPalette } from '../../../shared/theme/canvas-palette.js';
import type { FlameBoxes } from './flame-boxes.js';
import { visibleText } from '../../../shared/visible-text.js';

export const FLAME_ROW = 24;

/** Minimum width of a drawn box; narrower ones would be indistinguishable. */
const NARROWEST = 0.7;
const LEAST_TEXT = 34;

export interface FlamePicture {
  readonly boxes: FlameBoxes;
  /** Box that fills the width. */
  readonly view: FlameBox;
  readonly focus: number;
  readonly hovered: number;
  readonly current: number;
  /** Calls that match the search. Undefined without a search. */
  readonly found: ReadonlySet<number> | undefined;
  readonly scrollTop: number;
  readonly width: number;
  readonly height: number;
}

export const drawFlame = (
  context: CanvasRenderingContext2D,
  { boxes, view, hovered, current, found, scrollTop, width, height }: FlamePicture,
  { token, service, scheme }: CanvasPalette,
): void => {
  context.font = "12px 'Inter Variable', system-ui, sans-serif";
  context.textBaseline = 'middle';
  const first = Math.max(0, Math.floor(scrollTop / FLAME_ROW));
  const last = Math.min(boxes.levels, Math.ceil((scrollTop + height) / FLAME_ROW));
  for (let depth = first; depth < last; depth++) {
    const top = depth * FLAME_ROW - scrollTop;
    for (const index of boxes.level(depth)) {
      const call = boxes.calls[index];
      const box = boxes.boxOf(index);
      if (call === undefined || box === undefined) continue;
      const from = Math.max(-2, ((box.x - view.x) / view.width) * width);
      const to = Math.min(width + 2, ((box.x + box.width - view.x) / view.width) * width);
      if (to - from < NARROWEST || to < 0 || from > width) continue;
      const isFaint = found !== undefined && !found.has(index);
      context.globalAlpha = isFaint ? 0.3 : 1;
      context.fillStyle = token.surface;
      context.fillRect(from, top, to - from, FLAME_ROW);
      context.globalAlpha *= index === hovered ? 0.45 : scheme === 'dark' ? 0.34 : 0.24;
      context.fillStyle = service(call.service);
      context.beginPath();
      context.roundRect(from + 0.5, top + 1, Math.max(0.5, to - from - 1), FLAME_ROW - 2, 3);
      context.fill();
      context.globalAlpha = isFaint ? 0.3 : 1;
      if (index === current || call.errorCount > 0) {
        context.strokeStyle = index === current ? token.ink : token.error;
        context.lineWidth = index === current ? 1.5 : 1;
        context.stroke();
      }
      const room = to - Math.max(0, from) - 12;
      if (room < LEAST_TEXT) continue;
      context.save();
      context.beginPath();
      context.rect(from, top, to - from - 4, FLAME_ROW);
      context.clip();
      const x = Math.max(0, from) + 7;
      context.fillStyle = token.ink;
      const operation = visibleText(call.operation);
      context.fillText(operation, x, top + FLAME_ROW / 2);
      const self = formatNanos(call.selfNano);
      const named = context.measureText(operation).width;
      if (named + 60 < room) {
        context.fillStyle = token['ink-muted'];
        context.fillText(self, x + named + 8, top + FLAME_ROW / 2);
      }
      context.restore();
    }
  }
  context.globalAlpha = 1;
};
