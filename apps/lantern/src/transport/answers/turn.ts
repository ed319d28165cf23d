import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Steps } from '@lantern/telemetry-model';

/** Time, in milliseconds, after which work yields to other requests. */
const TURN_MILLIS = 8;

/** Runs the steps of some work, and yields to other requests between them. */
export const inTurns = async <Result>(steps: Steps<Result>, turn: Turn): Promise<Result> => {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
    const pause = turn.giveWay();
    if (pause) await pause;
  }
};

/** Time that work on one request may take before it yields to others. */
export class Turn {
  private endsAt = performance.now() + TURN_MILLIS;

  /** Returns a promise that must be awaited before the work continues, or undefined if it can continue at once. */
  giveWay(): Promise<void> | undefined {
    return performance.now() < this.endsAt ? undefined : this.next();
  }

  private async next(): Promise<void> {
    await nextTurn();
    this.endsAt = performance.now() + TURN_MILLIS;
  }
}
