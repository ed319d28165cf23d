import { afterAll, describe, expect, it } from '@jest/globals';
import { checkTraceRequest, encodeTraceRequest } from '@lantern/otlp';
import { SpanKind, type Span } from '@lantern/telemetry-model';
import { T0, millis, resourceSpans, span, spanId, traceId } from '@lantern/telemetry-model/testing';
import type { TraceQuery } from '../trace-store.js';
import { openBlockStore, type BlockStore } from '../block-store.js';
import { numbers } from '../testing/orders.js';
import { TemporaryFolders } from '../testing/temporary-folders.js';

const folders = new TemporaryFolders();
const opened: BlockStore[] = [];
afterAll(async () => {
  await Promise.all(opened.map((store) => store.close()));
  folders.remove();
});

const open = (spansPerBlock: number): BlockStore => {
  const store = openBlockStore({ folder: folders.next(), durability: 'none', sweepMillis: 0, spansPerBlock });
  opened.push(store);
  return store;
};

const DAY = millis(24 * 3_600_000);
const EVER = { startUnixNano: 0n, endUnixNano: T0 + 1_000n * DAY };

const findIds = async ({ traces }: BlockStore, query: Partial<TraceQuery>): Promise<number[]> =>
  (await traces.findTraces({ range: EVER, limit: 20, ...query })).map((trace) =>
    Number.parseInt(trace.traceId, 16),
  );

describe('Unusual spans', () => {
  // Which blocks they are in must not matter: all in the open one, or each in a sealed one.
  describe.each([1, 1_000])('Store with %i spans per block', (spansPerBlock) => {
    it('Attributes are found in any valid encoding', async () => {
      const store = open(spansPerBlock);
      await store.traces.append(checkTraceRequest(oddlyEncodedRequest()));
      expect(await findIds(store, { attributes: { user: 'u-1' } })).toEqual([7]);
      expect(await findIds(store, { attributes: { size: '200' } })).toEqual([7]);
      expect(await findIds(store, { attributes: { size: '201' } })).toEqual([]);
      expect(await findIds(store, { attributes: { code: '7' } })).toEqual([7]);
      expect(await findIds(store, { attributes: { code: '5' } })).toEqual([]);
      expect(await findIds(store, { attributes: { count: '3' } })).toEqual([7]);
      expect(await findIds(store, { attributes: { host: 'box' } })).toEqual([7]);
    });

    it('Spans may last for days and start years apart', async () => {
      const store = open(spansPerBlock);
      const lasting = (n: number, startUnixNano: bigint, duration: bigint): Span =>
        span({ traceId: traceId(n), startUnixNano, endUnixNano: startUnixNano + duration });
      await store.traces.append(
        checkTraceRequest(
          encodeTraceRequest([
            resourceSpans(
              'web',
              lasting(1, T0, millis(1)),
              lasting(2, T0 - 40n * 365n * DAY, 3n * DAY),
              lasting(3, T0 + 100n * DAY, 5n * DAY),
            ),
          ]),
        ),
      );
      expect(await findIds(store, { minDurationNano: 3n * DAY })).toEqual([3, 2]);
      expect(await findIds(store, { minDurationNano: 3n * DAY + 1n })).toEqual([3]);
      expect(await findIds(store, { maxDurationNano: millis(1) })).toEqual([1]);
      const range = { startUnixNano: 0n, endUnixNano: T0 - DAY };
      expect(await findIds(store, { range })).toEqual([2]);
    });
  });

  it('Each span may have a unique name', async () => {
    const count = 66_000;
    const store = open(count);
    const spans = numbers(1, count).map((n) =>
      span({ traceId: traceId(1 + (n % 100)), spanId: spanId(n), name: `${n}` }),
    );
    await store.traces.append(checkTraceRequest(encodeTraceRequest([resourceSpans('web', ...spans)])));
    // All of them are in one block, and that is sealed.
    expect(store.status().blocks).toBe(1);
    // As many as are counted apart, and one that stands for the others.
    expect(await store.traces.operations('web')).toHaveLength(2_001);
    expect(await findIds(store, { operation: `${count}` })).toEqual([1]);
    expect(await findIds(store, { operation: `1` })).toEqual([2]);
  });

  it('A called span may arrive long after its caller', async () => {
    const store = open(1_024);
    const call = span({ traceId: traceId(1), spanId: spanId(1), kind: SpanKind.client });
    const answer = span({ traceId: traceId(1), spanId: spanId(2), parentSpanId: spanId(1) });
    await store.traces.append(checkTraceRequest(encodeTraceRequest([resourceSpans('web', call)])));
    const others = numbers(1, 1_000).map((n) => span({ traceId: traceId(0xfeed), spanId: spanId(n) }));
    const request = Buffer.from(encodeTraceRequest([resourceSpans('noise', ...others)]));
    const id = Buffer.from(traceId(0xfeed), 'hex');
    for (const n of numbers(1, 150)) {
      const renamed = Buffer.from(request);
      for (let at = renamed.indexOf(id); at >= 0; at = renamed.indexOf(id, at)) renamed.writeUInt32BE(n, at);
      await store.traces.append(checkTraceRequest(renamed));
    }
    await store.traces.append(checkTraceRequest(encodeTraceRequest([resourceSpans('orders', answer)])));
    expect(await store.traces.dependencies(EVER)).toEqual([
      { parent: 'web', child: 'orders', callCount: 1, errorCount: 0 },
    ]);
  });
});

