import type { LogLine } from '../../api/log-line.js';

/** Lines on one side of a line, nearest first. */
export interface LinesBeside {
  readonly lines: readonly LogLine[];
  /** Whether the line itself is on a page that is not loaded yet. */
  readonly needsMore: boolean;
}

/**
 * Returns the lines that follow a line in the order of time and arrival.
 *
 * @param loaded lines of the stream from the time of the line on, in either direction. Lines of the same nanosecond
 *   on its other side come first, then the line, then the lines to return
 */
export const linesBeside = (
  line: LogLine,
  loaded: readonly LogLine[],
  direction: 'forward' | 'backward',
  hasMore: boolean,
): LinesBeside => {
  const at = loaded.findIndex((other) => isSameLine(line, other));
  if (at >= 0) return { lines: loaded.slice(at + 1), needsMore: false };
  const isOfMoment = ({ timeUnixNano }: LogLine): boolean => timeUnixNano === line.timeUnixNano;
  if (hasMore && loaded.every(isOfMoment)) return { lines: [], needsMore: true };
  // A query stage has changed the text of the line. All lines of its nanosecond are then treated as following it.
  return {
    lines: direction === 'forward' ? loaded : loaded.filter((other) => !isOfMoment(other)),
    needsMore: false,
  };
};

/** @param other from a query without stages; `line` may have more fields */
const isSameLine = (line: LogLine, other: LogLine): boolean => {
  if (line.timeUnixNano !== other.timeUnixNano || line.line !== other.line) return false;
  const known = new Map([...line.fields, ...Object.entries(line.labels)]);
  return other.fields.every(([key, value]) => !other.metadataKeys.has(key) || known.get(key) === value);
};
