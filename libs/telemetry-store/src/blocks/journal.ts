import type { Buffer } from 'node:buffer';
import type { RecordKind } from './log-record.js';

/** Just behind a record: everything before it has been dealt with. */
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

/** The log of every accepted record that is in no sealed block yet. */
export interface Journal {
  /** Position just behind the last record. */
  readonly end: LogPosition;
  /** The same, also before this process has appended one; `START` when there are none. */
  readonly lastEnd: LogPosition;
  readonly byteLength: number;
  readonly segmentCount: number;

  /**
   * Appends a record.
   *
   * @returns the position just behind it
   * @throws WriteError and then nothing was appended
   */
  append(kind: RecordKind, payload: Uint8Array): LogPosition;

  /** Records of earlier processes that do not end before `from`, in the order in which they were appended. */
  records(from: LogPosition): Iterable<LogRecord>;

  /** Describes what is missing between two positions of earlier processes, a clause each. */
  missing(from: LogPosition, to: LogPosition): string[];

  /** Waits until the disk has every record that was appended so far. */
  sync(): Promise<void>;

  /** Whether a segment is left that ends before `position`. */
  hasBefore(position: LogPosition): boolean;

  /** Removes the segments that end before `position`. */
  discardBefore(position: LogPosition): void;

  /** Idempotent. */
  close(): Promise<void>;
}

/** Journal of a store in memory: it counts positions and keeps nothing, because no later process reads it. */
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
    // No disk.
  }

  hasBefore(): boolean {
    return false;
  }

  discardBefore(): void {
    // No segments.
  }

  async close(): Promise<void> {
    // No files.
  }
}
