import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { StaleMarkers, type SeriesSamples } from '@lantern/telemetry-model';
import { openBlockStore, type MetricStore } from '@lantern/telemetry-store';
import fc from 'fast-check';
import Fastify, { type FastifyInstance } from 'fastify';
import { bytesField, fixed64, integer, snappyLiterals, text } from '../../testing/protobuf.js';
import { remoteWrite } from './remote-write.js';

let store: MetricStore;
let server: FastifyInstance;

beforeEach(() => {
  store = openBlockStore({ sweepMillis: 0 }).metrics;
  server = Fastify();
  server.removeAllContentTypeParsers();
  void server.register(remoteWrite(store, () => undefined));
});
afterEach(async () => {
  await server.close();
  await store.close();
});

const T0 = 1_700_000_000_000n;
const STALE_BITS = 0x7ff0000000000002n;

const bits = (value: number): bigint => new BigUint64Array(Float64Array.of(value).buffer)[0] ?? 0n;
const double = (field: number, value: number): Buffer => fixed64(field, bits(value));
const zigzag = (value: number): bigint => BigInt(value < 0 ? -2 * value - 1 : 2 * value);

const label = (name: string, value: string): Buffer => bytesField(1, text(1, name), text(2, value));
const sample = (value: number, millis = T0): Buffer => bytesField(2, double(1, value), integer(2, millis));
const series = (labels: Record<string, string>, ...fields: readonly Buffer[]): Buffer =>
  bytesField(1, ...Object.entries(labels).map(([name, value]) => label(name, value)), ...fields);

const V2 = 'application/x-protobuf;proto=io.prometheus.write.v2.Request';

const post = (body: Buffer, headers: Record<string, string> = {}) =>
  server.inject({
    method: 'POST',
    url: '/api/v1/write',
    headers: { 'content-type': 'application/x-protobuf', 'content-encoding': 'snappy', ...headers },
    payload: body,
  });

const write = (...parts: readonly Buffer[]) => post(snappyLiterals(Buffer.concat(parts)));

const read = async (): Promise<SeriesSamples[]> => {
  const found: SeriesSamples[] = [];
  for await (const chunk of store.select([], { startMillis: 0, endMillis: 8.64e15 })) found.push(...chunk);
  return found;
};

const UP = { __name__: 'up', job: 'shop' };

