import { describe, expect, it } from '@jest/globals';
import { checkTraceRequest, encodeTraceRequest } from '@lantern/otlp';
import { AttributeMap, SpanKind } from '@lantern/telemetry-model';
import {
  T0,
  attributes,
  millis,
  orderTrace,
  resource,
  resourceSpans,
  span,
  spanId,
  trace,
  traceId,
} from '@lantern/telemetry-model/testing';
import { contentOf } from '../trace-content.js';
import { RANGE, type TraceStoreSubject } from './trace-store-subject.js';

/** Contract on the visibility of writes, and on the ownership of results by the caller. */
export const showsWrites = (subject: TraceStoreSubject): void => {
  describe('Visibility of writes', () => {
    it('An acknowledged write is visible to every query', async () => {
      for (let n = 1; n <= 20; n++) {
        const id = traceId(n);
        await subject.append(...orderTrace({ traceId: id, startUnixNano: T0 + millis(n) }).resourceSpans);
        expect(contentOf(await subject.store.getTrace(id))).toHaveLength(10);
        expect(await subject.findIds({ limit: 1 })).toEqual([n]);
        expect(await subject.store.services()).toEqual(['api-gateway', 'order-service', 'user-service']);
        expect(await subject.store.dependencies(RANGE)).toMatchObject([{ callCount: n }, { callCount: n }]);
        expect(await subject.store.stats()).toMatchObject({ traces: n, spans: 10 * n });
      }
    });

    it('Concurrent writes are visible when acknowledged', async () => {
      await Promise.all(
        Array.from({ length: 20 }, (_, n) =>
          subject.append(...orderTrace({ traceId: traceId(n + 1) }).resourceSpans),
        ),
      );
      expect(await subject.store.stats()).toMatchObject({ traces: 20, spans: 200 });
    });

    it('Spans that arrive long after the rest of their trace are visible', async () => {
      await subject.append(resourceSpans('web', span({ traceId: traceId(1) })));
      for (let n = 2; n <= 50; n++) {
        await subject.append(
          resourceSpans('web', span({ traceId: traceId(n), startUnixNano: T0 + millis(n) })),
        );
      }
      const late = span({
        traceId: traceId(1),
        spanId: spanId(2),
        name: 'late',
        startUnixNano: T0 + millis(99),
      });
      await subject.append(resourceSpans('worker', late));
      expect(contentOf(await subject.store.getTrace(traceId(1)))).toHaveLength(2);
      expect(await subject.findIds({ limit: 2 })).toEqual([1, 50]);
      expect(await subject.findIds({ operation: 'late' })).toEqual([1]);
    });

    it('A request with invalid span IDs is rejected and not visible', async () => {
      const request = encodeTraceRequest(orderTrace().resourceSpans);
      const id = Buffer.from(spanId(1), 'hex');
      request.fill(0, Buffer.from(request).indexOf(id), Buffer.from(request).indexOf(id) + id.length);
      await expect(subject.store.append(checkTraceRequest(request))).rejects.toThrow(
        /^Not sanitized: 1 spans have invalid IDs$/,
      );
      expect(await subject.store.stats()).toMatchObject({ traces: 0, spans: 0 });
      expect(await subject.store.services()).toEqual([]);
    });
  });

  describe('Ownership of results', () => {
    it('Later spans do not change an earlier answer', async () => {
      await subject.append(...orderTrace().resourceSpans);
      const before = await subject.store.getTrace(traceId(1));
      const [found] = await subject.find();
      const services = await subject.store.services();
      await subject.append(resourceSpans('late', span({ spanId: spanId(99) })));
      expect(contentOf(before)).toEqual(contentOf(orderTrace()));
      expect(contentOf(found)).toEqual(contentOf(orderTrace()));
      expect(services).not.toContain('late');
    });

    it('Changes of an answer do not change the store', async () => {
      const spoil = (value: unknown): void => {
        if (typeof value !== 'object' || value === null) return;
        Object.values(value).forEach(spoil);
        if (value instanceof Uint8Array) value.fill(0);
        else if (Array.isArray(value)) value.length = 0;
        else for (const key of Object.keys(value)) Reflect.deleteProperty(value, key);
      };
      const sent = resourceSpans(
        resource('web', { bytes: Uint8Array.of(1), list: ['a'] }),
        span({
          attributes: attributes({ map: new AttributeMap(attributes({ deep: Uint8Array.of(1) })) }),
          events: [
            { timeUnixNano: T0, name: 'e', attributes: attributes({ a: 1n }), droppedAttributesCount: 0 },
          ],
          links: [
            {
              traceId: traceId(2),
              spanId: spanId(2),
              traceState: '',
              attributes: attributes({ a: [1n] }),
              droppedAttributesCount: 0,
              flags: 0,
            },
          ],
        }),
      );
      await subject.append(sent);
      spoil(await subject.store.getTrace(traceId(1)));
      spoil(await subject.find());
      spoil(await subject.store.services());
      spoil(await subject.store.operations('web'));
      expect(await subject.store.getTrace(traceId(1))).toEqual(trace(sent));
      expect(await subject.store.services()).toEqual(['web']);
      expect(await subject.store.operations('web')).toEqual([{ name: 'GET /', kind: SpanKind.server }]);
    });
  });
};
