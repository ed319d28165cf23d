import { describe, expect, it } from '@jest/globals';
import { encodeTraceRequest } from '@lantern/otlp';
import { orderTrace, traceId } from '@lantern/telemetry-model/testing';
import { traceStoreContract } from '../contract/trace-store-contract.js';
import { openMemoryTraceStore } from './memory-trace-store.js';

traceStoreContract('the in-memory trace store', async (limits) => openMemoryTraceStore(limits));

describe('the bytes that the in-memory trace store counts', () => {
  const order = (n: number): Uint8Array =>
    encodeTraceRequest(orderTrace({ traceId: traceId(n) }).resourceSpans);

  it('do not grow with what arrives twice', async () => {
    const store = openMemoryTraceStore({ maxBytes: 1e9 });
    await store.append(order(1));
    const { bytes } = await store.stats();
    await store.append(order(1));
    expect((await store.stats()).bytes).toBe(bytes);
  });

  it('are none once everything is gone', async () => {
    const store = openMemoryTraceStore({ maxBytes: 0 });
    for (const n of [1, 2, 3]) await store.append(order(n));
    expect(await store.stats()).toEqual({ traces: 0, spans: 0, bytes: 0, evictedSpans: 30 });
  });
});
