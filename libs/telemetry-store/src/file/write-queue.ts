import type { Change } from './change.js';
import { WriteError } from '../write-error.js';

/** Writes changes in the order in which they were accepted. Changes that may not be written yet wait in memory. */
export class WriteQueue {
  /** Number of changes that were accepted since the start. */
  accepted = 0;
  private readonly waiting: Change[] = [];
  private waitingBytes = 0;

  /**
   * @param commit runs a transaction; throws a WriteError when nothing was written
   * @param maxWaitingBytes limit on the memory of changes that wait
   */
  constructor(
    private readonly commit: (apply: () => void) => void,
    private readonly maxWaitingBytes: number,
  ) {}

  /** Number of accepted changes that are written. */
  get committed(): number {
    return this.accepted - this.waiting.length;
  }

  get isEmpty(): boolean {
    return this.waiting.length === 0;
  }

  /**
   * Writes a change after those that wait.
   *
   * @throws WriteError when nothing of it was written
   */
  write(change: Change): void {
    while (!this.isEmpty) this.writeNext();
    this.commit(change.apply);
    this.accepted++;
  }

  /**
   * Accepts a change to be written later.
   *
   * @throws WriteError when the limit on waiting bytes is exceeded
   */
  postpone(change: Change): void {
    if (this.waitingBytes + change.bytes > this.maxWaitingBytes) {
      throw new WriteError(
        `The disk is too slow: ${Math.round(this.waitingBytes / 1_048_576)} MiB wait to be written.`,
      );
    }
    change.hold();
    this.waiting.push(change);
    this.waitingBytes += change.bytes;
    this.accepted++;
  }

  /** Writes the oldest waiting change. @throws WriteError and then it still waits */
  writeNext(): void {
    const [next] = this.waiting;
    if (!next) return;
    this.commit(next.apply);
    this.waiting.shift();
    this.waitingBytes -= next.bytes;
    next.release();
  }
}
