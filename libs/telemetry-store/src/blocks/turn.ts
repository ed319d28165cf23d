import { performance } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';

/** After so long a question lets others have their turn. */
const TURN_MILLIS = 8;

/** Lets others have their turn from time to time. */
export class Turn {
  private startedAt = performance.now();

  async yieldWhenOver(): Promise<void> {
    if (performance.now() - this.startedAt < TURN_MILLIS) return;
    await setImmediate();
    this.startedAt = performance.now();
  }
}
