import { describe, expect, it } from '@jest/globals';
import { AttributeMap, SpanKind, StatusCode, type ResourceSpans } from '@lantern/telemetry-model';
import {
  T0,
  attributes,
  orderTrace,
  resource,
  resourceSpans,
  scope,
  span,
  spanId,
  trace,
  traceId,
} from '@lantern/telemetry-model/testing';
import { decodeTrace, type EncodedTrace } from '../../encoded-trace.js';
import { contentOf } from '../trace-content.js';
import { RANGE, type TraceStoreSubject } from './trace-store-subject.js';

/** Defines the tests that the store keeps each span, and keeps it once. */
export const keepsSpans = (subject: TraceStoreSubject): void => {
  describe('Empty trace store', () => {
    it('An empty store answers every query with an empty result', async () => {
      expect(await subject.store.getTrace(traceId(1))).toBeUndefined();
      expect(await subject.store.getEncodedTrace(traceId(1))).toBeUndefined();
      expect(await subject.find()).toEqual([]);
      expect(await subject.store.services()).toEqual([]);
      expect(await subject.store.operations('web')).toEqual([]);
      expect(await subject.store.dependencies(RANGE)).toEqual([]);
      expect(await subject.store.callEdges(RANGE)).toEqual([]);
      expect(await subject.store.countTraces({ range: RANGE, limit: 1 })).toBe(0);
      expect(await subject.store.stats()).toMatchObject({ traces: 0, spans: 0, evictedSpans: 0 });
    });

    it('Requests without spans leave the store empty', async () => {
      await subject.append();
      await subject.append(resourceSpans('web'));
      expect(await subject.store.services()).toEqual([]);
      expect(await subject.store.stats()).toMatchObject({ traces: 0, spans: 0 });
    });
  });

  describe('Stored spans', () => {
    it('Every field of a span, its scope and its resource is stored', async () => {
      const full = span({
        parentSpanId: spanId(7),
        traceState: 'vendor=1',
        flags: 0x301,
        name: 'Größe prüfen 漢字 🦜',
        kind: SpanKind.consumer,
        attributes: attributes({
          text: 'ein Stück',
          empty: '',
          integer: -9_223_372_036_854_775_808n,
          double: 0.1,
          flag: false,
          bytes: Uint8Array.of(0, 255),
          array: ['a', 1n, null],
          map: new AttributeMap(attributes({ deep: [true] })),
          nothing: null,
        }),
        droppedAttributesCount: 1,
        events: [
          {
            timeUnixNano: T0 + 1n,
            name: 'exception',
            attributes: attributes({ why: 'no reason' }),
            droppedAttributesCount: 2,
          },
        ],
        droppedEventsCount: 3,
        links: [
          {
            traceId: traceId(9),
            spanId: spanId(9),
            traceState: 'vendor=2',
            attributes: attributes({ retry: 1n }),
            droppedAttributesCount: 4,
            flags: 0x101,
          },
        ],
        droppedLinksCount: 5,
        status: { code: StatusCode.error, message: 'schiefgegangen' },
      });
      const sent: ResourceSpans = {
        resource: { ...resource('web', { 'host.name': 'box' }), droppedAttributesCount: 6 },
        schemaUrl: 'https://opentelemetry.io/schemas/1.37.0',
        scopeSpans: [
          {
            scope: {
              name: 'shop',
              version: '1.2.3',
              attributes: attributes({ short: 'scope' }),
              droppedAttributesCount: 7,
            },
            schemaUrl: 'https://opentelemetry.io/schemas/1.36.0',
            spans: [full],
          },
        ],
      };
      await subject.append(sent);
      expect(await subject.store.getTrace(full.traceId)).toEqual(trace(sent));
      expect(await subject.find()).toEqual([trace(sent)]);
    });

    it('The earliest and the latest 64-bit time of a span are stored', async () => {
      const extremes = [
        span({ spanId: spanId(1), startUnixNano: 0n, endUnixNano: 0n }),
        span({ spanId: spanId(2), startUnixNano: 0n, endUnixNano: (1n << 64n) - 1n }),
      ];
      await subject.append(resourceSpans('web', ...extremes));
      expect(contentOf(await subject.store.getTrace(traceId(1)))).toEqual(
        contentOf(trace(resourceSpans('web', ...extremes))),
      );
    });

    it('The spans of one trace are joined from any number of requests and services', async () => {
      const { resourceSpans: groups } = orderTrace();
      for (const group of groups.toReversed()) await subject.append(group);
      expect(contentOf(await subject.store.getTrace(traceId(1)))).toEqual(contentOf(orderTrace()));
      expect(await subject.store.stats()).toMatchObject({ traces: 1, spans: 10 });
    });

    it('The traces of one request are separated', async () => {
      await subject.append(
        resourceSpans('web', span({ traceId: traceId(1) }), span({ traceId: traceId(2) })),
        resourceSpans('orders', span({ traceId: traceId(2), spanId: spanId(2) })),
      );
      expect(contentOf(await subject.store.getTrace(traceId(1)))).toHaveLength(1);
      expect(contentOf(await subject.store.getTrace(traceId(2)))).toHaveLength(2);
    });

    it('An encoded trace has the messages of the spans in the groups of the trace', async () => {
      const { resourceSpans: groups } = orderTrace();
      for (const group of groups.toReversed()) await subject.append(group);
      for (const group of groups) await subject.append(group);
      const stored = await subject.store.getTrace(traceId(1));
      const encoded = await subject.store.getEncodedTrace(traceId(1));
      expect(encoded && decodeTrace(encoded)).toEqual(stored);
      const found: EncodedTrace[] = [];
      for await (const { trace: each } of subject.store.eachTrace({ range: RANGE, limit: 10 }))
        found.push(each);
      expect(found.map(decodeTrace)).toEqual([stored]);
    });

    it("Reading a trace ends when the caller's memory limit is exceeded", async () => {
      for (let n = 1; n <= 50; n++) {
        await subject.append(resourceSpans('web', span({ spanId: spanId(n), name: 'x'.repeat(1_000) })));
      }
      const holdUpTo = (limit: number) => {
        let held = 0;
        return (bytes: number): void => {
          held += bytes;
          if (held > limit) throw new RangeError('no room');
        };
      };
      const { store } = subject;
      const query = { range: RANGE, limit: 10 };
      await expect(store.getEncodedTrace(traceId(1), holdUpTo(10_000))).rejects.toThrow('no room');
      await expect(store.eachTrace(query, holdUpTo(10_000)).next()).rejects.toThrow('no room');
      expect(await store.getEncodedTrace(traceId(1), holdUpTo(10_000_000))).toBeDefined();
      expect((await store.eachTrace(query, holdUpTo(10_000_000)).next()).done).toBe(false);
    });

    it('A trace has one group for each distinct resource and scope, for any number of requests', async () => {
      const piece = (n: number, scopeName: string): ResourceSpans => ({
        resource: resource('web', { 'host.name': 'box' }),
        schemaUrl: 's',
        scopeSpans: [{ scope: scope(scopeName), schemaUrl: '', spans: [span({ spanId: spanId(n) })] }],
      });
      await subject.append(piece(1, 'a'), piece(2, 'b'));
      await subject.append(piece(3, 'a'));
      const [group, ...others] = (await subject.store.getTrace(traceId(1)))?.resourceSpans ?? [];
      expect(others).toEqual([]);
      expect(group?.scopeSpans.map((scopeGroup) => scopeGroup.spans.length).sort()).toEqual([1, 2]);
    });

    it('Resources that differ only in the type of a value stay separate', async () => {
      await subject.append(resourceSpans(resource('web', { pid: 1n }), span({ spanId: spanId(1) })));
      await subject.append(resourceSpans(resource('web', { pid: '1' }), span({ spanId: spanId(2) })));
      expect((await subject.store.getTrace(traceId(1)))?.resourceSpans).toHaveLength(2);
    });

    it('A span of a retried request is stored once', async () => {
      const { resourceSpans: groups } = orderTrace();
      await subject.append(...groups);
      await subject.append(...groups);
      expect(contentOf(await subject.store.getTrace(traceId(1)))).toEqual(contentOf(orderTrace()));
      expect(await subject.store.stats()).toMatchObject({ traces: 1, spans: 10 });
      expect(await subject.store.dependencies(RANGE)).toMatchObject([{ callCount: 1 }, { callCount: 1 }]);
    });

    it('A span that is twice in one request is stored once', async () => {
      await subject.append(resourceSpans('web', span(), span()));
      expect(await subject.store.stats()).toMatchObject({ spans: 1 });
    });

    it('Different spans with the same IDs are all stored, in the order of arrival', async () => {
      const running = resourceSpans('worker', span({ name: 'job', kind: SpanKind.internal }));
      const ended = resourceSpans(
        'worker',
        span({ name: 'job', kind: SpanKind.internal, status: { code: StatusCode.error, message: 'failed' } }),
      );
      const relabelled = resourceSpans(
        'worker',
        span({ name: 'job', kind: SpanKind.internal, status: { code: StatusCode.error, message: 'falied' } }),
      );
      const elsewhere = resourceSpans(
        resource('worker', { 'host.name': 'other' }),
        span({ name: 'job', kind: SpanKind.internal }),
      );
      const all = [running, ended, relabelled, elsewhere];
      for (const group of all) await subject.append(group);
      await subject.append(...all);
      await subject.append(...all.toReversed());
      const stored = await subject.store.getTrace(traceId(1));
      expect(contentOf(stored)).toEqual(contentOf(trace(...all)));
      expect(stored?.resourceSpans[0]?.scopeSpans[0]?.spans.map(({ status }) => status.message)).toEqual([
        '',
        'failed',
        'falied',
      ]);
      expect(await subject.store.stats()).toMatchObject({ traces: 1, spans: 4 });
      expect(await subject.findIds({ attributes: { error: 'true' } })).toEqual([1]);
    });

    it('Hundreds of spans with one ID in a trace are stored, and their calls counted once', async () => {
      const caller = resourceSpans('web', span({ spanId: spanId(1), kind: SpanKind.client }));
      const called = Array.from({ length: 300 }, (_, n) =>
        span({ spanId: spanId(2), parentSpanId: spanId(1), name: `state ${n}` }),
      );
      await subject.append(caller);
      await subject.append(resourceSpans('orders', ...called));
      await subject.append(resourceSpans('orders', ...called.toReversed()));
      expect(await subject.store.stats()).toMatchObject({ spans: 301 });
      expect(await subject.store.dependencies(RANGE)).toMatchObject([
        { parent: 'web', child: 'orders', callCount: 1 },
      ]);
    });

    it('Both halves of a call with a shared span ID, as from Zipkin libraries, are stored', async () => {
      const client = resourceSpans('web', span({ spanId: spanId(2), kind: SpanKind.client }));
      const server = resourceSpans('orders', span({ spanId: spanId(2), kind: SpanKind.server }));
      await subject.append(client);
      await subject.append(server);
      expect(contentOf(await subject.store.getTrace(traceId(1)))).toEqual(contentOf(trace(client, server)));
      expect(await subject.store.dependencies(RANGE)).toMatchObject([
        { parent: 'web', child: 'orders', callCount: 1 },
      ]);
    });

    it('The same span ID in different traces is stored', async () => {
      await subject.append(
        resourceSpans('web', span({ traceId: traceId(1) }), span({ traceId: traceId(2) })),
      );
      expect(await subject.store.stats()).toMatchObject({ traces: 2, spans: 2 });
    });
  });
};
