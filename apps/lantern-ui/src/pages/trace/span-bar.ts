import { selfIntervals, type TraceNode } from '@lantern/telemetry-model';
import { percentAt, type TimeScale } from './time-scale.js';

/** Where the bar of a span lies on the time line, in percents of it. */
export interface SpanBar {
  readonly left: number;
  readonly width: number;
  /** When the span worked itself, in percents of the bar. The rest of the bar is spent in children. */
  readonly self: readonly (readonly [from: number, to: number])[];
}

/** Finer parts could not be seen, and a parent of ten thousand children would have as many. */
const FINEST_PERCENT = 0.25;

export const spanBarOf = (node: TraceNode, scale: TimeScale): SpanBar => {
  const left = percentAt(scale, node.span.startUnixNano);
  const right = Math.max(left, percentAt(scale, node.span.endUnixNano));
  const width = right - left;
  return {
    left,
    width,
    self: width === 0 ? [[0, 100]] : selfPercents(node, scale, left, width),
  };
};

const selfPercents = (node: TraceNode, scale: TimeScale, left: number, width: number): [number, number][] => {
  const merged: [number, number][] = [];
  for (const { startUnixNano, endUnixNano } of selfIntervals(node)) {
    const from = ((percentAt(scale, startUnixNano) - left) / width) * 100;
    const to = ((percentAt(scale, endUnixNano) - left) / width) * 100;
    const last = merged.at(-1);
    if (last !== undefined && from - last[1] < FINEST_PERCENT) last[1] = to;
    else merged.push([from, to]);
  }
  return merged;
};

/** The intervals as a CSS background image: `color` within them, nothing elsewhere. */
export const gradientOf = (self: SpanBar['self'], color: string): string => {
  const stops = self.flatMap(([from, to]) => [
    `transparent ${from.toFixed(2)}%`,
    `${color} ${from.toFixed(2)}%`,
    `${color} ${to.toFixed(2)}%`,
    `transparent ${to.toFixed(2)}%`,
  ]);
  return stops.length === 0 ? 'none' : `linear-gradient(to right, ${stops.join(', ')})`;
};
