import type { LogEntry, LogLabels, LogStream, UnixNano } from '@lantern/telemetry-model';

export interface LabelMatcher {
  readonly name: string;
  /** An absent label reads as the empty string. */
  matches(value: string): boolean;
}

/** Start inclusive, end exclusive, as Loki reads log queries. */
export interface LogRange {
  readonly startUnixNano: UnixNano;
  readonly endUnixNano: UnixNano;
}

export interface LogQuery {
  /** A stream is read when all of them match; none means every stream. */
  readonly matchers: readonly LabelMatcher[];
  readonly range: LogRange;
  /**
   * `backward`: newest entry first. Entries of equal time, of one stream or of several, keep the order in which
   * they arrived, or its reverse.
   */
  readonly direction: 'forward' | 'backward';
  /** Only lines that contain each of these texts. */
  readonly lineContains?: readonly string[];
  /**
   * Only entries with each of these values, none of them empty: in the labels of the stream, or, where the stream
   * has no label of that name, in structured metadata. One of `trace_id` finds the lines of a trace in all streams
   * without a look at the others.
   */
  readonly values?: Readonly<Record<string, string>>;
  /** What the reader looks at; all of it by default. */
  readonly fields?: LogFields;
}

/** Of an entry. A store may leave the rest out: the line is then empty, and structured metadata is not there. */
export interface LogFields {
  readonly line: boolean;
  /** Names; undefined for all. */
  readonly metadata?: readonly string[];
  /** Whether the rows tell their size. */
  readonly bytes?: boolean;
}

export interface LogRow {
  /** One object for all rows of a stream, within one answer. */
  readonly labels: LogLabels;
  readonly entry: LogEntry;
  /** Of all of the entry, see `bytesOfEntry`; only for who asks. */
  readonly bytes?: number;
}

export interface LogStoreStats {
  readonly streams: number;
  readonly entries: number;
  readonly bytes: number;
  /** Entries that were dropped to keep within the limit, since the start. */
  readonly evictedEntries: number;
}

/**
 * Keeps log lines in streams and reads them back in the order of time. The rules of {@link TraceStore} on
 * visibility, ownership, emptiness and derived data hold here too.
 *
 * A duplicate is kept once: a line of the same stream and time with the same text and the same structured metadata,
 * as a resent request brings it (Loki compares the metadata too since 3.7).
 */
export interface LogStore {
  /** @returns what was added: the streams without duplicates, and without those that have nothing else */
  append(streams: readonly LogStream[]): Promise<readonly LogStream[]>;

  /**
   * Rows of all matching streams, merged into one order of time, in chunks. The reader stops when it has enough,
   * or at an empty chunk, which comes from time to time while a search finds nothing.
   */
  read(query: LogQuery): AsyncIterable<readonly LogRow[]>;

  /** Label sets of the matching streams that have an entry in the range. */
  series(query: Pick<LogQuery, 'matchers' | 'range'>): Promise<LogLabels[]>;

  stats(): Promise<LogStoreStats>;

  /** Idempotent. No other method may be called afterwards. */
  close(): Promise<void>;
}
