import { describe, expect, it } from '@jest/globals';
import { checkTraceRequest, encodeTraceRequest } from '@lantern/otlp';
import { type Trace } from '@lantern/telemetry-model';
import {
  T0,
  attributes,
  millis,
  orderTrace,
  resourceSpans,
  span,
  spanId,
  trace,
  traceId,
} from '@lantern/telemetry-model/testing';
import type { TraceStore } from '../../trace-store.js';
import { contentOf } from '../trace-content.js';
import { RANGE, type TraceStoreSubject } from './trace-store-subject.js';

/** Defines the tests of eviction from a full store. */
export const keepsWithinLimits = (subject: TraceStoreSubject): void => {
  describe('Full trace store', () => {
    /** Trace that cannot be confused with another: it has its own service, operation and callee. */
    const distinctTrace = (n: number): Trace => {
      const at = { traceId: traceId(n), startUnixNano: T0 + millis(n) };
      const payload = attributes({ payload: String(n).repeat(400) });
      return trace(
        resourceSpans(
          `caller-${n}`,
          span({ ...at, spanId: spanId(1), name: `call ${n}`, attributes: payload }),
        ),
        resourceSpans(
          `callee-${n}`,
          span({ ...at, spanId: spanId(2), parentSpanId: spanId(1), attributes: payload }),
        ),
      );
    };
    const COUNT = 300;

    const fill = async (small: TraceStore): Promise<void> => {
      for (let n = 1; n <= COUNT; n++) {
        await small.append(checkTraceRequest(encodeTraceRequest(distinctTrace(n).resourceSpans)));
      }
    };

    /** Room for about a third of what {@link fill} appends. */
    const createSmall = async (): Promise<{ small: TraceStore; maxBytes: number }> => {
      await fill(subject.store);
      const maxBytes = Math.floor((await subject.store.stats()).bytes / 3);
      return { small: await subject.create({ maxBytes }), maxBytes };
    };

    it('A full store evicts the oldest traces with their derived data, and counts evicted spans', async () => {
      const { small, maxBytes } = await createSmall();
      try {
        await fill(small);
        const { traces, spans, bytes, evictedSpans } = await small.stats();
        expect(bytes).toBeLessThanOrEqual(maxBytes);
        expect(traces).toBeGreaterThan(0);
        expect(traces).toBeLessThan(COUNT);
        expect(spans).toBe(2 * traces);
        expect(spans + evictedSpans).toBe(2 * COUNT);

        const kept = Array.from({ length: traces }, (_, i) => COUNT - i);
        const query = { range: RANGE, limit: COUNT };
        expect((await small.findTraces(query)).map(contentOf)).toEqual(
          kept.map((n) => contentOf(distinctTrace(n))),
        );
        expect(await small.getTrace(traceId(1))).toBeUndefined();
        expect(await small.services()).toEqual(kept.flatMap((n) => [`caller-${n}`, `callee-${n}`]).sort());
        expect(await small.operations('caller-1')).toEqual([]);
        expect(await small.operations(`caller-${COUNT}`)).toHaveLength(1);
        expect(await small.findTraces({ ...query, service: 'caller-1' })).toEqual([]);
        expect((await small.dependencies(RANGE)).map(({ parent }) => parent)).toEqual(
          kept.map((n) => `caller-${n}`).sort(),
        );
      } finally {
        await small.close();
      }
    });

    it('Data that traces share is kept until the last of them is evicted', async () => {
      const { small } = await createSmall();
      try {
        for (let n = 1; n <= COUNT; n++) {
          await small.append(
            checkTraceRequest(encodeTraceRequest(orderTrace({ traceId: traceId(n) }).resourceSpans)),
          );
        }
        const { traces } = await small.stats();
        expect(traces).toBeLessThan(COUNT);
        expect(await small.services()).toEqual(['api-gateway', 'order-service', 'user-service']);
        expect(await small.operations('user-service')).toHaveLength(2);
        expect(await small.dependencies(RANGE)).toMatchObject([{ callCount: traces }, { callCount: traces }]);
      } finally {
        await small.close();
      }
    });

    it('A trace beyond the limit of the store does not break it', async () => {
      const { small, maxBytes } = await createSmall();
      try {
        const huge = Array.from({ length: 100 }, (_, n) =>
          span({
            traceId: traceId(9_999),
            spanId: spanId(n + 1),
            attributes: attributes({ payload: `${n}`.padStart(Math.ceil(maxBytes / 50), '.') }),
          }),
        );
        for (const piece of huge)
          await small.append(checkTraceRequest(encodeTraceRequest([resourceSpans('huge', piece)])));
        expect((await small.stats()).bytes).toBeLessThanOrEqual(maxBytes);
        await fill(small);
        expect((await small.stats()).bytes).toBeLessThanOrEqual(maxBytes);
        expect(contentOf(await small.getTrace(traceId(COUNT)))).toEqual(contentOf(distinctTrace(COUNT)));
        expect(await small.services()).not.toContain('huge');
      } finally {
        await small.close();
      }
    });

    it('An evicted trace can be stored again', async () => {
      const { small } = await createSmall();
      try {
        await fill(small);
        await small.append(checkTraceRequest(encodeTraceRequest(distinctTrace(1).resourceSpans)));
        expect(contentOf(await small.getTrace(traceId(1)))).toEqual(contentOf(distinctTrace(1)));
        expect(await small.operations('caller-1')).toHaveLength(1);
      } finally {
        await small.close();
      }
    });
  });
};
