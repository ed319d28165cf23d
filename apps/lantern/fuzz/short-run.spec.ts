import { describe, expect, it } from '@jest/globals';
import { BOUNDS, fuzz } from './run.ts';
import { stepAt } from './steps.ts';

const RUN_MILLIS = 8_000;

/**
 * A machine that runs all suites at once makes a turn of the event loop several times as long. What this test is for
 * takes seconds to hours; `nx fuzz lantern` has the bound that users notice.
 */
const TURN_MILLIS = 8 * BOUNDS.turnMillis;

function* countedFrom(first: number): Generator<number> {
  for (let index = first; ; index++) yield index;
}

describe('Lantern with a heap of 512 MB, and hostile clients on every port', () => {
  it.each([2])('goes on and answers cheap requests with bounded memory: seed %d', async (seed) => {
    const { breach, stepCount, cheapRequests } = await fuzz({
      seed,
      steps: countedFrom(0),
      durationMillis: RUN_MILLIS,
      isDurable: true,
      turnMillis: TURN_MILLIS,
    });
    const running = breach?.running.map((index) => `${index}  ${stepAt(seed, index).name}`);
    expect(breach && { message: breach.message, running }).toBeUndefined();
    expect(stepCount).toBeGreaterThan(0);
    expect(cheapRequests).toBeGreaterThan(0);
  });
});
