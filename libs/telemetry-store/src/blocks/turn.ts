import { performance } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';

/** After so long a question lets others have their turn. */
const TURN_MILLIS = 8;

/** Lets others have their turn from time to time. */
export class Turn {
  private startedAt = performance.now();

  /** @returns whether others had their turn */
  async yieldWhenOver(): Promise<boolean> {
    if (performance.now() - this.startedAt < TURN_MILLIS) return false;
    await setImmediate();
    this.startedAt = performance.now();
    return true;
  }
}
