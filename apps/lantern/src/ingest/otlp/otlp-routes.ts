import {
  encodeExportResponse,
  encodeRpcStatus,
  formatExportResponseJson,
  formatRpcStatusJson,
  type PartialSuccess,
  type Signal,
} from '@lantern/otlp';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { bodyLeaseOf } from '../../transport/requests/bounded-bodies.js';
import { decompress } from '../../transport/requests/decompress.js';
import { failureOf, type Failure, type Report } from '../../transport/errors/failure.js';
import { HttpError } from '../../transport/errors/http-error.js';
import { sendText } from '../../transport/answers/text.js';
import type { OtlpIngest } from './otlp-ingest.js';

const PROTOBUF = 'application/x-protobuf';
const JSON_TYPE = 'application/json';
type Encoding = typeof PROTOBUF | typeof JSON_TYPE;

/** HTTP status to `google.rpc.Code`. */
const RPC_CODES: Readonly<Record<number, number>> = { 400: 3, 401: 16, 408: 4, 413: 8, 415: 3, 503: 14 };
const RPC_INTERNAL = 13;

/** Path of a signal. */
export type OtlpPath = readonly [path: string, signal: Signal];

/**
 * Registers OTLP over HTTP on the paths.
 *
 * @see https://opentelemetry.io/docs/specs/otlp/#otlphttp
 */
export const otlpRoutes =
  (ingest: OtlpIngest, paths: readonly OtlpPath[], report: Report) => async (server: FastifyInstance) => {
    server.addContentTypeParser([PROTOBUF, JSON_TYPE], { parseAs: 'buffer' }, (_request, body, done) =>
      done(null, body),
    );

    server.setErrorHandler(async (error, request, reply) => {
      const encoding = encodingOf(request);
      const failure = failureOf(error, report);
      // The client accepts neither encoding, so the answer is text.
      if (encoding === undefined) {
        if (failure.status === 401) return sendText(reply, 401, failure.message);
        return sendText(reply, 415, `415 unsupported media type, supported: [${JSON_TYPE}, ${PROTOBUF}]`);
      }
      return sendFailure(reply, encoding, failure);
    });

    for (const [path, signal] of paths) {
      server.post(path, async (request, reply) => {
        const encoding = encodingOf(request);
        // Fastify does not parse a request without a body and a content type.
        if (encoding === undefined) throw new HttpError(415, '');
        const received = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
        const contentEncoding = request.headers['content-encoding'] ?? '';
        const body = await decompress(received, contentEncoding);
        bodyLeaseOf(request)?.resize(body.length);
        const sent = { contentEncoding, body: received };
        const result =
          encoding === JSON_TYPE
            ? await ingest.acceptJson(signal, body.toString(), { ...sent, contentType: JSON_TYPE })
            : await ingest.acceptProtobuf(signal, body, { ...sent, contentType: PROTOBUF });
        return sendSuccess(reply, encoding, signal, result);
      });
      server.route({
        method: ['GET', 'PUT', 'PATCH', 'DELETE'],
        url: path,
        handler: async (_request, reply) =>
          sendText(reply.header('allow', 'POST'), 405, '405 method not allowed, supported: [POST]'),
      });
    }
  };

const encodingOf = (request: FastifyRequest): Encoding | undefined => {
  const type = (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase();
  return type === PROTOBUF || type === JSON_TYPE ? type : undefined;
};

const sendSuccess = (
  reply: FastifyReply,
  encoding: Encoding,
  signal: Signal,
  result: PartialSuccess,
): FastifyReply =>
  send(
    reply,
    encoding,
    encoding === PROTOBUF
      ? encodeExportResponse(result)
      : JSON.stringify(formatExportResponseJson(signal, result)),
  );

/** @see https://opentelemetry.io/docs/specs/otlp/#failures-1 */
const sendFailure = (reply: FastifyReply, encoding: Encoding, { status, message }: Failure): FastifyReply => {
  const rpcStatus = { code: RPC_CODES[status] ?? RPC_INTERNAL, message };
  const body =
    encoding === PROTOBUF ? encodeRpcStatus(rpcStatus) : JSON.stringify(formatRpcStatusJson(rpcStatus));
  return send(reply.code(status), encoding, body);
};

const send = (reply: FastifyReply, encoding: Encoding, body: Uint8Array | string): FastifyReply =>
  reply.header('content-type', encoding).send(Buffer.from(body));
