import type { UnixNano } from './units.js';

/** Log line with its time and structured metadata. */
export interface LogEntry {
  readonly timeUnixNano: UnixNano;
  readonly line: string;
  /** Searchable fields that do not identify the stream, such as `trace_id`, `span_id` and `correlation_id`. */
  readonly structuredMetadata: Readonly<Record<string, string>>;
}

/** Labels that identify a stream, for example `{service="order-service", level="error"}`. Few and static. */
export type LogLabels = Readonly<Record<string, string>>;

/** Entries with the same labels. */
export interface LogStream {
  readonly labels: LogLabels;
  readonly entries: readonly LogEntry[];
}
