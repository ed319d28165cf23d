import { connect } from 'node:net';
import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import {
  decodeExportResponse,
  decodeRpcStatus,
  encodeTraceRequest,
  formatTraceRequestJson,
} from '@lantern/otlp';
import { resource, resourceSpans, span, spanId, traceId } from '@lantern/telemetry-model/testing';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { CompressionAlgorithm } from '@opentelemetry/otlp-exporter-base';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { TracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace';
import { MAX_BODY_BYTES } from '../../transport/requests/limits.js';
import { useLantern, type Answer } from '../../testing/running-lantern.js';

const lantern = useLantern({ requestTimeoutMillis: 300 });

const PROTOBUF = 'application/x-protobuf';
const JSON_TYPE = 'application/json';

const post = (
  body: Uint8Array | string,
  headers: Record<string, string>,
  path = '/v1/traces',
): Promise<Answer> =>
  lantern.otlp(path, {
    method: 'POST',
    headers,
    body: typeof body === 'string' ? body : new Uint8Array(body),
  });

const statusOf = (answer: Answer) => decodeRpcStatus(new TextEncoder().encode(answer.text));

const spanNames = async (id: string): Promise<string[]> => {
  const { json } = await lantern.jaeger(`/api/traces/${id}`);
  const { data } = json() as { data: { spans: { operationName: string }[] }[] | null };
  return (data ?? []).flatMap(({ spans }) => spans.map(({ operationName }) => operationName));
};

describe("POST /v1/traces from OpenTelemetry's exporters", () => {
  it.each([
    ['protobuf', ProtobufExporter, CompressionAlgorithm.NONE],
    ['protobuf, gzip', ProtobufExporter, CompressionAlgorithm.GZIP],
    ['JSON', JsonExporter, CompressionAlgorithm.NONE],
    ['JSON, gzip', JsonExporter, CompressionAlgorithm.GZIP],
  ])(
    'accepts %s, and queries see the span once the export is answered',
    async (name, Exporter, compression) => {
      const provider = new TracerProvider({
        resource: resourceFromAttributes({ 'service.name': `exporter ${name}` }),
        spanProcessors: [
          new SimpleSpanProcessor({
            exporter: new Exporter({ url: `${lantern.urls.otlp}/v1/traces`, compression }),
          }),
        ],
      });
      const started = provider.getTracer('test').startSpan(`by ${name}`);
      started.end();
      await provider.shutdown();

      expect(await spanNames(started.spanContext().traceId)).toEqual([`by ${name}`]);
    },
  );
});

describe('POST /v1/traces', () => {
  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['zstd', zstdCompressSync],
  ])('accepts %s in both encodings', async (encoding, compress) => {
    const groups = [resourceSpans('web', span({ traceId: traceId(0x1000), name: encoding }))];
    const headers = { 'content-type': PROTOBUF, 'content-encoding': encoding };
    const protobuf = await post(compress(encodeTraceRequest(groups)), headers);
    expect([protobuf.status, protobuf.headers.get('content-type'), protobuf.text]).toEqual([
      200,
      PROTOBUF,
      '',
    ]);

    const json = await post(compress(JSON.stringify(formatTraceRequestJson(groups))), {
      ...headers,
      'content-type': `${JSON_TYPE}; charset=utf-8`,
    });
    expect([json.status, json.headers.get('content-type'), json.text]).toEqual([200, JSON_TYPE, '{}']);
  });

  it('accepts an empty request', async () => {
    expect((await post('', { 'content-type': PROTOBUF })).status).toBe(200);
    expect((await post('{}', { 'content-type': JSON_TYPE })).text).toBe('{}');
  });

  it('rejects and counts spans with invalid ids, and keeps the other spans', async () => {
    const [group] = formatTraceRequestJson([
      resourceSpans('web', span({ traceId: traceId(0x2000), name: 'kept' })),
    ]).resourceSpans;
    const spans = group?.scopeSpans[0]?.spans ?? [];
    const broken = { ...spans[0], traceId: '0'.repeat(32) };
    const body = {
      resourceSpans: [
        { ...group, scopeSpans: [{ scope: {}, spans: [...spans, broken, { ...broken, spanId: '' }] }] },
      ],
    };
    const { status, json } = await post(JSON.stringify(body), { 'content-type': JSON_TYPE });
    expect([status, json()]).toEqual([
      200,
      { partialSuccess: { rejectedSpans: '2', errorMessage: 'trace id is all zero' } },
    ]);
    expect(await spanNames(traceId(0x2000))).toEqual(['kept']);
  });

  it('answers a partial success in protobuf', async () => {
    const bytes = encodeTraceRequest([resourceSpans('web', span())]);
    // The first byte of the trace id's length says 16: it ends the id one byte early.
    const at = bytes.findIndex((byte, index) => byte === 0x0a && bytes[index + 1] === 16);
    bytes.fill(0, at + 2, at + 18);
    const answer = await post(bytes, { 'content-type': PROTOBUF });
    expect(answer.status).toBe(200);
    expect(decodeExportResponse(new TextEncoder().encode(answer.text))).toEqual({
      rejected: 1n,
      errorMessage: 'trace id is all zero',
    });
  });

  it('sanitizes spans before they are stored', async () => {
    await lantern.send(
      resourceSpans({ ...resource('x'), attributes: [] }, span({ traceId: traceId(0x3000), name: '' })),
    );
    expect(await spanNames(traceId(0x3000))).toEqual(['empty-span-name']);
    const { json } = await lantern.jaeger('/api/services');
    expect((json() as { data: string[] }).data).toContain('missing-service-name');
  });

  it('keeps a span whose name is not UTF-8 under the name invalid-span-name', async () => {
    const bytes = encodeTraceRequest([
      resourceSpans('web', span({ traceId: traceId(0x4000), name: 'broken?' })),
    ]);
    bytes[Buffer.from(bytes).indexOf('broken?') + 'broken'.length] = 0xff;
    await post(bytes, { 'content-type': PROTOBUF });
    expect(await spanNames(traceId(0x4000))).toEqual(['invalid-span-name']);
  });

  it.each([
    ['truncated protobuf', encodeTraceRequest([resourceSpans('web', span())]).slice(0, 40), {}],
    ['noise', Uint8Array.from({ length: 64 }, (_, index) => (index * 97) & 0xff), {}],
    ['broken gzip', Buffer.from('not gzip'), { 'content-encoding': 'gzip' }],
    ['truncated gzip', gzipSync('x'.repeat(1000)).subarray(0, 15), { 'content-encoding': 'gzip' }],
  ])('answers 400 with a protobuf Status to %s', async (_case, body, headers) => {
    const answer = await post(body, { 'content-type': PROTOBUF, ...headers });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([400, PROTOBUF]);
    expect(statusOf(answer)).toEqual({
      code: 3,
      message: expect.stringMatching(/Malformed OTLP|no valid gzip/),
    });
  });

  it.each(['{', '[]', '{"resourceSpans":3}', '{"resourceSpans":[{"scopeSpans":[{"spans":{}}]}]}'])(
    'answers 400 with a JSON Status to %s',
    async (body) => {
      const answer = await post(body, { 'content-type': JSON_TYPE });
      expect([answer.status, answer.headers.get('content-type')]).toEqual([400, JSON_TYPE]);
      expect(answer.json()).toEqual({ code: 3, message: expect.stringContaining('Malformed OTLP') });
    },
  );

  it('keeps a span in JSON without the fields that cannot be read, warns on it, and tells the sender what was left out', async () => {
    const id = 'a110'.padEnd(32, '0');
    const answer = await post(
      `{"resourceSpans":[{"scopeSpans":[{"spans":[
        {"traceId":"${id}","spanId":"a110000000000000","name":"nearly right","kind":"WRONG","droppedEventsCount":-1},
        {"traceId":5}
      ]}]}]}`,
      { 'content-type': JSON_TYPE },
    );
    expect(answer.status).toBe(200);
    expect(answer.json()).toEqual({
      partialSuccess: {
        rejectedSpans: '1',
        errorMessage: expect.stringMatching(
          /^trace id is missing; 3 fields were left out: .*kind must be one of/,
        ),
      },
    });
    const { text } = await lantern.jaeger(`/api/traces/${id}`);
    const { data } = JSON.parse(text) as { data: { spans: { warnings: string[] }[] }[] };
    expect(data[0]?.spans.map(({ warnings }) => warnings)).toEqual([
      [
        `field left out: kind must be one of OTLP's numbers, but is "WRONG"`,
        'field left out: droppedEventsCount must be an integer from 0 to 4294967295, but is -1',
      ],
    ]);
  });

  it('answers 413 to a body that exceeds the maximum size, before or after decompression', async () => {
    const headers = { 'content-type': PROTOBUF };
    const large = await post(new Uint8Array(MAX_BODY_BYTES + 1), headers);
    expect([large.status, statusOf(large).code]).toEqual([413, 8]);
    const bomb = gzipSync(Buffer.alloc(MAX_BODY_BYTES + 1));
    const bombed = await post(bomb, { ...headers, 'content-encoding': 'gzip' });
    expect([bombed.status, statusOf(bombed)]).toEqual([
      413,
      { code: 8, message: 'the body is larger than 20971520 bytes once it is decompressed' },
    ]);
  });

  it('answers 415 to another content type or encoding, with or without a body', async () => {
    for (const headers of [{ 'content-type': 'text/plain' }, { 'content-type': 'application/grpc' }]) {
      const { status, text } = await post('x', headers);
      expect([status, text]).toEqual([
        415,
        '415 unsupported media type, supported: [application/json, application/x-protobuf]\n',
      ]);
    }
    expect((await lantern.otlp('/v1/traces', { method: 'POST' })).status).toBe(415);
    const lz4 = await post('x', { 'content-type': JSON_TYPE, 'content-encoding': 'lz4' });
    expect([lz4.status, lz4.json()]).toEqual([
      415,
      { code: 3, message: 'unsupported Content-Encoding "lz4", supported: gzip, deflate, zstd' },
    ]);
  });

  it('answers 405 to another method and 404 to another path', async () => {
    const get = await lantern.otlp('/v1/traces');
    expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST']);
    expect((await lantern.otlp('/v1/spans')).status).toBe(404);
  });

  it('answers 408 to a body that stalls', async () => {
    const { hostname, port } = new URL(lantern.urls.otlp);
    const socket = connect(Number(port), hostname);
    let answer = '';
    socket.setEncoding('utf8').on('data', (data: string) => (answer += data));
    socket.write(
      `POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${PROTOBUF}\r\nContent-Length: 100\r\n\r\nabc`,
    );
    await new Promise((resolve) => socket.once('close', resolve));
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('allows no request from another origin', async () => {
    const { status, headers } = await lantern.otlp('/v1/traces', {
      method: 'OPTIONS',
      headers: { origin: 'https://example.com', 'access-control-request-method': 'POST' },
    });
    expect([status, headers.get('access-control-allow-origin')]).toEqual([403, null]);
  });
});

describe('POST /v1/logs and /v1/metrics', () => {
  it.each(['/v1/logs', '/v1/metrics'])('%s accepts both encodings', async (path) => {
    const protobuf = await post(gzipSync(''), { 'content-type': PROTOBUF, 'content-encoding': 'gzip' }, path);
    expect([protobuf.status, protobuf.headers.get('content-type'), protobuf.text]).toEqual([
      200,
      PROTOBUF,
      '',
    ]);
    const json = await post('{}', { 'content-type': JSON_TYPE }, path);
    expect([json.status, json.text]).toEqual([200, '{}']);
  });

  it.each([
    ['traces', 'resourceSpans'],
    ['logs', 'resourceLogs'],
    ['metrics', 'resourceMetrics'],
  ])('rejects %s that are malformed, in the encoding of the request', async (signal, field) => {
    const path = `/v1/${signal}`;
    // A length of 5 bytes without content.
    const protobuf = await post(Buffer.from([0x0a, 0x05]), { 'content-type': PROTOBUF }, path);
    expect([protobuf.status, protobuf.headers.get('content-type')]).toEqual([400, PROTOBUF]);
    expect(protobuf.text).toContain(`Malformed OTLP: ${field} claims 5 bytes where 0 are left`);
    for (const body of ['nonsense', '[]', `{"${field}":{}}`, `{"${field}":["x"]}`]) {
      const json = await post(body, { 'content-type': JSON_TYPE }, path);
      expect([json.status, json.headers.get('content-type')]).toEqual([400, JSON_TYPE]);
      expect(json.json()).toEqual({ code: 3, message: expect.stringContaining('Malformed OTLP') });
    }
  });

  it('rejects damaged compression and other content types of logs and metrics', async () => {
    const headers = { 'content-type': PROTOBUF, 'content-encoding': 'gzip' };
    expect((await post('nonsense', headers, '/v1/metrics')).status).toBe(400);
    expect((await post('x', { 'content-type': 'text/csv' }, '/v1/logs')).status).toBe(415);
  });
});

describe('a large batch of spans', () => {
  it('is stored completely', async () => {
    const spans = Array.from({ length: 2_000 }, (_, index) =>
      span({ traceId: traceId(0x5000), spanId: spanId(index + 1), name: `span ${index}` }),
    );
    await lantern.send(resourceSpans('web', ...spans));
    expect(await spanNames(traceId(0x5000))).toHaveLength(2_000);
  });
});

describe('a body with very many empty items', () => {
  /** A span of a million empty events has 2 MB, and its objects thirty times that. */
  const manyEvents = (() => {
    const events = Buffer.alloc(2_000_002);
    for (let at = 0; at < events.length; at += 2) events.writeUInt16BE(0x5a00, at);
    const length = (bytes: number) => [
      (bytes & 0x7f) | 0x80,
      ((bytes >> 7) & 0x7f) | 0x80,
      (bytes >> 14) & 0x7f,
    ];
    const wrap = (tag: number, content: Buffer) =>
      Buffer.concat([Buffer.from([tag, ...length(content.length)]), content]);
    const ids = Buffer.concat([
      Buffer.from([0x0a, 16]),
      Buffer.alloc(16, 1),
      Buffer.from([0x12, 8]),
      Buffer.alloc(8, 1),
    ]);
    return wrap(0x0a, wrap(0x12, wrap(0x12, Buffer.concat([ids, events]))));
  })();

  it('is rejected before it is decoded', async () => {
    const answer = await post(manyEvents, { 'content-type': PROTOBUF });
    expect([answer.status, statusOf(answer)]).toEqual([
      413,
      {
        code: 8,
        message:
          'a request may contain at most 1000000 spans, attributes, events and links: send smaller requests',
      },
    ]);
  });

  it.each(['/v1/traces', '/v1/logs'])('is rejected as JSON on %s', async (path) => {
    const json = `{"resourceSpans":[${'{},'.repeat(2_000_001)}{}]}`;
    expect((await post(json, { 'content-type': JSON_TYPE }, path)).status).toBe(413);
  });

  it('is rejected as logs', async () => {
    const records = Buffer.alloc(4_000_002);
    for (let at = 0; at < records.length; at += 2) records.writeUInt16BE(0x0a00, at);
    const answer = await post(records, { 'content-type': PROTOBUF }, '/v1/logs');
    expect([answer.status, statusOf(answer).message]).toEqual([
      400,
      expect.stringContaining('exceeds the maximum number of messages per request'),
    ]);
  });
});
