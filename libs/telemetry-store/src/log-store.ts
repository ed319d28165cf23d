import type { LogEntry, LogLabels, LogStream, UnixNano } from '@lantern/telemetry-model';

export interface LabelMatcher {
  readonly name: string;
  /** An absent label has the empty string as its value. */
  matches(value: string): boolean;
}

/** Time range with inclusive start and exclusive end, as in Loki's log queries. */
export interface LogRange {
  readonly startUnixNano: UnixNano;
  readonly endUnixNano: UnixNano;
}

export interface LogQuery {
  /** Conditions that a stream must all match. An empty list selects every stream. */
  readonly matchers: readonly LabelMatcher[];
  readonly range: LogRange;
  /**
   * `backward`: newest entry first. Entries of equal time keep the order of their arrival, across streams too;
   * `backward` reverses it.
   */
  readonly direction: 'forward' | 'backward';
  /** Texts that a line must all contain. */
  readonly lineContains?: readonly string[];
  /**
   * Values that an entry must all have, none of them empty: as a label of its stream or, if the stream has no label of
   * that name, in structured metadata. A condition on `trace_id` finds the lines of a trace in all streams without
   * reading other lines.
   */
  readonly values?: Readonly<Record<string, string>>;
  /** Fields that the reader needs. Default: all. */
  readonly fields?: LogFields;
}

/** Fields of an entry. A store may omit other fields: the line is then empty, and structured metadata is absent. */
export interface LogFields {
  readonly line: boolean;
  /** Names to read; undefined for all. */
  readonly metadata?: readonly string[];
  /** Whether rows have their size. */
  readonly bytes?: boolean;
}

export interface LogRow {
  /** Labels; rows of the same stream in one answer share the object. */
  readonly labels: LogLabels;
  readonly entry: LogEntry;
  /** Size of the whole entry, see `bytesOfEntry`. Present only when the query asks for it. */
  readonly bytes?: number;
}

export interface LogStoreStats {
  readonly streams: number;
  readonly entries: number;
  readonly bytes: number;
  /** Number of entries that were evicted to stay within the limit, since the start. */
  readonly evictedEntries: number;
}

/**
 * Stores log lines in streams and reads them back in the order of time. The rules of {@link TraceStore} on visibility,
 * ownership, empty answers and derived data apply here too.
 *
 * A duplicate is kept once: a line of the same stream and time with the same text and the same structured metadata, as
 * a retried request sends it (Loki compares the metadata too since 3.7).
 */
export interface LogStore {
  /** @returns the added entries: the streams without duplicates; streams that have only duplicates are omitted */
  append(streams: readonly LogStream[]): Promise<readonly LogStream[]>;

  /**
   * Reads the entries of all matching streams, merged in the order of time, in chunks. The caller stops reading when it
   * has enough, or at an empty chunk; a long search without matches yields empty chunks from time to time.
   */
  read(query: LogQuery): AsyncIterable<readonly LogRow[]>;

  /** Returns the label sets of the matching streams that have an entry in the range. */
  series(query: Pick<LogQuery, 'matchers' | 'range'>): Promise<LogLabels[]>;

  stats(): Promise<LogStoreStats>;

  /** Deletes all entries and streams, as {@link TraceStore.clear} does. */
  clear(): Promise<void>;

  /** Idempotent. No other method may be called afterwards. */
  close(): Promise<void>;
}
