import { describe, expect, it } from '@jest/globals';
import { type ResourceSpans, type Span } from '@lantern/telemetry-model';
import {
  T0,
  attributes,
  millis,
  orderTrace,
  resourceSpans,
  span,
  spanId,
  traceId,
} from '@lantern/telemetry-model/testing';
import { contentOf } from '../trace-content.js';
import type { TraceStoreSubject } from './trace-store-subject.js';

/** Which traces a query finds, in which order. */
export const findsTraces = (subject: TraceStoreSubject): void => {
  describe('Search', () => {
    it('Traces are found by service and returned whole', async () => {
      await subject.append(...orderTrace().resourceSpans);
      await subject.append(resourceSpans('other', span({ traceId: traceId(2) })));
      const [found, ...more] = await subject.find({ service: 'user-service' });
      expect(more).toEqual([]);
      expect(contentOf(found)).toEqual(contentOf(orderTrace()));
      expect(await subject.find({ service: 'nobody' })).toEqual([]);
    });

    it('Traces without a service name are found by the fallback name', async () => {
      await subject.append(resourceSpans({ attributes: [], droppedAttributesCount: 0 }, span()));
      expect(await subject.store.services()).toEqual(['missing-service-name']);
      expect(await subject.findIds({ service: 'missing-service-name' })).toEqual([1]);
    });

    it('Traces are found by the exact name of an operation', async () => {
      await subject.appendEach({ name: 'GET /users' }, { name: 'GET /users/:id' }, { name: 'get /users' });
      expect(await subject.findIds({ operation: 'GET /users' })).toEqual([1]);
    });

    it('Traces are found by the duration of a span, both bounds inclusive', async () => {
      const lasting = (duration: number): Partial<Span> => ({ endUnixNano: T0 + millis(duration) });
      await subject.appendEach(lasting(9), lasting(10), lasting(20), lasting(21));
      expect(await subject.findIds({ minDurationNano: millis(10), maxDurationNano: millis(20) })).toEqual([
        2, 3,
      ]);
      expect(await subject.findIds({ minDurationNano: millis(20) + 1n })).toEqual([4]);
      expect(await subject.findIds({ maxDurationNano: millis(10) - 1n })).toEqual([1]);
    });

    it('Traces are found by the start of a span, both ends of the range inclusive', async () => {
      const starts = [9, 10, 20, 21].map((n) => ({ startUnixNano: T0 + millis(n) }));
      await subject.appendEach(...starts);
      expect(
        await subject.findIds({ range: { startUnixNano: T0 + millis(10), endUnixNano: T0 + millis(20) } }),
      ).toEqual([3, 2]);
      expect(
        await subject.findIds({
          range: { startUnixNano: T0 + millis(10) + 1n, endUnixNano: T0 + millis(20) - 1n },
        }),
      ).toEqual([]);
    });

    it('A found trace includes spans outside the range', async () => {
      await subject.append(...orderTrace().resourceSpans);
      const [found] = await subject.find({
        range: { startUnixNano: T0 + millis(16), endUnixNano: T0 + millis(16) },
      });
      expect(contentOf(found)).toEqual(contentOf(orderTrace()));
    });

    it('A trace is found only if one single span satisfies every condition', async () => {
      await subject.append(
        resourceSpans('web', span({ spanId: spanId(1), name: 'a', attributes: attributes({ user: '1' }) })),
        resourceSpans('orders', span({ spanId: spanId(2), name: 'b', endUnixNano: T0 + millis(50) })),
      );
      expect(await subject.findIds({ service: 'web', operation: 'a', attributes: { user: '1' } })).toEqual([
        1,
      ]);
      expect(await subject.findIds({ service: 'web', operation: 'b' })).toEqual([]);
      expect(await subject.findIds({ service: 'orders', attributes: { user: '1' } })).toEqual([]);
      expect(await subject.findIds({ operation: 'a', minDurationNano: millis(50) })).toEqual([]);
    });

    it('Traces are sorted by their newest matching span, newest first', async () => {
      const at = (id: number, n: number, ms: number, name: string): ResourceSpans =>
        resourceSpans(
          'web',
          span({ traceId: traceId(id), spanId: spanId(n), name, startUnixNano: T0 + millis(ms) }),
        );
      await subject.append(
        at(1, 1, 0, 'a'),
        at(2, 1, 10, 'a'),
        at(3, 1, 5, 'a'),
        at(1, 2, 20, 'b'),
        at(2, 2, 1, 'b'),
      );
      expect(await subject.findIds()).toEqual([1, 2, 3]);
      expect(await subject.findIds({ operation: 'a' })).toEqual([2, 3, 1]);
      expect(await subject.findIds({ operation: 'b' })).toEqual([1, 2]);
      const early = { startUnixNano: T0, endUnixNano: T0 + millis(5) };
      expect(await subject.findIds({ range: early })).toEqual([3, 2, 1]);
    });

    it('Traces with equal starts are sorted by trace ID', async () => {
      for (const n of [3, 1, 2]) await subject.append(resourceSpans('web', span({ traceId: traceId(n) })));
      expect(await subject.findIds()).toEqual([1, 2, 3]);
      expect(await subject.findIds({ limit: 2 })).toEqual([1, 2]);
    });

    it('A search returns at most the limit, and exactly the limit when more traces match', async () => {
      const count = 30;
      await subject.appendEach(
        ...Array.from({ length: count }, (_, n) => ({ startUnixNano: T0 + millis((n * 7) % count) })),
      );
      const all = await subject.findIds();
      expect(all).toHaveLength(count);
      for (const limit of [1, 2, count - 1, count, count + 1]) {
        expect(await subject.findIds({ limit })).toEqual(all.slice(0, limit));
        expect(await subject.findIds({ limit, service: 'web' })).toEqual(all.slice(0, limit));
      }
    });
  });
};
