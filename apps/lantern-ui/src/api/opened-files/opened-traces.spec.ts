import { describe, expect, it } from '@jest/globals';
import { traceId } from '@lantern/telemetry-model/testing';
import { completed, keepTraces, openedTrace } from './opened-traces.js';

describe('completed', () => {
  /** Transaction as far as its events go: Node.js has no IndexedDB. */
  const transactionOf = (error: DOMException | null = null) => Object.assign(new EventTarget(), { error });
  const turn = () => new Promise((resolve) => setImmediate(resolve));

  it('completed waits for the transaction even after all its requests have succeeded', async () => {
    const transaction = transactionOf();
    let isDone = false;
    const done = completed(transaction).then(() => (isDone = true));
    transaction.dispatchEvent(new Event('success'));
    await turn();
    expect(isDone).toBe(false);
    transaction.dispatchEvent(new Event('complete'));
    await done;
  });

  it('completed rejects with the reason if the browser aborts the transaction', async () => {
    const transaction = transactionOf(new DOMException('The quota is exceeded.', 'QuotaExceededError'));
    const done = completed(transaction);
    transaction.dispatchEvent(new Event('abort'));
    await expect(done).rejects.toThrow('The browser cannot store opened files: The quota is exceeded.');
  });
});

describe('A browser whose database cannot be opened', () => {
  // As in Node.js, which has none.
  it('Every trace is read from Lantern, and opening a file reports the reason', async () => {
    expect(await openedTrace(traceId(1))).toBeUndefined();
    await expect(keepTraces('traces.json', [])).rejects.toThrow('indexedDB');
  });
});
