import { afterAll, describe } from '@jest/globals';
import { traceStoreContract } from '../contract/trace-store-contract.js';
import { TemporaryFolders } from '../testing/temporary-folders.js';
import { openBlockStore } from '../block-store.js';

const folders = new TemporaryFolders();

afterAll(() => folders.remove());

// A request of ten spans still fits into the smallest.
describe.each([3, 64])('Trace store with %i spans per block', (spansPerBlock) => {
  traceStoreContract('the durable trace store', async (limits) => {
    const { traces } = openBlockStore({
      ...limits,
      folder: folders.next(),
      durability: 'none',
      spansPerBlock,
      sweepMillis: 0,
    });
    return traces;
  });
});

traceStoreContract(
  'the trace store in memory',
  async (limits) => openBlockStore({ ...limits, spansPerBlock: 16, sweepMillis: 0 }).traces,
);
