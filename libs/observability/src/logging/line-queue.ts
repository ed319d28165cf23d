import { countLostLogLines } from '../metrics/losses.js';
import type { Level } from './log-level.js';
import type { LogRecord } from './log-record.js';

/** A log line on its way to a backend. */
export interface QueuedLine {
  level: Level;
  /** The line as it stands on stdout: JSON. */
  text: string;
  /** What it counts against the bounds, see {@link sizeOf}. */
  bytes: number;
  /** When it was written, in milliseconds since 1970 with a fraction. */
  time: number;
  traceId?: string | undefined;
  spanId?: string | undefined;
  /** https://www.w3.org/TR/trace-context/#trace-flags */
  traceFlags?: number | undefined;
  correlationId?: string | undefined;
}

export interface Bounds {
  lines: number;
  /** Summed {@link QueuedLine.bytes}. */
  bytes: number;
}

/** What a line carries beside its text: its ids and time on the wire, an object in memory. */
const OVERHEAD_BYTES = 300;

/** Bytes of UTF-8 and an allowance for what goes with them. */
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

/** Lines that wait, oldest first, within bounds: what does not fit pushes out the oldest, which is counted. */
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

  /** Takes the oldest lines out, at least one if there is any, up to the given bounds. */
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

  /** Puts lines that could not be sent before all others again. */
  putBack(lines: readonly QueuedLine[]): void {
    this.waiting = [...lines, ...this.waiting.slice(this.start)];
    this.start = 0;
    for (const line of lines) this.held += line.bytes;
    this.shrink();
  }

  /** How many lines were pushed out since this was last asked. */
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
