import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { checkTraceRequest, encodeTraceRequest } from '@lantern/otlp';
import type { ResourceSpans, Span } from '@lantern/telemetry-model';
import {
  T0,
  attributes,
  millis,
  resource,
  resourceSpans,
  scope,
  span,
  spanId,
  traceId,
} from '@lantern/telemetry-model/testing';
import { NaiveTraceStore } from '../contract/naive-trace-store.js';
import { contentOf } from '../contract/trace-content.js';
import type { TraceQuery } from '../trace-store.js';
import { openBlockStore, type BlockStore } from '../block-store.js';
import { numbers } from '../testing/orders.js';
import { TemporaryFolders } from '../testing/temporary-folders.js';

const folders = new TemporaryFolders();
const TRACES = 300;
const RANGE = { startUnixNano: T0, endUnixNano: T0 + millis(1e6) };

/** The spans of all traces, as three services send them: by scope, the spans of a trace far apart in a request. */
const requests = (): ResourceSpans[][] => {
  const made = (n: number, part: number): Span =>
    span({
      traceId: traceId(n),
      spanId: spanId(10 * n + part),
      startUnixNano: T0 + millis(n + part),
      name: `part ${part}`,
      attributes: attributes({ user: `u-${n}`, group: BigInt(n % 7), own: `${n}.${part}` }),
    });
  return ['web', 'orders', 'users'].flatMap((service, s) =>
    [numbers(1, TRACES / 2), numbers(TRACES / 2 + 1, TRACES)].map((half) => [
      {
        ...resourceSpans(resource(service, { zone: `z-${s}` })),
        scopeSpans: [0, 1].map((at) => ({
          scope: scope(`scope-${at}`),
          schemaUrl: '',
          spans: half.map((n) => made(n, 2 * s + at)),
        })),
      },
    ]),
  );
};

// 1800 spans in blocks of five chunks and more.
describe('Blocks of many chunks', () => {
  let store: BlockStore;
  const model = new NaiveTraceStore();

  beforeAll(async () => {
    const folder = folders.next();
    const options = { folder, durability: 'none', sweepMillis: 0, spansPerBlock: 600 } as const;
    const first = openBlockStore(options);
    for (const groups of requests()) {
      await first.traces.append(checkTraceRequest(encodeTraceRequest(groups)));
      await model.append(checkTraceRequest(encodeTraceRequest(groups)));
    }
    await first.close();
    store = openBlockStore(options);
    expect(store.status().blocks).toBe(3);
  });

  afterAll(async () => {
    await store.close();
    folders.remove();
  });

  it('Every trace in blocks of many chunks can be read', async () => {
    for (const n of numbers(1, TRACES)) {
      expect(contentOf(await store.traces.getTrace(traceId(n)))).toEqual(
        contentOf(await model.getTrace(traceId(n))),
      );
    }
  });

  it.each<[string, (n: number) => Partial<TraceQuery>]>([
    ['an attribute of a trace', (n) => ({ attributes: { user: `u-${n}` } })],
    ['an attribute of a span', (n) => ({ attributes: { own: `${n}.${n % 6}` } })],
    ['an attribute of many', (n) => ({ attributes: { group: String(n % 9) } })],
    ['two attributes', (n) => ({ attributes: { group: String(n % 7), user: `u-${n}` } })],
    ['attributes of span and resource', (n) => ({ attributes: { zone: `z-${n % 4}`, user: `u-${n}` } })],
    ['a scope', (n) => ({ attributes: { 'scope.name': `scope-${n % 3}`, group: '3' } })],
    ['service and operation', (n) => ({ service: 'orders', operation: `part ${n % 5}` })],
    ['a part of the range', (n) => ({ range: { ...RANGE, endUnixNano: T0 + millis(n) }, service: 'users' })],
  ])('are searched by %s as a list of spans is', async (_, query) => {
    for (let n = 1; n <= TRACES; n += 23) {
      const asked = { range: RANGE, limit: 20, ...query(n) };
      expect((await store.traces.findTraces(asked)).map(contentOf)).toEqual(
        (await model.findTraces(asked)).map(contentOf),
      );
      expect(await store.traces.countTraces(asked)).toBe(await model.countTraces(asked));
    }
  });
});
