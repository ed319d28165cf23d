import { waitFor } from '@lantern/launcher';

/**
 * Retries an assertion until it holds, for changes that a page makes shortly after a key or a click. On timeout it
 * throws the last error of the assertion.
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
  await waitFor('an assertion', attempt, { deadlineMillis: 20_000 }).catch(() => {
    throw failure;
  });
};
