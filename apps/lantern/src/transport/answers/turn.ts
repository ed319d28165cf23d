import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Steps } from '@lantern/telemetry-model';

/** Work gives way to other requests after this long. */
const TURN_MILLIS = 8;

/** Does the steps of some work, and gives way to other requests between them. */
export const inTurns = async <Result>(steps: Steps<Result>, turn: Turn): Promise<Result> => {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
    const pause = turn.giveWay();
    if (pause) await pause;
  }
};

/** Time that work on one request may take before it gives way to others. */
export class Turn {
  private endsAt = performance.now() + TURN_MILLIS;

  /** A promise has to be awaited before the work goes on; undefined means at once. */
  giveWay(): Promise<void> | undefined {
    return performance.now() < this.endsAt ? undefined : this.next();
  }

  private async next(): Promise<void> {
    await nextTurn();
    this.endsAt = performance.now() + TURN_MILLIS;
  }
}
