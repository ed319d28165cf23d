import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { encodeTraceRequest } from '@lantern/otlp';
import {
  AttributeMap,
  SpanKind,
  StatusCode,
  type AnyValue,
  type ResourceSpans,
  type Span,
  type Trace,
} from '@lantern/telemetry-model';
import {
  T0,
  attributes,
  millis,
  orderTrace,
  resource,
  resourceSpans,
  scope,
  span,
  spanId,
  trace,
  traceId,
} from '@lantern/telemetry-model/testing';
import fc from 'fast-check';
import type { LatencyCounts, TraceQuery, TraceStore } from '../trace-store.js';
import { NaiveTraceStore } from './naive-trace-store.js';
import { anyAppends, anyQuery } from './small-world.js';
import { AMPLE, type StoreLimits } from './store-limits.js';
import { contentOf } from './trace-content.js';

/** From a second before the builders' spans to a minute after them. */
const RANGE = { startUnixNano: T0 - millis(1_000), endUnixNano: T0 + millis(60_000) };

const callsIn = (latencies: LatencyCounts | undefined): number =>
  (latencies ?? []).reduce((sum, [, count]) => sum + count, 0);

/** Counts exactly, latencies to 4 %. */
const expectLatencies = (found: LatencyCounts | undefined, expected: LatencyCounts): void => {
  expect(found?.map(([, count]) => count)).toEqual(expected.map(([, count]) => count));
  for (const [at, [nanos]] of expected.entries()) {
    expect(Math.abs((found?.[at]?.[0] ?? 0) - nanos)).toBeLessThanOrEqual(0.04 * nanos);
  }
};

/**
 * What every {@link TraceStore} promises, as a suite. An engine's spec calls it once:
 *
 * ```ts
 * traceStoreContract('the in-memory trace store', async (limits) => openMemoryTraceStore(limits));
 * ```
 *
 * @param create makes an empty store; the suite closes it
 */
