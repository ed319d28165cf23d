import type { LogLine } from '../../api/log-line.js';

/** Lines on one side of a line, the nearest first. */
export interface LinesBeside {
  readonly lines: readonly LogLine[];
  /** Whether the line itself lies on a page that is still to be loaded. */
  readonly needsMore: boolean;
}

/**
 * The lines that stand behind a line in the order of time and arrival.
 *
 * @param loaded lines of the line's stream from its moment on, in either direction: those of its nanosecond that lie on
 *   its other side come first, then it, then those that are wanted
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
  // A stage of the query has changed its text: the others of its nanosecond are shown behind it.
  return {
    lines: direction === 'forward' ? loaded : loaded.filter((other) => !isOfMoment(other)),
    needsMore: false,
  };
};

/** @param other from a query without stages, which may have added fields to `line` */
const isSameLine = (line: LogLine, other: LogLine): boolean => {
  if (line.timeUnixNano !== other.timeUnixNano || line.line !== other.line) return false;
  const known = new Map([...line.fields, ...Object.entries(line.labels)]);
  return other.fields.every(([key, value]) => !other.metadataKeys.has(key) || known.get(key) === value);
};
