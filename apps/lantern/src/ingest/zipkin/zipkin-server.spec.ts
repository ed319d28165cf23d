import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { request, useLantern } from '../../testing/running-lantern.js';

const lantern = useLantern({}, { zipkinPort: 0 });
const guarded = useLantern({}, { zipkinPort: 0, token: 'a-token-of-24-characters' });

const NOW_MICROS = Date.now() * 1_000;

const post = (body: string | Uint8Array, headers: Record<string, string> = {}) =>
  request(`${lantern.urls.zipkin ?? ''}/api/v2/spans`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : new Uint8Array(body),
  });

const send = (...spans: object[]) => post(JSON.stringify(spans));

interface JaegerSpan {
  readonly spanID: string;
  readonly operationName: string;
  readonly startTime: number;
  readonly duration: number;
  readonly references: readonly { readonly spanID: string }[];
  readonly tags: readonly { readonly key: string; readonly value: unknown }[];
  readonly logs: readonly { readonly timestamp: number; readonly fields: readonly { value: unknown }[] }[];
  readonly processID: string;
}

const traceOf = async (id: string) => {
  const { json } = await lantern.jaeger(`/api/traces/${id}`);
  const { data } = json() as {
    data: { spans: JaegerSpan[]; processes: Record<string, { serviceName: string }> }[];
  };
  const [trace] = data;
  if (trace === undefined) throw new Error(`trace ${id} is not stored`);
  return trace;
};

const tagsOf = ({ tags }: JaegerSpan) => Object.fromEntries(tags.map(({ key, value }) => [key, value]));

