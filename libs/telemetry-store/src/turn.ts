import { performance } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';

/** Time after which a query yields to other tasks. */
const TURN_MILLIS = 8;

/** Yields to other tasks from time to time. */
export class Turn {
  private startedAt = performance.now();

  /** @returns whether it yielded */
  async yieldWhenOver(): Promise<boolean> {
    if (performance.now() - this.startedAt < TURN_MILLIS) return false;
    await setImmediate();
    this.startedAt = performance.now();
    return true;
  }
}
