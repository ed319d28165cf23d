import { setTimeout as sleep } from 'node:timers/promises';

const TIMEOUT_MILLIS = 20_000;
const PAUSE_MILLIS = 10;

/** Waits until a condition holds. @throws {Error} when it does not within the timeout */
export const waitFor = async (condition: () => boolean | Promise<boolean>): Promise<void> => {
  const deadline = Date.now() + TIMEOUT_MILLIS;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`The condition did not hold within ${TIMEOUT_MILLIS} ms`);
    await sleep(PAUSE_MILLIS);
  }
};
