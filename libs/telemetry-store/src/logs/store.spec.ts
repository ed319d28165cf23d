import { afterAll, describe } from '@jest/globals';
import { logStoreContract } from '../contract/log-store-contract.js';
import { openBlockStore } from '../block-store.js';
import { TemporaryFolders } from '../testing/temporary-folders.js';

const folders = new TemporaryFolders();

afterAll(() => folders.remove());

describe.each([3, 64])('Log store with %i lines per block', (linesPerBlock) => {
  logStoreContract('the durable log store', async ({ maxBytes }) => {
    const { logs } = openBlockStore({
      maxLogBytes: maxBytes,
      folder: folders.next(),
      durability: 'none',
      linesPerBlock,
      sweepMillis: 0,
    });
    return logs;
  });
});

logStoreContract(
  'the log store in memory',
  async ({ maxBytes }) => openBlockStore({ maxLogBytes: maxBytes, linesPerBlock: 16, sweepMillis: 0 }).logs,
);
