import { MALFORMED } from '@lantern/otlp';
import { SnappyTooLarge, decompressSnappy } from '@lantern/query-api';
import type { MetricStore } from '@lantern/telemetry-store';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { sendText } from '../../transport/answers/text.js';
import { failureOf, type Report } from '../../transport/errors/failure.js';
import { HttpError } from '../../transport/errors/http-error.js';
import { bodyLeaseOf } from '../../transport/requests/bounded-bodies.js';
import { MAX_BODY_BYTES } from '../../transport/requests/limits.js';
import { readWriteRequest, readWriteRequestV2 } from './remote-write-request.js';

const V1_MESSAGE = 'prometheus.writerequest';
const V2_MESSAGE = 'io.prometheus.write.v2.request';

/** Returns whether the body is a message of version 2.0, by the parameter `proto` of the content type. */
const isVersion2 = (request: FastifyRequest): boolean => {
  const [type = '', ...parameters] = (request.headers['content-type'] ?? '')
    .toLowerCase()
    .split(';')
    .map((part) => part.trim());
  const proto = parameters.find((parameter) => parameter.startsWith('proto='))?.slice('proto='.length);
  if (
    type !== 'application/x-protobuf' ||
    (proto !== undefined && proto !== V1_MESSAGE && proto !== V2_MESSAGE)
  )
    throw new HttpError(
      415,
      `the content type ${JSON.stringify(type)} is not supported: send application/x-protobuf`,
    );
  return proto === V2_MESSAGE;
};

const decompressed = (request: FastifyRequest): Buffer => {
  const encoding = (request.headers['content-encoding'] ?? 'snappy').trim().toLowerCase();
  if (encoding !== 'snappy')
    throw new HttpError(
      415,
      `${encoding} encoding (compression) is not accepted by this server; only snappy is acceptable`,
    );
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  // An empty request has nothing to decompress.
  if (body.length === 0) return body;
  try {
    const plain = decompressSnappy(body, MAX_BODY_BYTES);
    bodyLeaseOf(request)?.resize(plain.length);
    return Buffer.from(plain.buffer, plain.byteOffset, plain.length);
  } catch (error) {
    if (error instanceof SnappyTooLarge) throw error;
    throw new HttpError(400, 's2: corrupt input');
  }
};

/**
 * Prometheus' remote write, versions 1.0 and 2.0, on `/api/v1/write`. Acceptable samples are stored also if others of the
 * request are rejected, which the answer reports with 400, so that the sender does not retry.
 */
export const remoteWrite = (store: MetricStore, report: Report) => async (server: FastifyInstance) => {
  server.setErrorHandler(async (error, _request, reply) => {
    if (error === MALFORMED) return sendText(reply, 400, 'unexpected EOF');
    const { status, message } = failureOf(error, report);
    return sendText(reply, status, message);
  });
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  server.post('/api/v1/write', async (request: FastifyRequest, reply: FastifyReply) => {
    const isV2 = isVersion2(request);
    const body = decompressed(request);
    const batch = isV2 ? readWriteRequestV2(body) : readWriteRequest(body);
    const samples = batch.length;
    const histograms = batch.histograms.size;
    const { rejected, reasons } = await store.append(batch);
    if (isV2) {
      reply.header(
        'x-prometheus-remote-write-samples-written',
        String(Math.max(0, samples - histograms - rejected)),
      );
      reply.header('x-prometheus-remote-write-histograms-written', String(histograms));
      reply.header('x-prometheus-remote-write-exemplars-written', String(batch.exemplars.length));
    }
    if (rejected > 0) return sendText(reply, 400, `${reasons.join('\n')}\n`);
    return reply.code(204).send();
  });
};
