import { describe, expect, it } from '@jest/globals';
import { encodeTraceRequest } from '@lantern/otlp';
import { NO_SPAN_ID } from '@lantern/telemetry-model';
import { orderTrace, resourceSpans, span, traceId } from '@lantern/telemetry-model/testing';
import { traceStoreContract } from '../contract/trace-store-contract.js';
import { openMemoryTraceStore } from './memory-trace-store.js';

traceStoreContract('the in-memory trace store', async (limits) => openMemoryTraceStore(limits));

describe('the in-memory trace store', () => {
  it('refuses a request that was not sanitised, and keeps nothing of it', async () => {
    const store = openMemoryTraceStore({ maxBytes: 1e9 });
    const zeroId = encodeTraceRequest([resourceSpans('web', span(), span({ spanId: NO_SPAN_ID }))]);
    await expect(store.append(zeroId)).rejects.toThrow('Not sanitised: span id is all zero');
    expect(await store.stats()).toMatchObject({ spans: 0 });
  });
});

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

  it('are those of the traces that are left', async () => {
    const all = openMemoryTraceStore({ maxBytes: 1e9 });
    for (let n = 1; n <= 20; n++) await all.append(order(n));
    const small = openMemoryTraceStore({ maxBytes: (await all.stats()).bytes / 2 });
    for (let n = 1; n <= 20; n++) await small.append(order(n));
    const { traces, bytes } = await small.stats();
    const fresh = openMemoryTraceStore({ maxBytes: 1e9 });
    for (let n = 21 - traces; n <= 20; n++) await fresh.append(order(n));
    expect((await fresh.stats()).bytes).toBe(bytes);
  });

  it('are none once everything is gone', async () => {
    const store = openMemoryTraceStore({ maxBytes: 0 });
    for (const n of [1, 2, 3]) await store.append(order(n));
    expect(await store.stats()).toEqual({ traces: 0, spans: 0, bytes: 0, evictedSpans: 30 });
  });
});
