import { describe, expect, it } from '@jest/globals';
import { logStoreContract } from '../contract/log-store-contract.js';
import { openMemoryLogStore } from './memory-log-store.js';

logStoreContract('the in-memory log store', async (limits) => openMemoryLogStore(limits));

describe('the bytes that the in-memory log store counts', () => {
  const stream = {
    labels: { service: 'web' },
    entries: [{ timeUnixNano: 1n, line: 'x', structuredMetadata: { trace_id: '1' } }],
  };

  it('do not grow with what arrives twice', async () => {
    const store = openMemoryLogStore({ maxBytes: 1e9 });
    await store.append([stream]);
    const { bytes } = await store.stats();
    await store.append([stream]);
    expect((await store.stats()).bytes).toBe(bytes);
  });

  it('are none once everything is gone', async () => {
    const store = openMemoryLogStore({ maxBytes: 0 });
    await store.append([stream, { ...stream, labels: { service: 'orders' } }]);
    expect(await store.stats()).toEqual({ streams: 0, entries: 0, bytes: 0, evictedEntries: 2 });
  });
});
