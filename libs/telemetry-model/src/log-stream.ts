import type { UnixNano } from './units.js';

/** One log line with what Loki keeps beside it. */
export interface LogEntry {
  readonly timeUnixNano: UnixNano;
  readonly line: string;
  /** Searchable, but not part of the stream's identity: here live `trace_id`, `span_id`, `correlation_id`. */
  readonly structuredMetadata: Readonly<Record<string, string>>;
}

/** The identity of a stream, for example `{service="order-service", level="error"}`. Few and static. */
export type LogLabels = Readonly<Record<string, string>>;

/** Entries that share one set of labels. */
export interface LogStream {
  readonly labels: LogLabels;
  readonly entries: readonly LogEntry[];
}
