import { describe, expect, it } from '@jest/globals';
import { SpanKind, StatusCode, type Span } from '@lantern/telemetry-model';
import {
  T0,
  millis,
  orderTrace,
  resourceSpans,
  span,
  spanId,
  traceId,
} from '@lantern/telemetry-model/testing';
import { RANGE, type TraceStoreSubject } from './trace-store-subject.js';

/** Defines the tests of data derived from spans: rates, services, operations, dependencies. */
export const derivesRollups = (subject: TraceStoreSubject): void => {
  describe('Measurements', () => {
    const SECONDS_10 = millis(10_000);

    it('RED metrics have rate, errors and durations of each operation in each period', async () => {
      const error = { code: StatusCode.error, message: '' };
      const one = (n: number, at: number, duration: number, fields: Partial<Span> = {}) =>
        span({
          traceId: traceId(n),
          spanId: spanId(n),
          startUnixNano: T0 + millis(at),
          endUnixNano: T0 + millis(at + duration),
          ...fields,
        });
      await subject.append(
        resourceSpans('web', one(1, 0, 5), one(2, 9_999, 80, { status: error }), one(3, 10_000, 5)),
        resourceSpans('web', one(4, 20_000, 5), one(5, 0, 5, { kind: SpanKind.client })),
        resourceSpans('web', one(6, 1, 5, { name: 'another' })),
        resourceSpans('orders', one(7, 0, 5)),
      );
      const cells = await subject.store.redMetrics({
        services: ['web'],
        kinds: [SpanKind.server],
        range: { startUnixNano: T0, endUnixNano: T0 + 2n * SECONDS_10 },
        periodNano: SECONDS_10,
      });
      const cell = (operation: string, period: bigint, calls: number, errors: number) => ({
        service: 'web',
        operation,
        kind: SpanKind.server,
        periodStartUnixNano: T0 + period * SECONDS_10,
        calls,
        errors,
        latencies: expect.any(Array),
      });
      expect(cells).toEqual([cell('GET /', 0n, 2, 1), cell('GET /', 1n, 1, 0), cell('another', 0n, 1, 0)]);
      expect(cells[0]?.latencies).toEqual([
        [5e6, 1],
        [80e6, 1],
      ]);
    });

    it('Periods that the range cuts count only spans in the range', async () => {
      await subject.append(
        resourceSpans(
          'web',
          ...[0, 10, 20, 30].map((second, n) =>
            span({
              traceId: traceId(n + 1),
              startUnixNano: T0 + millis(1_000 * second),
              endUnixNano: T0 + millis(1_000 * second + 5),
            }),
          ),
        ),
      );
      const cells = await subject.store.redMetrics({
        services: ['web'],
        kinds: [SpanKind.server],
        range: { startUnixNano: T0 + SECONDS_10, endUnixNano: T0 + 3n * SECONDS_10 },
        periodNano: 2n * T0,
      });
      expect(cells).toEqual([expect.objectContaining({ periodStartUnixNano: 0n, calls: 2 })]);
    });

    it('Edges have the durations of calls between services', async () => {
      await subject.append(
        resourceSpans('web', span({ endUnixNano: T0 + millis(50) })),
        resourceSpans(
          'orders',
          ...[2, 3, 4].map((n) =>
            span({ spanId: spanId(n), parentSpanId: spanId(1), endUnixNano: T0 + millis(n < 4 ? 10 : 40) }),
          ),
        ),
      );
      const edges = await subject.store.callEdges(RANGE);
      expect(edges).toEqual([
        { parent: 'web', child: 'orders', callCount: 3, errorCount: 0, latencies: expect.any(Array) },
      ]);
      expect(edges[0]?.latencies).toEqual([
        [10e6, 2],
        [40e6, 1],
      ]);
    });
  });

  describe('Derived data', () => {
    it('Services are sorted', async () => {
      await subject.append(
        resourceSpans('b', span({ spanId: spanId(1) })),
        resourceSpans('a', span({ spanId: spanId(2) })),
      );
      expect(await subject.store.services()).toEqual(['a', 'b']);
    });

    it('Operations of a service are sorted by name, then kind', async () => {
      const { client, server, internal } = SpanKind;
      const operations = [
        { name: 'b', kind: internal },
        { name: 'a', kind: client },
        { name: 'a', kind: server },
        { name: 'a', kind: client },
      ];
      await subject.append(
        resourceSpans('web', ...operations.map((fields, n) => span({ spanId: spanId(n + 1), ...fields }))),
      );
      await subject.append(resourceSpans('other', span({ spanId: spanId(9), name: 'c' })));
      expect(await subject.store.operations('web')).toEqual([
        { name: 'a', kind: server },
        { name: 'a', kind: client },
        { name: 'b', kind: internal },
      ]);
    });

    it('Dependencies have the calls and errors between services', async () => {
      await subject.append(...orderTrace({ traceId: traceId(1) }).resourceSpans);
      await subject.append(...orderTrace({ traceId: traceId(2), failed: true }).resourceSpans);
      expect(await subject.store.dependencies(RANGE)).toEqual([
        { parent: 'api-gateway', child: 'order-service', callCount: 2, errorCount: 1 },
        { parent: 'order-service', child: 'user-service', callCount: 2, errorCount: 0 },
      ]);
    });

    it('A dependency is counted when the called span arrives first, in a separate request', async () => {
      for (const group of orderTrace().resourceSpans.toReversed()) {
        await subject.append(group);
        await subject.store.dependencies(RANGE);
      }
      expect(await subject.store.dependencies(RANGE)).toHaveLength(2);
    });

    it('Dependencies count called spans that started in the range, both ends inclusive', async () => {
      await subject.append(...orderTrace().resourceSpans);
      const between = async (from: number, to: number): Promise<string[]> =>
        (
          await subject.store.dependencies({ startUnixNano: T0 + millis(from), endUnixNano: T0 + millis(to) })
        ).map(({ child }) => child);
      // order-service is called at 8 ms, user-service at 16 ms.
      expect(await between(8, 16)).toEqual(['order-service', 'user-service']);
      expect(await between(8, 15)).toEqual(['order-service']);
      expect(await between(9, 16)).toEqual(['user-service']);
      expect(await between(17, 99)).toEqual([]);
    });

    it('An unknown caller or a call within one service adds no dependency', async () => {
      await subject.append(
        resourceSpans(
          'web',
          span({ spanId: spanId(1) }),
          span({ spanId: spanId(2), parentSpanId: spanId(1) }),
        ),
        resourceSpans('orders', span({ spanId: spanId(3), parentSpanId: spanId(99) })),
      );
      expect(await subject.store.dependencies(RANGE)).toEqual([]);
    });
  });
};
