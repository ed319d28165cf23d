import { performance } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';

/** Time after which a query yields to other tasks. */
const TURN_MILLIS = 8;

/** Yields to other tasks from time to time. */
export class Turn {
  private startedAt = performance.now();

  /** @returns whether it yielded */
  async yieldWhenOver(): Promise<boolean> {
    const pause = this.giveWay();
    await pause;
    return pause !== undefined;
  }

  /** As {@link yieldWhenOver}, without a promise where work goes on at once. */
  giveWay(): Promise<void> | undefined {
    return performance.now() - this.startedAt < TURN_MILLIS ? undefined : this.next();
  }

  private async next(): Promise<void> {
    await setImmediate();
    this.startedAt = performance.now();
  }
}
