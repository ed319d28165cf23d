import { countLostLogLines } from '../metrics/losses.js';

/** A log line on its way to Loki. */
export interface QueuedLine {
  level: string;
  text: string;
  /** When it was written, in milliseconds since 1970. */
  timestamp: number;
  /** Loki's structured metadata: ids to search by, which are no labels. */
  metadata: Record<string, string>;
}

export interface Bounds {
  lines: number;
  /** Summed length of the texts. */
  characters: number;
}

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

  get characters(): number {
    return this.held;
  }

  push(line: QueuedLine): void {
    this.waiting.push(line);
    this.held += line.text.length;
    this.shrink();
  }

  /** Takes the oldest lines out, at least one if there is any, up to the given bounds. */
  take(upTo: Bounds): QueuedLine[] {
    const taken: QueuedLine[] = [];
    let characters = 0;
    for (let line = this.waiting[this.start]; line; line = this.waiting[this.start]) {
      if (taken.length > 0 && (taken.length >= upTo.lines || characters + line.text.length > upTo.characters))
        break;
      taken.push(this.shift(line));
      characters += line.text.length;
    }
    this.compact();
    return taken;
  }

  /** Puts lines that could not be sent before all others again. */
  putBack(lines: readonly QueuedLine[]): void {
    this.waiting = [...lines, ...this.waiting.slice(this.start)];
    this.start = 0;
    for (const line of lines) this.held += line.text.length;
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
      oldest && (this.length > this.bounds.lines || this.held > this.bounds.characters);
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
    this.held -= oldest.text.length;
    return oldest;
  }

  // Moving a start index instead of the array keeps taking a line cheap; now and then the gap is closed.
  private compact(): void {
    if (this.start < 1024 && this.start < this.waiting.length) return;
    this.waiting = this.waiting.slice(this.start);
    this.start = 0;
  }
}
