import { at, type SpanTable } from '@lantern/telemetry-model';
import { isAtLeast, type LogLevel } from '../../api/log-level.js';
import type { EventColumns } from '../../api/trace/trace-api.js';
import type { LogLine } from '../../api/log-line.js';

/** Event of a span, or log line written during it. */
export interface TraceEntry {
  readonly key: string;
  /** Row of the span. */
  readonly row: number;
  /** Nanoseconds since the start of the trace. */
  readonly time: number;
  readonly level: LogLevel | 'event';
  readonly tone: 'plain' | 'warn' | 'error';
  readonly text: string;
  /** Log line. Undefined for an event. */
  readonly line: LogLine | undefined;
  /** Whether the span ID of the line matches no span of this trace. The line is then attached to the first span. */
  readonly isStray: boolean;
}

/** Entries, sorted by row and then by time. */
export interface TraceEntries {
  readonly list: readonly TraceEntry[];
  /** Index of the first entry of each row; its entries end where those of the next row begin. */
  readonly firstOf: Uint32Array;
}

export const NO_ENTRIES: TraceEntries = { list: [], firstOf: new Uint32Array() };

export const traceEntries = (
  table: SpanTable,
  events: EventColumns,
  lines: readonly LogLine[],
): TraceEntries => {
  const list: TraceEntry[] = events.texts.map((text, i) => {
    const isException = at(events.isException, i) === 1;
    return {
      key: `event-${i}`,
      row: at(events.row, i),
      time: at(events.time, i),
      level: 'event',
      tone: isException ? 'error' : 'plain',
      text,
      line: undefined,
      isStray: false,
    };
  });
  const rowOf = rowsOfSpans(table, lines);
  for (const line of table.length === 0 ? [] : lines) {
    const row = line.spanId === undefined ? undefined : rowOf.get(line.spanId);
    list.push({
      key: `log-${line.key}`,
      row: row ?? 0,
      time: Number(line.writtenUnixNano - table.startUnixNano),
      level: line.level,
      tone: isAtLeast(line.level, 'error') ? 'error' : line.level === 'warn' ? 'warn' : 'plain',
      text: line.message,
      line,
      isStray: row === undefined,
    });
  }
  list.sort((a, b) => a.row - b.row || a.time - b.time);
  return byRow(table, list);
};

export const entriesOf = ({ list, firstOf }: TraceEntries, row: number): readonly TraceEntry[] =>
  list.slice(at(firstOf, row), at(firstOf, row + 1));

/** Minimum level of entries that have rows of their own, or `off`. */
export type EntryFilter = 'off' | 'all' | 'info' | 'warn' | 'error';

export const ENTRY_FILTERS: readonly EntryFilter[] = ['all', 'info', 'warn', 'error', 'off'];

/** Number of entries up to which all are shown by default. With more, only warnings and errors are shown. */
const FEW = 40;

export const defaultFilter = ({ list }: TraceEntries): EntryFilter => (list.length <= FEW ? 'all' : 'warn');

export const passes = ({ level, tone }: TraceEntry, filter: EntryFilter): boolean => {
  if (filter === 'all' || filter === 'off') return filter === 'all';
  // Exceptions have the level error, all other events the level info.
  if (level === 'event') return tone === 'error' || filter === 'info';
  return isAtLeast(level, filter);
};

export const filterEntries = (table: SpanTable, entries: TraceEntries, filter: EntryFilter): TraceEntries => {
  if (filter === 'all') return entries;
  if (filter === 'off') return NO_ENTRIES;
  return byRow(
    table,
    entries.list.filter((entry) => passes(entry, filter)),
  );
};

const byRow = (table: SpanTable, list: readonly TraceEntry[]): TraceEntries => {
  const firstOf = new Uint32Array(table.length + 1);
  for (const { row } of list) firstOf[row + 1] = at(firstOf, row + 1) + 1;
  for (let row = 0; row < table.length; row++) firstOf[row + 1] = at(firstOf, row + 1) + at(firstOf, row);
  return { list, firstOf };
};

const rowsOfSpans = (table: SpanTable, lines: readonly LogLine[]): ReadonlyMap<string, number> => {
  const wanted = new Set(lines.map(({ spanId }) => spanId));
  const rows = new Map<string, number>();
  for (const [row, id] of table.spanIds.entries()) if (wanted.has(id) && !rows.has(id)) rows.set(id, row);
  return rows;
};