/** Valid protobuf that no usual encoder writes: the value before the key, and numbers longer than they need be. */
const oddlyEncodedRequest = (): Uint8Array => {
  const longVarint = (value: number): number[] => [value | 0x80, 0x80 | (value >>> 7), 0x80, 0x00];
  const field = (number: number, content: readonly number[]): number[] => [
    (number << 3) | 2,
    ...longVarint(content.length % 128).with(1, 0x80 | (content.length >>> 7)),
    ...content,
  ];
  const text = (value: string): number[] => [...Buffer.from(value)];
  const fixed64 = (number: number, value: bigint): number[] => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(value);
    return [(number << 3) | 1, ...bytes];
  };
  const keyValue = (key: string, value: readonly number[]): number[] => [
    ...field(2, value),
    ...field(1, text(key)),
  ];
  const stringValue = (value: string): number[] => field(1, text(value));
  // 200 as a varint of five bytes.
  const intValue = [(3 << 3) | 0, 0xc8, 0x81, 0x80, 0x80, 0x00];
  const short = (number: number, content: readonly number[]): number[] => [
    (number << 3) | 2,
    content.length,
    ...content,
  ];
  // The last of two values counts.
  const twoValues = [...short(1, text('code')), ...short(2, [0x18, 5]), ...short(2, [0x18, 7])];
  // The key also occurs in the value of an earlier attribute, in a form that looks like an attribute.
  const misleading = [
    ...short(1, text('note')),
    ...short(2, short(1, short(9, [...short(1, text('count')), ...short(2, [0x18, 4])]))),
  ];
  const traceBytes = [...Buffer.from(traceId(7), 'hex')];
  const encodedSpan = [
    ...fixed64(8, T0 + millis(1)),
    ...field(9, keyValue('user', stringValue('u-1'))),
    ...field(9, keyValue('size', intValue)),
    ...short(9, twoValues),
    ...short(9, misleading),
    ...short(9, [...short(1, text('count')), ...short(2, [0x18, 3])]),
    ...fixed64(7, T0),
    ...field(5, text('GET /')),
    ...field(2, [...Buffer.from(spanId(7), 'hex')]),
    ...field(1, traceBytes),
  ];
  const resource = field(1, [
    ...field(1, keyValue('host', stringValue('box'))),
    ...field(1, keyValue('service.name', stringValue('web'))),
  ]);
  return Uint8Array.from(field(1, [...resource, ...field(2, field(2, encodedSpan))]));
};
