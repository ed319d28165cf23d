import { once } from 'node:events';
import { connect } from 'node:http2';
import { gzipSync } from 'node:zlib';
import { Client, Metadata, credentials, status, type ServiceError } from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from '@jest/globals';
import { FULL_SUCCESS, decodeExportResponse, encodeTraceRequest, type PartialSuccess } from '@lantern/otlp';
import { resourceSpans, span, spanId, traceId } from '@lantern/telemetry-model/testing';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
import { CompressionAlgorithm } from '@opentelemetry/otlp-exporter-base';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { bytesField, fixed64, integer, text } from '../../../testing/protobuf.js';
import { useLantern } from '../../../testing/running-lantern.js';

const MIB = 1024 * 1024;
const lantern = useLantern();
const impatient = useLantern({ requestTimeoutMillis: 300 }, { maxInFlightBytes: 12 * MIB });

const TRACES = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';
const LOGS = '/opentelemetry.proto.collector.logs.v1.LogsService/Export';
const METRICS = '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export';

let client: Client | undefined;
afterEach(() => {
  client?.close();
  client = undefined;
});

const call = (path: string, message: Uint8Array, options = {}): Promise<PartialSuccess> => {
  client ??= new Client(new URL(lantern.urls.otlpGrpc).host, credentials.createInsecure(), options);
  const asIs = (bytes: Buffer) => bytes;
  return new Promise((resolve, reject) => {
    client?.makeUnaryRequest(path, asIs, asIs, Buffer.from(message), new Metadata(), (error, response) => {
      if (error) reject(error);
      else resolve(decodeExportResponse(response ?? new Uint8Array()));
    });
  });
};

const failureOf = async (answer: Promise<unknown>): Promise<[number, string]> => {
  const error = (await answer.then(
    () => undefined,
    (reason: unknown) => reason,
  )) as ServiceError;
  return [error.code, error.details];
};

const spanNames = async (id: string): Promise<string[]> => {
  const { json } = await lantern.jaeger(`/api/traces/${id}`);
  const { data } = json() as { data: { spans: { operationName: string }[] }[] | null };
  return (data ?? []).flatMap(({ spans }) => spans.map(({ operationName }) => operationName));
};

describe("OpenTelemetry's gRPC exporter", () => {
  it.each([CompressionAlgorithm.NONE, CompressionAlgorithm.GZIP])(
    'is accepted with compression "%s", and queries see the span once the export is answered',
    async (compression) => {
      const provider = new TracerProvider({
        resource: resourceFromAttributes({ 'service.name': `grpc ${compression}` }),
        spanProcessors: [
          new SimpleSpanProcessor({
            exporter: new OTLPTraceExporter({ url: lantern.urls.otlpGrpc, compression }),
          }),
        ],
      });
      const started = provider.getTracer('test').startSpan(`by ${compression}`);
      started.end();
      await provider.shutdown();
      expect(await spanNames(started.spanContext().traceId)).toEqual([`by ${compression}`]);
    },
  );
});