describe('Remote write 1.0', () => {
  it('stores samples, exemplars and metadata, and answers 204', async () => {
    const exemplar = bytesField(3, label('trace_id', 'abc'), double(2, 0.5), integer(3, T0));
    const metadata = bytesField(3, integer(1, 2n), text(2, 'up'), text(4, 'Whether it is up'));
    const answer = await write(
      series(UP, sample(1), sample(0, T0 + 15_000n), exemplar),
      series({ __name__: 'down' }, sample(-0.1)),
      metadata,
    );
    expect([answer.statusCode, answer.body]).toEqual([204, '']);
    expect((await read()).map(({ labels, values }) => [labels.toRecord(), Array.from(values)])).toEqual([
      [UP, [1, 0]],
      [{ __name__: 'down' }, [-0.1]],
    ]);
    const [exemplars] = await store.exemplars([], { startMillis: 0, endMillis: 8.64e15 });
    expect(exemplars?.exemplars[0]?.labels.toRecord()).toEqual({ trace_id: 'abc' });
    expect(store.metadata().get('up')).toEqual({
      name: 'up',
      type: 'gauge',
      unit: '',
      help: 'Whether it is up',
    });
  });

  it('finds one series however its labels are encoded', async () => {
    await write(series({ __name__: 'up', job: 'shop' }, sample(1)));
    await write(series({ job: 'shop', empty: '', __name__: 'up' }, sample(2, T0 + 1n)));
    const late = bytesField(1, label('__name__', 'up'), sample(3, T0 + 2n), label('job', 'shop'));
    await write(late);
    const found = await read();
    expect(found.map(({ values }) => Array.from(values))).toEqual([[1, 2, 3]]);
  });

  it('keeps staleness markers and drops series without a name', async () => {
    const stale = bytesField(2, fixed64(1, STALE_BITS), integer(2, T0 + 1n));
    const answer = await write(series(UP, sample(1), stale), series({ job: 'shop' }, sample(1)));
    expect(answer.statusCode).toBe(204);
    const [found, ...others] = await read();
    expect(others).toEqual([]);
    expect(new StaleMarkers(found?.values ?? new Float64Array()).isAt(1)).toBe(true);
  });

  it('reads native histograms with integer and with float counts', async () => {
    const span = (field: number, offset: number, length: bigint) =>
      bytesField(field, integer(1, zigzag(offset)), integer(2, length));
    const packed = (field: number, ...deltas: number[]) =>
      bytesField(field, ...deltas.map((delta) => Buffer.from([Number(zigzag(delta))])));
    const doubles = (field: number, ...values: number[]) =>
      bytesField(field, Buffer.from(Float64Array.from(values).buffer));
    const integers = bytesField(
      4,
      integer(1, 12n),
      double(3, 18.4),
      integer(4, zigzag(1)),
      double(5, 0.001),
      integer(6, 2n),
      span(11, -1, 2n),
      span(11, 1, 2n),
      packed(12, 1, 2, -1, -1),
      integer(15, T0),
    );
    const floats = bytesField(
      4,
      double(2, 3.5),
      double(3, 7),
      integer(4, zigzag(-53)),
      span(11, 0, 2n),
      doubles(13, 1.5, 2),
      integer(14, 3n),
      integer(15, T0 + 1n),
      doubles(16, 0.1, 0.5),
    );
    const stale = bytesField(4, fixed64(3, STALE_BITS), integer(15, T0 + 2n));
    expect((await write(series(UP, integers, floats, stale))).body).toBe('');
    const [found] = await read();
    expect(found?.histograms?.histograms).toMatchObject([
      {
        schema: 1,
        count: 12,
        sum: 18.4,
        zeroCount: 2,
        zeroThreshold: 0.001,
        positive: { indexes: Int32Array.of(-1, 0, 2, 3), counts: Float64Array.of(1, 3, 2, 1) },
      },
      {
        schema: -53,
        counterResetHint: 'gauge',
        count: 3.5,
        positive: { indexes: Int32Array.of(0, 1), counts: Float64Array.of(1.5, 2) },
        customValues: Float64Array.of(0.1, 0.5),
      },
    ]);
    expect(new StaleMarkers(found?.values ?? new Float64Array()).isAt(0)).toBe(true);
  });

  it('answers 400 with the reason for refused samples, and keeps the others', async () => {
    await write(series(UP, sample(1)));
    const future = BigInt(Date.now()) + 3_600_000n;
    const answer = await write(series(UP, sample(2), sample(3, T0 + 1n), sample(4, future)));
    expect([answer.statusCode, answer.body.trim().split('\n')]).toEqual([
      400,
      [
        'out of bounds: timestamp is too far in the future',
        `duplicate sample for timestamp ${T0}; overrides not allowed: existing 1, new value 2`,
      ],
    ]);
    const [found] = await read();
    expect(Array.from(found?.values ?? [])).toEqual([1, 3]);
  });

  it('answers 400 to bodies that are no request and 415 to other encodings', async () => {
    expect((await post(Buffer.from('nonsense'))).body).toBe('s2: corrupt input\n');
    const cut = await post(snappyLiterals(Buffer.from([0x0a, 0x7f])));
    expect([cut.statusCode, cut.body]).toEqual([400, 'unexpected EOF\n']);
    expect((await post(Buffer.alloc(0), { 'content-type': 'text/plain' })).statusCode).toBe(415);
    expect((await post(Buffer.alloc(0), { 'content-encoding': 'gzip' })).statusCode).toBe(415);
    expect((await post(Buffer.alloc(0))).statusCode).toBe(204);
  });

  it('answers 204 or 400 to any damaged request', async () => {
    const sound = Buffer.concat([
      series(UP, sample(1), sample(2, T0 + 1n)),
      series({ __name__: 'x' }, bytesField(4, integer(1, 1n), integer(15, T0))),
      bytesField(3, integer(1, 1n), text(2, 'x')),
    ]);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat({ max: sound.length - 1 }), fc.nat({ max: 255 })), { maxLength: 3 }),
        fc.boolean(),
        async (changes, isV2) => {
          const damaged = Buffer.from(sound);
          for (const [at, byte] of changes) damaged[at] = byte;
          const { statusCode } = await post(snappyLiterals(damaged), isV2 ? { 'content-type': V2 } : {});
          expect([204, 400]).toContain(statusCode);
        },
      ),
    );
  });
});

describe('Remote write 2.0', () => {
  const symbols = ['', '__name__', 'up', 'job', 'shop', 'Help', 'seconds', 'trace_id', 'abc'];
  const refs = (...numbers: number[]) => bytesField(1, Buffer.from(numbers));

  it('stores samples, exemplars and metadata by symbols, and says how much was written', async () => {
    const request = Buffer.concat([
      bytesField(
        5,
        refs(1, 2, 3, 4),
        sample(1),
        sample(2, T0 + 1n),
        bytesField(4, refs(7, 8), double(2, 0.5), integer(3, T0)),
        bytesField(5, integer(1, 1n), integer(3, 5n), integer(4, 6n)),
      ),
      ...symbols.map((symbol) => text(4, symbol)),
    ]);
    const { statusCode, headers } = await post(snappyLiterals(request), { 'content-type': V2 });
    expect(statusCode).toBe(204);
    expect(headers).toMatchObject({
      'x-prometheus-remote-write-samples-written': '2',
      'x-prometheus-remote-write-histograms-written': '0',
      'x-prometheus-remote-write-exemplars-written': '1',
    });
    const [found] = await read();
    expect([found?.labels.toRecord(), Array.from(found?.values ?? [])]).toEqual([UP, [1, 2]]);
    expect(store.metadata().get('up')).toEqual({
      name: 'up',
      type: 'counter',
      unit: 'seconds',
      help: 'Help',
    });
  });

  it('answers 400 to a symbol that does not exist', async () => {
    const request = bytesField(5, refs(1, 20), sample(1));
    const { statusCode, body } = await post(snappyLiterals(request), { 'content-type': V2 });
    expect([statusCode, body]).toEqual([400, expect.stringContaining('refers to symbol 1 of 0')]);
  });
});
