import type { Buffer } from 'node:buffer';
import type { RecordKind } from './journal-record.js';

/** Position of the end of a record. */
export interface JournalPosition {
  readonly segment: number;
  readonly offset: number;
}

export interface JournalRecord {
  readonly kind: number;
  readonly payload: Buffer;
  readonly end: JournalPosition;
}

export const START: JournalPosition = { segment: 0, offset: 0 };

export const isBefore = (a: JournalPosition, b: JournalPosition): boolean =>
  a.segment === b.segment ? a.offset < b.offset : a.segment < b.segment;

/** Journal: a write-ahead log of every accepted record that has rows in no sealed block. */
export interface Journal {
  /** Position of the end of the last record. */
  readonly end: JournalPosition;
  /** End of the last record, including those of earlier processes; `START` when there are none. */
  readonly lastEnd: JournalPosition;
  readonly byteLength: number;

  /**
   * Appends a record.
   *
   * @returns the position of its end
   * @throws WriteError when nothing was appended
   */
  append(kind: RecordKind, payload: Uint8Array): JournalPosition;

  /** Begins a new segment, so that the current one can be removed once no signal needs its records. */
  beginSegment(): void;

  /** Yields the records of earlier processes that end at or after `from`, in the order in which they were appended. */
  records(from: JournalPosition): Iterable<JournalRecord>;

  /** Describes each record range that is missing between two positions of earlier processes, as a clause. */
  missing(from: JournalPosition, to: JournalPosition): string[];

  /** Waits until every record that was appended so far is on the disk. */
  sync(): Promise<void>;

  /** Whether a segment that ends before `position` still exists. */
  hasBefore(position: JournalPosition): boolean;

  /** Removes the segments that end before `position`. */
  discardBefore(position: JournalPosition): void;

  /** Idempotent. */
  close(): Promise<void>;
}

/** Journal of a store in memory. It counts positions and stores no records, because no later process reads them. */
export class NoJournal implements Journal {
  readonly byteLength = 0;
  private offset = 0;

  get end(): JournalPosition {
    return { segment: 1, offset: this.offset };
  }

  get lastEnd(): JournalPosition {
    return this.end;
  }

  append(_kind: RecordKind, payload: Uint8Array): JournalPosition {
    this.offset += payload.length;
    return this.end;
  }

  beginSegment(): void {
    // There are no segments.
  }

  records(): Iterable<JournalRecord> {
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
