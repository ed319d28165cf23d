import { describe, expect, it } from '@jest/globals';
import { encodeTraceRequest } from '@lantern/otlp';
import { T0, millis, orderTrace } from '@lantern/telemetry-model/testing';
import { openMemoryTraceStore } from './memory-trace-store.js';
import { openMemoryLogStore } from './memory-log-store.js';

describe('the in-memory trace store', () => {
  it('returns a trace as it was appended', async () => {
    const store = openMemoryTraceStore({ maxBytes: 1e6 });
    const trace = orderTrace({ failed: true });
    await store.append(encodeTraceRequest(trace.resourceSpans));
    expect(await store.getTrace(trace.traceId)).toEqual(trace);
    expect(
      await store.findTraces({
        service: 'user-service',
        range: { startUnixNano: T0, endUnixNano: T0 + millis(20) },
        limit: 1,
      }),
    ).toEqual([trace]);
    expect(await store.services()).toEqual(['api-gateway', 'order-service', 'user-service']);
    expect(await store.dependencies({ startUnixNano: T0, endUnixNano: T0 + millis(20) })).toEqual([
      { parent: 'api-gateway', child: 'order-service', callCount: 1, errorCount: 1 },
      { parent: 'order-service', child: 'user-service', callCount: 1, errorCount: 0 },
    ]);
    expect(await store.stats()).toMatchObject({ traces: 1, spans: 9 });
  });
  it('logs', async () => {
    const store = openMemoryLogStore({ maxBytes: 1e6 });
    await store.append([
      {
        labels: { a: 'b' },
        entries: [1n, 3n, 2n].map((n) => ({ timeUnixNano: n, line: `l${n}`, structuredMetadata: {} })),
      },
    ]);
    const rows: string[] = [];
    for await (const chunk of store.read({
      matchers: [],
      range: { startUnixNano: 1n, endUnixNano: 4n },
      direction: 'backward',
    })) {
      rows.push(...chunk.map(({ entry }) => entry.line));
    }
    expect(rows).toEqual(['l3', 'l2', 'l1']);
  });
});
