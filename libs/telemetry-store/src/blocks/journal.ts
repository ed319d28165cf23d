import type { Buffer } from 'node:buffer';
import type { RecordKind } from './log-record.js';

/** Position of the end of a record. */
export interface LogPosition {
  readonly segment: number;
  readonly offset: number;
}

export interface LogRecord {
  readonly kind: number;
  readonly payload: Buffer;
  readonly end: LogPosition;
}

export const START: LogPosition = { segment: 0, offset: 0 };

export const isBefore = (a: LogPosition, b: LogPosition): boolean =>
  a.segment === b.segment ? a.offset < b.offset : a.segment < b.segment;

/** Journal: a write-ahead log of every accepted record that has rows in no sealed block. */
export interface Journal {
  /** Position of the end of the last record. */
  readonly end: LogPosition;
  /** End of the last record, including those of earlier processes; `START` when there are none. */
  readonly lastEnd: LogPosition;
  readonly byteLength: number;
  readonly segmentCount: number;

  /**
   * Appends a record.
   *
   * @returns the position of its end
   * @throws WriteError when nothing was appended
   */
  append(kind: RecordKind, payload: Uint8Array): LogPosition;

  /** Yields the records of earlier processes that end at or after `from`, in the order in which they were appended. */
  records(from: LogPosition): Iterable<LogRecord>;

  /** Describes each record range that is missing between two positions of earlier processes, as a clause. */
  missing(from: LogPosition, to: LogPosition): string[];

  /** Waits until every record that was appended so far is on the disk. */
  sync(): Promise<void>;

  /** Whether a segment that ends before `position` still exists. */
  hasBefore(position: LogPosition): boolean;

  /** Removes the segments that end before `position`. */
  discardBefore(position: LogPosition): void;

  /** Idempotent. */
  close(): Promise<void>;
}

/** Journal of a store in memory. It counts positions and stores no records, because no later process reads them. */
export class NoJournal implements Journal {
  readonly byteLength = 0;
  readonly segmentCount = 0;
  private offset = 0;

  get end(): LogPosition {
    return { segment: 1, offset: this.offset };
  }

  get lastEnd(): LogPosition {
    return this.end;
  }

  append(_kind: RecordKind, payload: Uint8Array): LogPosition {
    this.offset += payload.length;
    return this.end;
  }

  records(): Iterable<LogRecord> {
    return [];
  }

  missing(): string[] {
    return [];
  }

  async sync(): Promise<void> {
    // There is no disk.
  }

  hasBefore(): boolean {
    return false;
  }

  discardBefore(): void {
    // There are no segments.
  }

  async close(): Promise<void> {
    // There are no files.
  }
}
