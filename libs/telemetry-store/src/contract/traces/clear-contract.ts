import { describe, expect, it } from '@jest/globals';
import { SpanKind } from '@lantern/telemetry-model';
import { millis, orderTrace, traceId } from '@lantern/telemetry-model/testing';
import { contentOf } from '../trace-content.js';
import { RANGE, type TraceStoreSubject } from './trace-store-subject.js';

/** Defines the tests of a store whose data is deleted. */
export const clears = (subject: TraceStoreSubject): void => {
  describe('Cleared trace store', () => {
    const PERIOD = millis(10_000);
    const RED = {
      services: ['order-service'],
      kinds: Object.values(SpanKind),
      range: { startUnixNano: 0n, endUnixNano: (RANGE.endUnixNano / PERIOD) * PERIOD },
      periodNano: PERIOD,
    };

    const appendOrders = async (count: number): Promise<void> => {
      for (let n = 1; n <= count; n++)
        await subject.append(...orderTrace({ traceId: traceId(n) }).resourceSpans);
    };

    it('A cleared store answers every query like an empty one, and has evicted nothing', async () => {
      await appendOrders(15);
      const { store } = subject;
      expect(await store.archiveTrace(traceId(2))).toBe(true);
      expect(await store.redMetrics(RED)).not.toEqual([]);
      await store.clear();
      expect(await subject.find()).toEqual([]);
      for (const n of [1, 2, 15]) expect(await store.getTrace(traceId(n))).toBeUndefined();
      expect(await store.services()).toEqual([]);
      expect(await store.operations('order-service')).toEqual([]);
      expect(await store.dependencies(RANGE)).toEqual([]);
      expect(await store.redMetrics(RED)).toEqual([]);
      expect(await store.countTraces({ range: RANGE, limit: 1 })).toBe(0);
      expect(await store.stats()).toEqual({ traces: 0, spans: 0, bytes: 0, evictedSpans: 0 });
      expect(await store.archiveTrace(traceId(2))).toBe(false);
    });

    it('A cleared store takes the same spans again, and may be cleared twice', async () => {
      await appendOrders(5);
      await subject.store.clear();
      await subject.store.clear();
      await appendOrders(5);
      expect(contentOf(await subject.store.getTrace(traceId(5)))).toEqual(
        contentOf(orderTrace({ traceId: traceId(5) })),
      );
      expect(await subject.store.stats()).toMatchObject({ traces: 5, spans: 50 });
      expect(await subject.store.dependencies(RANGE)).toMatchObject([{ callCount: 5 }, { callCount: 5 }]);
    });

    it('A request that arrives while the store is cleared is kept or deleted as a whole', async () => {
      await appendOrders(10);
      const appends = [20, 21, 22].map((n) =>
        subject.append(...orderTrace({ traceId: traceId(n) }).resourceSpans),
      );
      const cleared = subject.store.clear();
      appends.push(subject.append(...orderTrace({ traceId: traceId(23) }).resourceSpans));
      await Promise.all([...appends, cleared]);
      const { traces, spans } = await subject.store.stats();
      expect(spans).toBe(10 * traces);
      expect(traces).toBeLessThanOrEqual(4);
      expect(await subject.store.getTrace(traceId(1))).toBeUndefined();
    });
  });
};