describe('POST /api/v2/spans', () => {
  it('stores a span with its service, times, tags, peer and annotations, and answers 202', async () => {
    const answer = await send({
      traceId: '0af7651916cd43dd8448eb211c80319c',
      id: 'b7ad6b7169203331',
      kind: 'CLIENT',
      name: 'get /users',
      timestamp: NOW_MICROS,
      duration: 27_500,
      localEndpoint: { serviceName: 'orders', ipv4: '10.0.0.1', port: 8002 },
      remoteEndpoint: { serviceName: 'users', ipv6: '2001:db8::c001' },
      annotations: [{ timestamp: NOW_MICROS + 1_000, value: 'cache miss' }],
      tags: { 'http.method': 'GET', 'http.status_code': '200' },
    });
    expect([answer.status, answer.text]).toEqual([202, '']);

    const { spans, processes } = await traceOf('0af7651916cd43dd8448eb211c80319c');
    const [span] = spans;
    if (span === undefined) throw new Error('the span is missing');
    expect(processes[span.processID]?.serviceName).toBe('orders');
    expect(span).toMatchObject({
      spanID: 'b7ad6b7169203331',
      operationName: 'get /users',
      startTime: NOW_MICROS,
      duration: 27_500,
    });
    expect(tagsOf(span)).toMatchObject({
      'span.kind': 'client',
      'http.method': 'GET',
      'http.status_code': '200',
      'peer.service': 'users',
      'network.peer.address': '2001:db8::c001',
      'network.local.address': '10.0.0.1',
      'network.local.port': 8002,
    });
    expect(span.logs.map(({ timestamp, fields }) => [timestamp, fields[0]?.value])).toEqual([
      [NOW_MICROS + 1_000, 'cache miss'],
    ]);
  });

  it('puts a server span that shares its ID with the client below the client', async () => {
    const shared = { traceId: '463ac35c9f6413ad', id: '0000000000000002', parentId: '0000000000000001' };
    await send(
      {
        ...shared,
        kind: 'CLIENT',
        name: 'get',
        timestamp: NOW_MICROS,
        duration: 900,
        localEndpoint: { serviceName: 'gateway' },
      },
      {
        ...shared,
        kind: 'SERVER',
        shared: true,
        name: 'get /users',
        timestamp: NOW_MICROS + 100,
        duration: 500,
        localEndpoint: { serviceName: 'users' },
      },
      {
        traceId: '463ac35c9f6413ad',
        id: '0000000000000001',
        name: 'post /orders',
        timestamp: NOW_MICROS - 100,
        duration: 1_500,
        localEndpoint: { serviceName: 'gateway' },
      },
    );
    const { spans } = await traceOf('0000000000000000463ac35c9f6413ad');
    const client = spans.find(({ operationName }) => operationName === 'get');
    const server = spans.find(({ operationName }) => operationName === 'get /users');
    expect(spans).toHaveLength(3);
    expect(server?.spanID).not.toBe(client?.spanID);
    expect(server?.references.map(({ spanID }) => spanID)).toEqual([client?.spanID]);
    expect(client?.references.map(({ spanID }) => spanID)).toEqual(['0000000000000001']);
  });

  it.each([
    [{ error: 'connection refused' }, true, 'connection refused'],
    [{ error: 'true' }, true, undefined],
    [{ error: '' }, true, undefined],
    [{ error: 'false' }, undefined, undefined],
    [{ 'otel.status_code': 'ERROR', 'otel.status_description': 'no stock' }, true, 'no stock'],
    [{ 'otel.status_code': 'OK', error: 'retried' }, undefined, undefined],
  ])('takes the status of a span from the tags %j', async (tags, isError, message) => {
    const id = Math.random().toString(16).slice(2, 14).padEnd(16, '1');
    await send({ traceId: id, id, name: 'pay', timestamp: NOW_MICROS, duration: 10, tags });
    const { spans } = await traceOf(id);
    const found = spans[0] && tagsOf(spans[0]);
    expect(found?.error).toBe(isError);
    expect(found?.['otel.status_description']).toBe(message);
  });

  it('takes the first annotation, or else the arrival, for a start that is absent, and says so', async () => {
    await send(
      {
        traceId: 'a1',
        id: '1',
        name: 'annotated',
        annotations: [{ timestamp: NOW_MICROS + 7, value: 'sent' }],
      },
      { traceId: 'a1', id: '2', name: 'empty', timestamp: 0 },
    );
    const { spans } = await traceOf('a1');
    const annotated = spans.find(({ operationName }) => operationName === 'annotated');
    const empty = spans.find(({ operationName }) => operationName === 'empty');
    expect(annotated?.startTime).toBe(NOW_MICROS + 7);
    expect(empty && tagsOf(empty)['otel.zipkin.absentField.startTime']).toBe(true);
    expect(Math.abs((empty?.startTime ?? 0) - Date.now() * 1_000)).toBeLessThan(60e6);
  });

  it('accepts a compressed list', async () => {
    const body = JSON.stringify([{ traceId: 'b2', id: '1', name: 'zipped', timestamp: NOW_MICROS }]);
    expect((await post(gzipSync(body), { 'content-encoding': 'gzip' })).status).toBe(202);
    expect((await traceOf('b2')).spans).toHaveLength(1);
  });

  it.each([
    ['{}', 400, 'the body must be a JSON list of spans'],
    ['[1]', 400, 'span 0 of the list: must be an object'],
    [
      '[{"traceId":"1","id":"1"},{"id":"1"}]',
      400,
      'span 1 of the list: traceId must be 16 or 32 hex digits, not all zero',
    ],
    ['[{"traceId":"1","id":"zz"}]', 400, 'span 0 of the list: id must be 16 hex digits, not all zero'],
    [
      '[{"traceId":"1","id":"1","kind":"BOTH"}]',
      400,
      'span 0 of the list: kind must be CLIENT, SERVER, PRODUCER or CONSUMER',
    ],
    ['[', 400, 'the body is not JSON'],
  ])('answers %s with %i and the reason', async (body, status, reason) => {
    const answer = await post(body);
    expect(answer.status).toBe(status);
    expect(answer.text).toContain(reason);
  });

  it('names the supported format for other content types and other paths', async () => {
    const thrift = await post('x', { 'content-type': 'application/x-thrift' });
    expect([thrift.status, thrift.text]).toEqual([
      415,
      "the body must be JSON in version 2 of Zipkin's format: send content type application/json\n",
    ]);
    const v1 = await request(`${lantern.urls.zipkin ?? ''}/api/v1/spans`, { method: 'POST' });
    expect(v1.status).toBe(404);
    expect(v1.text).toContain('/api/v2/spans');
  });

  it('needs the token where the operator asks for one', async () => {
    const answer = await request(`${guarded.urls.zipkin ?? ''}/api/v2/spans`, { method: 'POST', body: '[]' });
    expect(answer.status).toBe(401);
  });

  it('answers any JSON with 202 or 400', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record(
            {
              traceId: fc.oneof(fc.constant('ab12'), fc.jsonValue()),
              id: fc.oneof(fc.constant('1'), fc.jsonValue()),
              name: fc.jsonValue(),
              kind: fc.oneof(fc.constant('SERVER'), fc.jsonValue()),
              timestamp: fc.jsonValue(),
              duration: fc.jsonValue(),
              annotations: fc.jsonValue(),
              tags: fc.jsonValue(),
              localEndpoint: fc.jsonValue(),
              remoteEndpoint: fc.jsonValue(),
            },
            { requiredKeys: [] },
          ),
          { maxLength: 4 },
        ),
        async (spans) => {
          expect([202, 400]).toContain((await send(...spans)).status);
        },
      ),
    );
    expect(lantern.reports).toEqual([]);
  });
});

describe('a Lantern without a port for Zipkin', () => {
  const closed = useLantern();

  it('opens none', () => {
    expect(closed.urls.zipkin).toBeUndefined();
  });
});