describe('Export over gRPC', () => {
  it('accepts spans and sanitizes them as over HTTP', async () => {
    const request = encodeTraceRequest([resourceSpans('web', span({ traceId: traceId(0x100), name: '' }))]);
    expect(await call(TRACES, request)).toEqual(FULL_SUCCESS);
    expect(await spanNames(traceId(0x100))).toEqual(['empty-span-name']);
  });

  it('rejects and counts spans with invalid ids, and keeps the other spans', async () => {
    const id = Buffer.from('0000000000000bad', 'hex');
    const broken = encodeTraceRequest([
      resourceSpans(
        'web',
        span({ traceId: traceId(0x200), name: 'kept' }),
        span({ traceId: traceId(0x200), spanId: spanId(0xbad) }),
      ),
    ]);
    broken.fill(0, Buffer.from(broken).indexOf(id), Buffer.from(broken).indexOf(id) + id.length);
    expect(await call(TRACES, broken)).toEqual({ rejected: 1n, errorMessage: 'span id is all zero' });
    expect(await spanNames(traceId(0x200))).toEqual(['kept']);
  });

  it('accepts metrics, and queries see their samples once the export is answered', async () => {
    const now = BigInt(Date.now()) * 1_000_000n;
    const attribute = (key: string, value: string) =>
      bytesField(7, text(1, key), bytesField(2, text(1, value)));
    const point = bytesField(1, attribute('product', 'laptop'), fixed64(3, now), fixed64(6, 3n));
    const sum = bytesField(7, point, integer(2, 2n), integer(3, 1n));
    const metric = bytesField(2, text(1, 'grpc.orders'), text(3, '1'), sum);
    const name = bytesField(1, text(1, 'service.name'), bytesField(2, text(1, 'shop')));
    const request = bytesField(1, bytesField(1, name), bytesField(2, metric));
    expect(await call(METRICS, request)).toEqual(FULL_SUCCESS);
    const { json } = await lantern.prometheus('/api/v1/query?query=grpc_orders_total');
    const { data } = json() as { data: { result: { metric: object; value: [number, string] }[] } };
    expect(data.result.map(({ metric: labels, value }) => [labels, value[1]])).toEqual([
      [{ __name__: 'grpc_orders_total', job: 'shop', product: 'laptop' }, '3'],
    ]);
  });

  it.each([LOGS, METRICS])('accepts an empty request of %s, as over HTTP', async (path) => {
    expect(await call(path, new Uint8Array())).toEqual(FULL_SUCCESS);
  });

  it.each([TRACES, LOGS, METRICS])('answers INVALID_ARGUMENT to a malformed request of %s', async (path) => {
    expect(await failureOf(call(path, Uint8Array.of(0x0a, 0x05)))).toEqual([
      status.INVALID_ARGUMENT,
      expect.stringContaining('Malformed OTLP'),
    ]);
  });

  it('answers RESOURCE_EXHAUSTED to a message that exceeds the maximum size, before or after decompression', async () => {
    const large = await failureOf(call(TRACES, new Uint8Array(4 * MIB + 1)));
    expect(large).toEqual([status.RESOURCE_EXHAUSTED, expect.stringContaining('larger than')]);
    client?.close();
    client = undefined;
    const gzip = { 'grpc.default_compression_algorithm': 2 };
    expect((await failureOf(call(TRACES, new Uint8Array(4 * MIB + 1), gzip)))[0]).toBe(
      status.RESOURCE_EXHAUSTED,
    );
  });

  it('answers UNIMPLEMENTED to another service', async () => {
    expect((await failureOf(call('/jaeger.api_v2.CollectorService/PostSpans', new Uint8Array())))[0]).toBe(
      status.UNIMPLEMENTED,
    );
  });

  it('answers DEADLINE_EXCEEDED to a message that stalls, and UNAVAILABLE to calls beyond the limit meanwhile', async () => {
    const session = connect(impatient.urls.otlpGrpc);
    /** Announces a message of 1 MiB and sends three bytes of it. */
    const begin = () => {
      const stream = session.request({
        ':method': 'POST',
        ':path': TRACES,
        'content-type': 'application/grpc',
      });
      stream.write(Buffer.from([0, 0, 0x10, 0, 0, 1, 2, 3]));
      return new Promise<Record<string, unknown>>((resolve) => {
        const seen: Record<string, unknown> = {};
        for (const event of ['response', 'trailers']) {
          stream.on(event, (headers: object) => void Object.assign(seen, headers));
        }
        stream.on('end', () => resolve(seen)).resume();
      });
    };
    // The maximum message size is reserved for each call: three fit into the limit of 12 MiB.
    const answers = await Promise.all([begin(), begin(), begin(), begin()]);
    expect(answers.map((answer) => Number(answer['grpc-status'])).sort((a, b) => a - b)).toEqual([
      ...Array<number>(3).fill(status.DEADLINE_EXCEEDED),
      status.UNAVAILABLE,
    ]);
    const refused = answers.find((answer) => answer['grpc-status'] === String(status.UNAVAILABLE));
    expect(decodeURI(String(refused?.['grpc-message']))).toBe(
      'more than 12582912 bytes are being received at once: try again in a moment',
    );
    const details = Buffer.from(String(refused?.['grpc-status-details-bin']), 'base64');
    expect(details.toString('latin1')).toContain('type.googleapis.com/google.rpc.RetryInfo');
    // The reserved memory is released.
    const again = session.request({ ':method': 'POST', ':path': TRACES, 'content-type': 'application/grpc' });
    again.end(Buffer.alloc(5)).resume();
    const [trailers] = (await once(again, 'trailers')) as [Record<string, unknown>];
    expect(Number(trailers['grpc-status'])).toBe(status.OK);
    session.destroy();
  });

  it('answers INTERNAL to a truncated gzip message', async () => {
    const session = connect(lantern.urls.otlpGrpc);
    const half = gzipSync(Buffer.alloc(1_000)).subarray(0, 15);
    const stream = session.request({
      ':method': 'POST',
      ':path': TRACES,
      'content-type': 'application/grpc',
      'grpc-encoding': 'gzip',
    });
    const prefix = Buffer.alloc(5);
    prefix.writeUInt8(1);
    prefix.writeUInt32BE(half.length, 1);
    stream.end(Buffer.concat([prefix, half]));
    const code = await new Promise((resolve) => {
      stream.on('response', (headers) => resolve(Number(headers['grpc-status'])));
    });
    // gRPC specifies INTERNAL: https://github.com/grpc/grpc/blob/master/doc/statuscodes.md. OTLP exporters do not retry it.
    expect(code).toBe(status.INTERNAL);
    session.destroy();
  });
});
