import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openBlockStore, type BlockStore } from './block-store.js';
import { RANGE, append, ids, numbers, order } from './testing/orders.js';

let now = 1_000_000;
let store: BlockStore;
beforeEach(async () => {
  store = openBlockStore({ sweepMillis: 0, maxAgeMillis: 60_000, now: () => now });
  for (const n of numbers(1, 1_000)) await append(store, ...order(n));
});
afterEach(() => store.close());

describe('Store without a data folder', () => {
  it('A store in memory uses at most 130 bytes of its limit for a span', async () => {
    const { spans, bytes } = await store.traces.stats();
    expect(spans).toBe(10_000);
    expect(bytes / spans).toBeLessThan(130);
    expect(store.status()).toMatchObject({ journalBytes: 0 });
    expect(store.status().blocks).toBeGreaterThan(5);
  });

  it('A store in memory drops spans beyond its retention', async () => {
    now += 60_001;
    while (store.sweep());
    // Spans that are in no sealed block yet stay.
    const { traces, evictedSpans } = await store.traces.stats();
    expect(evictedSpans).toBeGreaterThan(9_000);
    expect(await ids(store)).toEqual(numbers(1_001 - traces, 1_000));
    expect(await store.traces.dependencies(RANGE)).toMatchObject([
      { callCount: traces },
      { callCount: traces },
    ]);
  });
});
