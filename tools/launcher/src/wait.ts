/**
 * Asks again and again until the answer is there.
 *
 * @throws Error naming what was waited for, once the deadline has passed
 */
export const waitFor = async <T>(
  what: string,
  ask: () => Promise<T | undefined>,
  { deadlineMs = 30_000, intervalMs = 50 } = {},
): Promise<T> => {
  const deadline = Date.now() + deadlineMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > deadline) throw new Error(`Waited ${deadlineMs / 1000} s in vain for ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, intervalMs));
  }
};
