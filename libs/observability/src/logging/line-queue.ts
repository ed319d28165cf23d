import { countLostLogLines } from '../delivery/losses.js';
import type { Level } from './log-level.js';
import type { LogRecord } from './log-record.js';

/** Log line that waits for delivery to a backend. */
export interface QueuedLine {
  level: Level;
  /** The same line as on stdout: JSON. */
  text: string;
  /** Size, in bytes, that counts against the bounds; see {@link sizeOf}. */
  bytes: number;
  /** Time at which it was written, in milliseconds since 1970, with a fraction. */
  time: number;
  traceId?: string | undefined;
  spanId?: string | undefined;
  /** https://www.w3.org/TR/trace-context/#trace-flags */
  traceFlags?: number | undefined;
  correlationId?: string | undefined;
}

export interface Bounds {
  lines: number;
  /** Sum of {@link QueuedLine.bytes}. */
  bytes: number;
}

/** Allowance, in bytes, for the ids and time of a line on the wire, and for its object in memory. */
const OVERHEAD_BYTES = 300;

/** Returns the bytes of the text in UTF-8, plus the allowance. */
export const sizeOf = (text: string): number => Buffer.byteLength(text) + OVERHEAD_BYTES;

/** @param text the record as a line */
export const queuedLine = (
  record: LogRecord,
  text: string,
  time: number,
  traceFlags?: number,
): QueuedLine => {
  return {
    level: record.level,
    text,
    bytes: sizeOf(text),
    time,
    traceId: record.trace_id,
    spanId: record.span_id,
    traceFlags,
    correlationId: record.correlation_id,
  };
};

/** Bounded queue of lines, oldest first. A line that does not fit evicts the oldest ones, which are counted. */
export class LineQueue {
  private waiting: QueuedLine[] = [];
  private start = 0;
  private held = 0;
  private lost = 0;

  constructor(private readonly bounds: Bounds) {}

  get length(): number {
    return this.waiting.length - this.start;
  }

  get bytes(): number {
    return this.held;
  }

  push(line: QueuedLine): void {
    this.waiting.push(line);
    this.held += line.bytes;
    this.shrink();
  }

  /** Removes and returns the oldest lines, at least one if there is any, up to the given bounds. */
  take(upTo: Bounds): QueuedLine[] {
    const taken: QueuedLine[] = [];
    let bytes = 0;
    for (let line = this.waiting[this.start]; line; line = this.waiting[this.start]) {
      if (taken.length > 0 && (taken.length >= upTo.lines || bytes + line.bytes > upTo.bytes)) break;
      taken.push(this.shift(line));
      bytes += line.bytes;
    }
    this.compact();
    return taken;
  }

  /** Puts lines that could not be sent back to the head of the queue. */
  putBack(lines: readonly QueuedLine[]): void {
    this.waiting = [...lines, ...this.waiting.slice(this.start)];
    this.start = 0;
    for (const line of lines) this.held += line.bytes;
    this.shrink();
  }

  /** Returns the number of lines that were evicted since the last call. */
  takeLost(): number {
    const { lost } = this;
    this.lost = 0;
    return lost;
  }

  private shrink(): void {
    for (
      let oldest = this.waiting[this.start];
      oldest && (this.length > this.bounds.lines || this.held > this.bounds.bytes);
      oldest = this.waiting[this.start]
    ) {
      this.shift(oldest);
      this.lost++;
      countLostLogLines('queue_full', 1);
    }
    this.compact();
  }

  private shift(oldest: QueuedLine): QueuedLine {
    this.start++;
    this.held -= oldest.bytes;
    return oldest;
  }

  // Moving a start index instead of the array keeps taking a line cheap; now and then the gap is closed.
  private compact(): void {
    if (this.start < 1024 && this.start < this.waiting.length) return;
    this.waiting = this.waiting.slice(this.start);
    this.start = 0;
  }
}
