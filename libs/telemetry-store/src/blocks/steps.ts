import type { Steps } from '@lantern/telemetry-model';
import type { Turn } from '../turn.js';

export { finish, type Steps } from '@lantern/telemetry-model';

/** Does all steps, and yields to other tasks from time to time. */
export const finishInTurns = async <Result>(steps: Steps<Result>, turn: Turn): Promise<Result> => {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
    const pause = turn.giveWay();
    if (pause) await pause;
  }
};
