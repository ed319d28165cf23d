import { waitFor } from '@lantern/launcher';

/**
 * Makes an assertion again and again until it holds: for what a page does a moment after the key or the click, in its
 * own time. One that never holds throws what it threw last.
 */
export const eventually = async (assertion: () => void | Promise<void>): Promise<void> => {
  let failure: unknown;
  const attempt = async (): Promise<true | undefined> => {
    try {
      await assertion();
      return true;
    } catch (error) {
      failure = error;
      return undefined;
    }
  };
  await waitFor('an assertion', attempt, { deadlineMs: 20_000 }).catch(() => {
    throw failure;
  });
};
