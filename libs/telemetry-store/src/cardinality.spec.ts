import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SpanKind, boundedName, type Span } from '@lantern/telemetry-model';
import { T0, resourceSpans, span, spanId, traceId } from '@lantern/telemetry-model/testing';
import { openBlockStore, type BlockStore } from './block-store.js';
import { OTHER_OPERATIONS, OTHER_SERVICES } from './spans/operation-catalog.js';
import { RANGE, append, numbers } from './testing/orders.js';

/** A store for all tests of a suite, which only read. */
const useStore = (fill: (store: BlockStore) => Promise<void>): { readonly traces: BlockStore['traces'] } => {
  const store = openBlockStore({ sweepMillis: 0, spansPerBlock: 128 });
  beforeAll(() => fill(store));
  afterAll(() => store.close());
  return store;
};

const oneSpan = (n: number, fields: Partial<Span> = {}): Span =>
  span({ traceId: traceId(n), spanId: spanId(n), kind: SpanKind.server, ...fields });

const RED = { kinds: [SpanKind.server], periodNano: 3_600_000_000_000n };
const RED_RANGE = { startUnixNano: T0 - 600_000_000_000n, endUnixNano: T0 + 3_600_000_000_000n };

describe('Limit on separately counted services', () => {
  const SERVICES = 7_000;
  const store = useStore(async (store) => {
    for (let first = 1; first <= SERVICES; first += 500) {
      await append(
        store,
        ...numbers(first, first + 499).map((n) => resourceSpans(`service-${n}`, oneSpan(n))),
        resourceSpans('shop', oneSpan(1_000_000 + first)),
      );
    }
  });

  it('A store beyond its limit of services lists the recently active ones, and joins the others under one name', async () => {
    const services = await store.traces.services();
    expect(services.length).toBeLessThan(SERVICES);
    expect(services).toContain('shop');
    expect(services).toContain(`service-${SERVICES}`);
    expect(services).toContain(OTHER_SERVICES);
    expect(services).not.toContain('service-1');
  });

  it('A store beyond its limit of services counts every call', async () => {
    const services = await store.traces.services();
    const cells = await store.traces.redMetrics({ ...RED, services, range: RED_RANGE });
    expect(cells.reduce((sum, { calls }) => sum + calls, 0)).toBe(SERVICES + SERVICES / 500);
    expect(cells.filter(({ service }) => service === 'shop').reduce((sum, { calls }) => sum + calls, 0)).toBe(
      SERVICES / 500,
    );
  });

  it('A store beyond its limit of services finds the spans of every service', async () => {
    for (const service of ['service-1', 'service-3000', `service-${SERVICES}`, 'service-0']) {
      const found = await store.traces.findTraces({ service, range: RANGE, limit: 2 });
      expect([service, found.length]).toEqual([service, service === 'service-0' ? 0 : 1]);
    }
  });
});

describe('Limit on separately counted operations of a service', () => {
  const store = useStore(async (store) => {
    for (let first = 1; first <= 4_000; first += 500) {
      const spans = numbers(first, first + 499).map((n) => oneSpan(n, { name: `GET /${n}` }));
      await append(store, resourceSpans('web', ...spans));
    }
  });

  it('A service beyond its limit of operations has the first ones counted separately, and the others together', async () => {
    const operations = await store.traces.operations('web');
    expect(operations.length).toBeLessThan(2_600);
    expect(operations).toContainEqual({ name: OTHER_OPERATIONS, kind: SpanKind.server });
    const cells = await store.traces.redMetrics({ ...RED, services: ['web'], range: RED_RANGE });
    expect(cells.reduce((sum, { calls }) => sum + calls, 0)).toBe(4_000);
    for (const n of [1, 3_000]) {
      const found = await store.traces.findTraces({
        service: 'web',
        operation: `GET /${n}`,
        range: RANGE,
        limit: 2,
      });
      expect(found.map((trace) => trace.traceId)).toEqual([traceId(n)]);
    }
  });
});

describe('Names beyond the length limit of an index', () => {
  const longName = (n: number): string => `${'n'.repeat(20_000)}${n}`;
  const store = useStore(async (store) => {
    for (let first = 1; first <= 300; first += 100) {
      await append(
        store,
        ...numbers(first, first + 99).map((n) =>
          resourceSpans(longName(n % 10), oneSpan(n, { name: longName(n) })),
        ),
      );
    }
  });

  it('Long names are listed truncated and stay distinct', async () => {
    expect(await store.traces.services()).toEqual(
      numbers(0, 9)
        .map((n) => boundedName(longName(n)))
        .sort(),
    );
    const operations = await store.traces.operations(boundedName(longName(3)));
    expect(operations.map(({ name }) => name)).toContain(boundedName(longName(13)));
    expect(operations).toHaveLength(30);
  });

  it('Long names are stored whole, and found by the whole and by the truncated name', async () => {
    for (const n of [13, 299]) {
      for (const shown of [(name: string) => name, boundedName]) {
        const [found, ...others] = await store.traces.findTraces({
          service: shown(longName(n % 10)),
          operation: shown(longName(n)),
          range: RANGE,
          limit: 2,
        });
        expect(others).toEqual([]);
        expect(found?.resourceSpans[0]?.scopeSpans[0]?.spans[0]?.name).toBe(longName(n));
      }
    }
  });
});