export const traceStoreContract = (
  name: string,
  create: (limits: StoreLimits) => Promise<TraceStore>,
): void => {
  describe(name, () => {
    let store: TraceStore;

    beforeEach(async () => {
      store = await create(AMPLE);
    });

    afterEach(() => store.close());

    const append = (...groups: readonly ResourceSpans[]): Promise<void> =>
      store.append(encodeTraceRequest(groups));

    const find = (query: Partial<TraceQuery> = {}): Promise<Trace[]> =>
      store.findTraces({ range: RANGE, limit: 100, ...query });

    /** The numbers of the traces that were found, in their order. */
    const findIds = async (query: Partial<TraceQuery> = {}): Promise<number[]> =>
      (await find(query)).map((found) => Number.parseInt(found.traceId, 16));

    describe('when it is empty', () => {
      it('answers every question with nothing', async () => {
        expect(await store.getTrace(traceId(1))).toBeUndefined();
        expect(await find()).toEqual([]);
        expect(await store.services()).toEqual([]);
        expect(await store.operations('web')).toEqual([]);
        expect(await store.dependencies(RANGE)).toEqual([]);
        expect(await store.callEdges(RANGE)).toEqual([]);
        expect(await store.countTraces({ range: RANGE, limit: 1 })).toBe(0);
        expect(await store.stats()).toMatchObject({ traces: 0, spans: 0, evictedSpans: 0 });
      });

      it('stays empty when it is given requests without spans', async () => {
        await append();
        await append(resourceSpans('web'));
        expect(await store.services()).toEqual([]);
        expect(await store.stats()).toMatchObject({ traces: 0, spans: 0 });
      });
    });

    describe('keeps', () => {
      it('every field of a span and of what it inherits', async () => {
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
        await append(sent);
        expect(await store.getTrace(full.traceId)).toEqual(trace(sent));
        expect(await find()).toEqual([trace(sent)]);
      });

      it('times at both ends of what 64 bits can say', async () => {
        const extremes = [
          span({ spanId: spanId(1), startUnixNano: 0n, endUnixNano: 0n }),
          span({ spanId: spanId(2), startUnixNano: 0n, endUnixNano: (1n << 64n) - 1n }),
        ];
        await append(resourceSpans('web', ...extremes));
        expect(contentOf(await store.getTrace(traceId(1)))).toEqual(
          contentOf(trace(resourceSpans('web', ...extremes))),
        );
      });

      it('the spans of one trace together, however many requests and services they come from', async () => {
        const { resourceSpans: groups } = orderTrace();
        for (const group of groups.toReversed()) await append(group);
        expect(contentOf(await store.getTrace(traceId(1)))).toEqual(contentOf(orderTrace()));
        expect(await store.stats()).toMatchObject({ traces: 1, spans: 10 });
      });

      it('traces of one request apart', async () => {
        await append(
          resourceSpans('web', span({ traceId: traceId(1) }), span({ traceId: traceId(2) })),
          resourceSpans('orders', span({ traceId: traceId(2), spanId: spanId(2) })),
        );
        expect(contentOf(await store.getTrace(traceId(1)))).toHaveLength(1);
        expect(contentOf(await store.getTrace(traceId(2)))).toHaveLength(2);
      });

      it('one group for each distinct resource and scope, in whatever pieces they came', async () => {
        const piece = (n: number, scopeName: string): ResourceSpans => ({
          resource: resource('web', { 'host.name': 'box' }),
          schemaUrl: 's',
          scopeSpans: [{ scope: scope(scopeName), schemaUrl: '', spans: [span({ spanId: spanId(n) })] }],
        });
        await append(piece(1, 'a'), piece(2, 'b'));
        await append(piece(3, 'a'));
        const [group, ...others] = (await store.getTrace(traceId(1)))?.resourceSpans ?? [];
        expect(others).toEqual([]);
        expect(group?.scopeSpans.map((scopeGroup) => scopeGroup.spans.length).sort()).toEqual([1, 2]);
      });

      it('resources apart that differ in the type of a value only', async () => {
        await append(resourceSpans(resource('web', { pid: 1n }), span({ spanId: spanId(1) })));
        await append(resourceSpans(resource('web', { pid: '1' }), span({ spanId: spanId(2) })));
        expect((await store.getTrace(traceId(1)))?.resourceSpans).toHaveLength(2);
      });

      it('a span once that arrives again, as senders repeat what was not acknowledged', async () => {
        const { resourceSpans: groups } = orderTrace();
        await append(...groups);
        await append(...groups);
        expect(contentOf(await store.getTrace(traceId(1)))).toEqual(contentOf(orderTrace()));
        expect(await store.stats()).toMatchObject({ traces: 1, spans: 10 });
        expect(await store.dependencies(RANGE)).toMatchObject([{ callCount: 1 }, { callCount: 1 }]);
      });

      it('a span once that stands twice in one request', async () => {
        await append(resourceSpans('web', span(), span()));
        expect(await store.stats()).toMatchObject({ spans: 1 });
      });

      it('both halves of a call that share a span id, as Zipkin libraries let them', async () => {
        const client = resourceSpans('web', span({ spanId: spanId(2), kind: SpanKind.client }));
        const server = resourceSpans('orders', span({ spanId: spanId(2), kind: SpanKind.server }));
        await append(client);
        await append(server);
        expect(contentOf(await store.getTrace(traceId(1)))).toEqual(contentOf(trace(client, server)));
        expect(await store.dependencies(RANGE)).toMatchObject([
          { parent: 'web', child: 'orders', callCount: 1 },
        ]);
      });

      it('the same span id in different traces', async () => {
        await append(resourceSpans('web', span({ traceId: traceId(1) }), span({ traceId: traceId(2) })));
        expect(await store.stats()).toMatchObject({ traces: 2, spans: 2 });
      });
    });

    describe('lets a write be seen', () => {
      it('by every question, as soon as it is acknowledged', async () => {
        for (let n = 1; n <= 20; n++) {
          const id = traceId(n);
          await append(...orderTrace({ traceId: id, startUnixNano: T0 + millis(n) }).resourceSpans);
          expect(contentOf(await store.getTrace(id))).toHaveLength(10);
          expect(await findIds({ limit: 1 })).toEqual([n]);
          expect(await store.services()).toEqual(['api-gateway', 'order-service', 'user-service']);
          expect(await store.dependencies(RANGE)).toMatchObject([{ callCount: n }, { callCount: n }]);
          expect(await store.stats()).toMatchObject({ traces: n, spans: 10 * n });
        }
      });

      it('also when several are under way at once', async () => {
        await Promise.all(
          Array.from({ length: 20 }, (_, n) =>
            append(...orderTrace({ traceId: traceId(n + 1) }).resourceSpans),
          ),
        );
        expect(await store.stats()).toMatchObject({ traces: 20, spans: 200 });
      });

      it('with spans that arrive long after the others of their trace', async () => {
        await append(resourceSpans('web', span({ traceId: traceId(1) })));
        for (let n = 2; n <= 50; n++) {
          await append(resourceSpans('web', span({ traceId: traceId(n), startUnixNano: T0 + millis(n) })));
        }
        const late = span({
          traceId: traceId(1),
          spanId: spanId(2),
          name: 'late',
          startUnixNano: T0 + millis(99),
        });
        await append(resourceSpans('worker', late));
        expect(contentOf(await store.getTrace(traceId(1)))).toHaveLength(2);
        expect(await findIds({ limit: 2 })).toEqual([1, 50]);
        expect(await findIds({ operation: 'late' })).toEqual([1]);
      });

      it('not at all when the request is malformed', async () => {
        const half = encodeTraceRequest(orderTrace().resourceSpans).subarray(0, -5);
        await expect(store.append(half)).rejects.toThrow();
        expect(await store.stats()).toMatchObject({ traces: 0, spans: 0 });
        expect(await store.services()).toEqual([]);
      });
    });

    describe('gives its answers away', () => {
      it('so that later spans do not change them', async () => {
        await append(...orderTrace().resourceSpans);
        const before = await store.getTrace(traceId(1));
        const [found] = await find();
        const services = await store.services();
        await append(resourceSpans('late', span({ spanId: spanId(99) })));
        expect(contentOf(before)).toEqual(contentOf(orderTrace()));
        expect(contentOf(found)).toEqual(contentOf(orderTrace()));
        expect(services).not.toContain('late');
      });

      it('so that nothing their owner does to them comes back', async () => {
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
        await append(sent);
        spoil(await store.getTrace(traceId(1)));
        spoil(await find());
        spoil(await store.services());
        spoil(await store.operations('web'));
        expect(await store.getTrace(traceId(1))).toEqual(trace(sent));
        expect(await store.services()).toEqual(['web']);
        expect(await store.operations('web')).toEqual([{ name: 'GET /', kind: SpanKind.server }]);
      });
    });

    describe('finds traces', () => {
      /** One trace for each of the spans, numbered from 1. */
      const appendEach = (...spans: readonly Partial<Span>[]): Promise<void> =>
        append(
          ...spans.map((fields, i) => resourceSpans('web', span({ traceId: traceId(i + 1), ...fields }))),
        );

      it('by service, and returns the whole of them', async () => {
        await append(...orderTrace().resourceSpans);
        await append(resourceSpans('other', span({ traceId: traceId(2) })));
        const [found, ...more] = await find({ service: 'user-service' });
        expect(more).toEqual([]);
        expect(contentOf(found)).toEqual(contentOf(orderTrace()));
        expect(await find({ service: 'nobody' })).toEqual([]);
      });

      it('of a resource without a service name by the name that stands for it', async () => {
        await append(resourceSpans({ attributes: [], droppedAttributesCount: 0 }, span()));
        expect(await store.services()).toEqual(['missing-service-name']);
        expect(await findIds({ service: 'missing-service-name' })).toEqual([1]);
      });

      it('by the exact name of an operation', async () => {
        await appendEach({ name: 'GET /users' }, { name: 'GET /users/:id' }, { name: 'get /users' });
        expect(await findIds({ operation: 'GET /users' })).toEqual([1]);
      });

      it('by the duration of a span, both bounds included', async () => {
        const lasting = (duration: number): Partial<Span> => ({ endUnixNano: T0 + millis(duration) });
        await appendEach(lasting(9), lasting(10), lasting(20), lasting(21));
        expect(await findIds({ minDurationNano: millis(10), maxDurationNano: millis(20) })).toEqual([2, 3]);
        expect(await findIds({ minDurationNano: millis(20) + 1n })).toEqual([4]);
        expect(await findIds({ maxDurationNano: millis(10) - 1n })).toEqual([1]);
      });

      it('by the start of a span, both ends of the range included', async () => {
        const starts = [9, 10, 20, 21].map((n) => ({ startUnixNano: T0 + millis(n) }));
        await appendEach(...starts);
        expect(
          await findIds({ range: { startUnixNano: T0 + millis(10), endUnixNano: T0 + millis(20) } }),
        ).toEqual([3, 2]);
        expect(
          await findIds({
            range: { startUnixNano: T0 + millis(10) + 1n, endUnixNano: T0 + millis(20) - 1n },
          }),
        ).toEqual([]);
      });

      it('and returns also their spans outside of the range', async () => {
        await append(...orderTrace().resourceSpans);
        const [found] = await find({
          range: { startUnixNano: T0 + millis(16), endUnixNano: T0 + millis(16) },
        });
        expect(contentOf(found)).toEqual(contentOf(orderTrace()));
      });

      describe('by attributes', () => {
        const withAttributes = (values: Readonly<Record<string, AnyValue>>): Partial<Span> => ({
          attributes: attributes(values),
        });

        it('of the span, its scope, its resource, its events and its links alike', async () => {
          const a = attributes({ key: 'value' });
          const event = { timeUnixNano: T0, name: 'e', attributes: a, droppedAttributesCount: 0 };
          const link = {
            traceId: traceId(9),
            spanId: spanId(9),
            traceState: '',
            attributes: a,
            droppedAttributesCount: 0,
            flags: 0,
          };
          const inTrace = (n: number, fields: Partial<Span> = {}): Span =>
            span({ traceId: traceId(n), ...fields });
          const inScope: ResourceSpans = {
            ...resourceSpans('web'),
            scopeSpans: [{ scope: { ...scope(), attributes: a }, schemaUrl: '', spans: [inTrace(2)] }],
          };
          await append(
            resourceSpans('web', inTrace(1, { attributes: a })),
            inScope,
            resourceSpans(resource('web', { key: 'value' }), inTrace(3)),
            resourceSpans('web', inTrace(4, { events: [event] }), inTrace(5, { links: [link] }), inTrace(6)),
          );
          expect(await findIds({ attributes: { key: 'value' } })).toEqual([1, 2, 3, 4, 5]);
          expect(await findIds({ attributes: { key: 'other' } })).toEqual([]);
          expect(await findIds({ attributes: { 'resource.key': 'value' } })).toEqual([3]);
        });

        it('that stand in different places of the same span', async () => {
          await append(resourceSpans(resource('web', { host: 'box' }), span(withAttributes({ user: '1' }))));
          expect(await findIds({ attributes: { host: 'box', user: '1' } })).toEqual([1]);
          expect(await findIds({ attributes: { host: 'box', user: '2' } })).toEqual([]);
        });

        it('of every type, by the text of the value', async () => {
          const values: readonly AnyValue[] = [
            '200',
            200n,
            200,
            0.5,
            true,
            Uint8Array.of(1, 2),
            ['a', 1n],
            new AttributeMap(attributes({ b: 1n, a: 2n })),
            null,
          ];
          await appendEach(...values.map((key) => withAttributes({ key })));
          const texts = ['200', '0.5', 'true', 'AQI=', '["a",1]', '{"a":2,"b":1}', ''];
          const found = await Promise.all(texts.map((key) => findIds({ attributes: { key } })));
          expect(found).toEqual([[1, 2, 3], [4], [5], [6], [7], [8], [9]]);
        });

        it('whose names mean something to JavaScript', async () => {
          await appendEach(withAttributes({ constructor: 'x' }), withAttributes({ toString: 'x' }));
          expect(await findIds({ attributes: { constructor: 'x' } })).toEqual([1]);
          expect(await findIds({ attributes: { hasOwnProperty: 'x' } })).toEqual([]);
        });

        it('and counts the first of repeated keys', async () => {
          await appendEach({
            attributes: [...attributes({ key: 'first' }), ...attributes({ key: 'second' })],
          });
          expect(await findIds({ attributes: { key: 'first' } })).toEqual([1]);
          expect(await findIds({ attributes: { key: 'second' } })).toEqual([]);
        });

        it('in any script', async () => {
          await appendEach(withAttributes({ größe: '漢字 🦜' }));
          expect(await findIds({ attributes: { größe: '漢字 🦜' } })).toEqual([1]);
          expect(await findIds({ attributes: { größe: '漢字' } })).toEqual([]);
        });
      });

      it('by the reserved names', async () => {
        const status = (code: StatusCode): Partial<Span> => ({ status: { code, message: '' } });
        await appendEach(
          { ...status(StatusCode.error), kind: SpanKind.client },
          { ...status(StatusCode.ok), kind: SpanKind.server },
          { ...status(StatusCode.unset), kind: SpanKind.unspecified },
        );
        const found = async (name: string, text: string): Promise<number[]> =>
          findIds({ attributes: { [name]: text } });
        expect(await found('error', 'true')).toEqual([1]);
        expect(await found('error', 'false')).toEqual([2, 3]);
        expect(await found('error', 'maybe')).toEqual([]);
        expect(await found('span.status', 'ERROR')).toEqual([1]);
        expect(await found('span.status', 'OK')).toEqual([2]);
        expect(await found('span.status', 'UNSET')).toEqual([3]);
        expect(await found('span.kind', 'client')).toEqual([1]);
        expect(await found('span.kind', 'server')).toEqual([2]);
        expect(await found('span.kind', 'producer')).toEqual([]);
      });

      it('by the name and version of a scope', async () => {
        const inScope = (n: number, name: string, version: string): ResourceSpans => ({
          ...resourceSpans('web'),
          scopeSpans: [
            { scope: scope(name, version), schemaUrl: '', spans: [span({ traceId: traceId(n) })] },
          ],
        });
        await append(inScope(1, 'http', '1'), inScope(2, 'http', '2'), inScope(3, 'kysely', '1'));
        expect(await findIds({ attributes: { 'scope.name': 'http' } })).toEqual([1, 2]);
        expect(await findIds({ attributes: { 'scope.name': 'http', 'scope.version': '2' } })).toEqual([2]);
      });

      it('only where one single span satisfies everything', async () => {
        await append(
          resourceSpans('web', span({ spanId: spanId(1), name: 'a', attributes: attributes({ user: '1' }) })),
          resourceSpans('orders', span({ spanId: spanId(2), name: 'b', endUnixNano: T0 + millis(50) })),
        );
        expect(await findIds({ service: 'web', operation: 'a', attributes: { user: '1' } })).toEqual([1]);
        expect(await findIds({ service: 'web', operation: 'b' })).toEqual([]);
        expect(await findIds({ service: 'orders', attributes: { user: '1' } })).toEqual([]);
        expect(await findIds({ operation: 'a', minDurationNano: millis(50) })).toEqual([]);
      });

      it('newest first, by the newest span that matches', async () => {
        const at = (id: number, n: number, ms: number, name: string): ResourceSpans =>
          resourceSpans(
            'web',
            span({ traceId: traceId(id), spanId: spanId(n), name, startUnixNano: T0 + millis(ms) }),
          );
        await append(
          at(1, 1, 0, 'a'),
          at(2, 1, 10, 'a'),
          at(3, 1, 5, 'a'),
          at(1, 2, 20, 'b'),
          at(2, 2, 1, 'b'),
        );
        expect(await findIds()).toEqual([1, 2, 3]);
        expect(await findIds({ operation: 'a' })).toEqual([2, 3, 1]);
        expect(await findIds({ operation: 'b' })).toEqual([1, 2]);
        const early = { startUnixNano: T0, endUnixNano: T0 + millis(5) };
        expect(await findIds({ range: early })).toEqual([3, 2, 1]);
      });

      it('by trace id where the starts are equal', async () => {
        for (const n of [3, 1, 2]) await append(resourceSpans('web', span({ traceId: traceId(n) })));
        expect(await findIds()).toEqual([1, 2, 3]);
        expect(await findIds({ limit: 2 })).toEqual([1, 2]);
      });

      it('up to the limit, and exactly that many where there are more', async () => {
        const count = 30;
        await appendEach(
          ...Array.from({ length: count }, (_, n) => ({ startUnixNano: T0 + millis((n * 7) % count) })),
        );
        const all = await findIds();
        expect(all).toHaveLength(count);
        for (const limit of [1, 2, count - 1, count, count + 1]) {
          expect(await findIds({ limit })).toEqual(all.slice(0, limit));
          expect(await findIds({ limit, service: 'web' })).toEqual(all.slice(0, limit));
        }
      });
    });

    describe('gives long answers in pages', () => {
      const start = (id: number, at: number, fields: Partial<Span> = {}) =>
        resourceSpans('web', span({ traceId: traceId(id), startUnixNano: T0 + millis(at), ...fields }));

      beforeEach(() => append(start(1, 1), start(2, 2), start(3, 2), start(4, 3)));

      it('that begin after the place where the one before ended', async () => {
        const after = (startUnixNano: bigint, id: number) => ({ startUnixNano, traceId: traceId(id) });
        expect(await findIds({ limit: 2 })).toEqual([4, 2]);
        expect(await findIds({ limit: 2, after: after(T0 + millis(2), 2) })).toEqual([3, 1]);
        expect(await findIds({ limit: 2, after: after(T0 + millis(1), 1) })).toEqual([]);
        // The place need not be that of a trace: what stood there may be gone.
        expect(await findIds({ after: after(T0 + millis(2.5), 9) })).toEqual([2, 3, 1]);
      });

      it('and counts them all', async () => {
        const query = { range: RANGE, limit: 1, after: { startUnixNano: T0, traceId: traceId(1) } };
        expect(await store.countTraces(query)).toBe(4);
        expect(await store.countTraces({ ...query, operation: 'other' })).toBe(0);
      });
    });

    describe('finds traces by more than one span or one value', () => {
      it('by how long the whole trace took, whichever span matches', async () => {
        await append(
          resourceSpans('web', span({ traceId: traceId(1), endUnixNano: T0 + millis(5) })),
          resourceSpans(
            'orders',
            span({ traceId: traceId(1), spanId: spanId(2), startUnixNano: T0 + millis(8) }),
            span({ traceId: traceId(2) }),
          ),
        );
        expect(await findIds({ minTraceDurationNano: millis(9) })).toEqual([1]);
        expect(await findIds({ service: 'web', minTraceDurationNano: millis(9) })).toEqual([1]);
        expect(await findIds({ minTraceDurationNano: millis(9) + 1n })).toEqual([]);
        expect(await findIds({ maxTraceDurationNano: millis(1) })).toEqual([2]);
        expect(await store.countTraces({ range: RANGE, limit: 1, minTraceDurationNano: millis(9) })).toBe(1);
      });

      it('by any condition on a span and what it inherits', async () => {
        await append(
          resourceSpans('web', span({ traceId: traceId(1) })),
          resourceSpans('orders', span({ traceId: traceId(2), attributes: attributes({ size: 5n }) })),
        );
        const where: TraceQuery['where'] = ({ span: { attributes: own } }) =>
          own.some(({ key, value }) => key === 'size' && typeof value === 'bigint' && value > 4n);
        expect(await findIds({ where })).toEqual([2]);
        expect(await findIds({ where, service: 'web' })).toEqual([]);
      });
    });

    describe('measures', () => {
      const SECONDS_10 = millis(10_000);

      it('rate, errors and durations of each operation in each period', async () => {
        const error = { code: StatusCode.error, message: '' };
        const one = (n: number, at: number, duration: number, fields: Partial<Span> = {}) =>
          span({
            traceId: traceId(n),
            spanId: spanId(n),
            startUnixNano: T0 + millis(at),
            endUnixNano: T0 + millis(at + duration),
            ...fields,
          });
        await append(
          resourceSpans('web', one(1, 0, 5), one(2, 9_999, 80, { status: error }), one(3, 10_000, 5)),
          resourceSpans('web', one(4, 20_000, 5), one(5, 0, 5, { kind: SpanKind.client })),
          resourceSpans('web', one(6, 1, 5, { name: 'another' })),
          resourceSpans('orders', one(7, 0, 5)),
        );
        const cells = await store.redMetrics({
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
        expectLatencies(cells[0]?.latencies, [
          [5e6, 1],
          [80e6, 1],
        ]);
      });

      it('the durations of calls between services', async () => {
        await append(
          resourceSpans('web', span({ endUnixNano: T0 + millis(50) })),
          resourceSpans(
            'orders',
            ...[2, 3, 4].map((n) =>
              span({ spanId: spanId(n), parentSpanId: spanId(1), endUnixNano: T0 + millis(n < 4 ? 10 : 40) }),
            ),
          ),
        );
        const edges = await store.callEdges(RANGE);
        expect(edges).toEqual([
          { parent: 'web', child: 'orders', callCount: 3, errorCount: 0, latencies: expect.any(Array) },
        ]);
        expectLatencies(edges[0]?.latencies, [
          [10e6, 2],
          [40e6, 1],
        ]);
      });
    });

    describe('derives', () => {
      it('the services, sorted', async () => {
        await append(
          resourceSpans('b', span({ spanId: spanId(1) })),
          resourceSpans('a', span({ spanId: spanId(2) })),
        );
        expect(await store.services()).toEqual(['a', 'b']);
      });

      it('the operations of a service, by name, then kind', async () => {
        const { client, server, internal } = SpanKind;
        const operations = [
          { name: 'b', kind: internal },
          { name: 'a', kind: client },
          { name: 'a', kind: server },
          { name: 'a', kind: client },
        ];
        await append(
          resourceSpans('web', ...operations.map((fields, n) => span({ spanId: spanId(n + 1), ...fields }))),
        );
        await append(resourceSpans('other', span({ spanId: spanId(9), name: 'c' })));
        expect(await store.operations('web')).toEqual([
          { name: 'a', kind: server },
          { name: 'a', kind: client },
          { name: 'b', kind: internal },
        ]);
      });

      it('the dependencies between services, with their calls and errors', async () => {
        await append(...orderTrace({ traceId: traceId(1) }).resourceSpans);
        await append(...orderTrace({ traceId: traceId(2), failed: true }).resourceSpans);
        expect(await store.dependencies(RANGE)).toEqual([
          { parent: 'api-gateway', child: 'order-service', callCount: 2, errorCount: 1 },
          { parent: 'order-service', child: 'user-service', callCount: 2, errorCount: 0 },
        ]);
      });

      it('a dependency also when the called side arrives first, in a request of its own', async () => {
        for (const group of orderTrace().resourceSpans.toReversed()) {
          await append(group);
          await store.dependencies(RANGE);
        }
        expect(await store.dependencies(RANGE)).toHaveLength(2);
      });

      it('dependencies over the called spans that started in the range, both ends included', async () => {
        await append(...orderTrace().resourceSpans);
        const between = async (from: number, to: number): Promise<string[]> =>
          (await store.dependencies({ startUnixNano: T0 + millis(from), endUnixNano: T0 + millis(to) })).map(
            ({ child }) => child,
          );
        // order-service is called at 8 ms, user-service at 16 ms.
        expect(await between(8, 16)).toEqual(['order-service', 'user-service']);
        expect(await between(8, 15)).toEqual(['order-service']);
        expect(await between(9, 16)).toEqual(['user-service']);
        expect(await between(17, 99)).toEqual([]);
      });

      it('no dependency from an unknown caller, nor within one service', async () => {
        await append(
          resourceSpans(
            'web',
            span({ spanId: spanId(1) }),
            span({ spanId: spanId(2), parentSpanId: spanId(1) }),
          ),
          resourceSpans('orders', span({ spanId: spanId(3), parentSpanId: spanId(99) })),
        );
        expect(await store.dependencies(RANGE)).toEqual([]);
      });
    });

    describe('when it is full', () => {
      /** A trace that nobody takes for another: its own service, operation and callee. */
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
          await small.append(encodeTraceRequest(distinctTrace(n).resourceSpans));
        }
      };

      /** Room for about a third of what {@link fill} appends. */
      const createSmall = async (): Promise<{ small: TraceStore; maxBytes: number }> => {
        await fill(store);
        const maxBytes = Math.floor((await store.stats()).bytes / 3);
        return { small: await create({ maxBytes }), maxBytes };
      };

      it('drops the oldest traces whole, with all that was derived from them, and counts them', async () => {
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

      it('keeps what traces share for as long as one of them is there', async () => {
        const { small } = await createSmall();
        try {
          for (let n = 1; n <= COUNT; n++) {
            await small.append(encodeTraceRequest(orderTrace({ traceId: traceId(n) }).resourceSpans));
          }
          const { traces } = await small.stats();
          expect(traces).toBeLessThan(COUNT);
          expect(await small.services()).toEqual(['api-gateway', 'order-service', 'user-service']);
          expect(await small.operations('user-service')).toHaveLength(2);
          expect(await small.dependencies(RANGE)).toMatchObject([
            { callCount: traces },
            { callCount: traces },
          ]);
        } finally {
          await small.close();
        }
      });

      it('outlives a trace that is larger than its limit', async () => {
        const { small, maxBytes } = await createSmall();
        try {
          const huge = Array.from({ length: 100 }, (_, n) =>
            span({
              traceId: traceId(9_999),
              spanId: spanId(n + 1),
              attributes: attributes({ payload: `${n}`.padStart(Math.ceil(maxBytes / 50), '.') }),
            }),
          );
          for (const piece of huge) await small.append(encodeTraceRequest([resourceSpans('huge', piece)]));
          expect((await small.stats()).bytes).toBeLessThanOrEqual(maxBytes);
          await fill(small);
          expect((await small.stats()).bytes).toBeLessThanOrEqual(maxBytes);
          expect(contentOf(await small.getTrace(traceId(COUNT)))).toEqual(contentOf(distinctTrace(COUNT)));
          expect(await small.services()).not.toContain('huge');
        } finally {
          await small.close();
        }
      });

      it('takes back a trace that it has dropped', async () => {
        const { small } = await createSmall();
        try {
          await fill(small);
          await small.append(encodeTraceRequest(distinctTrace(1).resourceSpans));
          expect(contentOf(await small.getTrace(traceId(1)))).toEqual(contentOf(distinctTrace(1)));
          expect(await small.operations('caller-1')).toHaveLength(1);
        } finally {
          await small.close();
        }
      });
    });

    it('answers any questions after any appends as a list of spans would', async () => {
      await fc.assert(
        fc.asyncProperty(
          anyAppends,
          fc.array(anyQuery, { minLength: 5, maxLength: 10 }),
          async (appends, queries) => {
            const engine = await create(AMPLE);
            const naive = new NaiveTraceStore();
            try {
              for (const groups of appends) {
                await engine.append(encodeTraceRequest(groups));
                await naive.append(encodeTraceRequest(groups));
              }
              for (const query of queries) {
                expect((await engine.findTraces(query)).map(contentOf)).toEqual(
                  (await naive.findTraces(query)).map(contentOf),
                );
                expect(await engine.countTraces(query)).toBe(await naive.countTraces(query));
                const edges = await naive.callEdges(query.range);
                const found = await engine.callEdges(query.range);
                expect(found.map(({ latencies: _, ...link }) => link)).toEqual(
                  edges.map(({ latencies: _, ...link }) => link),
                );
                for (const [at, edge] of edges.entries()) {
                  expect(callsIn(found[at]?.latencies)).toBe(callsIn(edge.latencies));
                }
                expect(await engine.dependencies(query.range)).toEqual(await naive.dependencies(query.range));
              }
              const services = await naive.services();
              expect(await engine.services()).toEqual(services);
              for (const service of [...services, 'nobody']) {
                expect(await engine.operations(service)).toEqual(await naive.operations(service));
              }
              const { traces, spans } = await naive.stats();
              expect(await engine.stats()).toMatchObject({ traces, spans, evictedSpans: 0 });
            } finally {
              await engine.close();
            }
          },
        ),
      );
    });

    it('may be closed twice', async () => {
      await store.close();
      await expect(store.close()).resolves.toBeUndefined();
    });
  });
};
