import { at, type SpanTable } from '@lantern/telemetry-model';
import { entriesOf, type TraceEntries, type TraceEntry } from '../trace-entries.js';
import type { LaneScale } from './lane-scale.js';

/** Maximum distance of the pointer from a mark, in pixels. */
const REACH = 5;

/** Returns what the pointer in the lane of a span is on: the nearest mark, or the bar. Undefined for neither. */
export const hitOnSpan = (
  { table, marks, scale }: { table: SpanTable; marks: TraceEntries; scale: LaneScale },
  row: number,
  x: number,
): TraceEntry | 'bar' | undefined => {
  const distance = ({ time }: TraceEntry) => Math.abs(scale.xOf(time) - x);
  const near = entriesOf(marks, row).filter((entry) => scale.shows(entry.time) && distance(entry) <= REACH);
  // Among marks at the same position the last is drawn on top.
  const mark = near.reduce<TraceEntry | undefined>(
    (best, entry) => (best === undefined || distance(entry) <= distance(best) ? entry : best),
    undefined,
  );
  if (mark !== undefined) return mark;
  const [start, end] = [at(table.start, row), Math.max(at(table.start, row), at(table.end, row))];
  if (scale.isBefore(end) || scale.isBehind(start)) return undefined;
  return x >= scale.edgeOf(start) - REACH && x <= scale.edgeOf(end) + REACH ? 'bar' : undefined;
};

/** Whether the pointer in the lane of an entry is on its mark. */
export const hitOnEntry = (scale: LaneScale, { time }: TraceEntry, x: number): boolean =>
  scale.shows(time) && Math.abs(scale.xOf(time) - x) <= REACH;
