/**
 * Polls until there is a result.
 *
 * @throws Error with the description of the condition, after the deadline.
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
    if (Date.now() > deadline) throw new Error(`Waited ${deadlineMs / 1000} s for ${what}, in vain.`);
    await new Promise((resolve) => setTimeout(resolve, intervalMs));
  }
};
