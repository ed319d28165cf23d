import type { LogEntry, LogLabels, UnixNano } from '@lantern/telemetry-model';

export interface SourceRow {
  readonly labels: LogLabels;
  readonly entry: LogEntry;
}

export interface SourceQuery {
  /** A stream is read when all of them match. An absent label reads as the empty string. */
  readonly matchers: readonly SourceMatcher[];
  /** Start inclusive, end exclusive. */
  readonly range: { readonly startUnixNano: UnixNano; readonly endUnixNano: UnixNano };
  readonly direction: 'forward' | 'backward';
  /** Only lines that contain each of these texts. */
  readonly lineContains: readonly string[];
  /** Only entries with each of these values, in a label or else in structured metadata. */
  readonly values: Readonly<Record<string, string>>;
  /** Fields of the entries that the query reads; all by default. */
  readonly fields?: SourceFields;
}

/** Fields of an entry. A source may omit all others: the line is then empty, and structured metadata is absent. */
export interface SourceFields {
  readonly line: boolean;
  /** Names; undefined for all. */
  readonly metadata?: readonly string[];
}

export interface SourceMatcher {
  readonly name: string;
  matches(value: string): boolean;
}

/** Source of lines, in chunks, ordered by time. A log store is one. */
export interface LogSource {
  read(query: SourceQuery): AsyncIterable<readonly SourceRow[]>;
}
