import { setTimeout as pause } from 'node:timers/promises';

/** Waits until the condition holds. Fails, naming the condition, if it does not hold within `timeoutMillis`. */
export const until = async (
  what: string,
  condition: () => boolean,
  timeoutMillis = 60_000,
): Promise<void> => {
  const deadline = Date.now() + timeoutMillis;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`Waited ${timeoutMillis} ms for ${what}`);
    await pause(5);
  }
};
