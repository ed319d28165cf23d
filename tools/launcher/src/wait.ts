/**
 * Polls until there is a result.
 *
 * @throws Error with the description of the condition, after the deadline.
 */
export const waitFor = async <T>(
  what: string,
  ask: () => Promise<T | undefined>,
  { deadlineMillis = 30_000, intervalMillis = 50 } = {},
): Promise<T> => {
  const deadline = Date.now() + deadlineMillis;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > deadline)
      throw new Error(`Waited ${deadlineMillis / 1000} s for ${what}, which did not happen.`);
    await new Promise((resolve) => setTimeout(resolve, intervalMillis));
  }
};
