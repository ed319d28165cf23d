import { decodePush, decompressSnappy, parsePush } from '@lantern/query-api';
import { MAX_HASHED_LENGTH, hasLongMemberName, type LogStream } from '@lantern/telemetry-model';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { bodyLeaseOf } from '../../transport/requests/bounded-bodies.js';
import { decompress } from '../../transport/requests/decompress.js';
import { failureOf, type Report } from '../../transport/errors/failure.js';
import { HttpError } from '../../transport/errors/http-error.js';
import { MAX_BODY_BYTES } from '../../transport/requests/limits.js';
import { Turn } from '../../transport/answers/turn.js';
import { sendText } from '../../transport/answers/text.js';
import type { LogIngest } from '../logs/log-ingest.js';

const JSON_TYPE = 'application/json';

/** @param turn each step over a large body takes a turn of its own */
const parseJsonBody = async (json: string, turn: Turn): Promise<unknown> => {
  await turn.giveWay();
  if (hasLongMemberName(json))
    throw new HttpError(400, `a name in the body is longer than ${MAX_HASHED_LENGTH} characters`);
  await turn.giveWay();
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new HttpError(
      400,
      `the body is no JSON: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
};

/** Returns whether a push is JSON. Loki reads every other content type as protobuf. */
const isJson = (request: FastifyRequest): boolean =>
  (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() === JSON_TYPE;

const streamsOf = async (request: FastifyRequest, turn: Turn): Promise<LogStream[]> => {
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  const encoding = (request.headers['content-encoding'] ?? '').trim().toLowerCase();
  if (isJson(request)) {
    if (!['', 'identity', 'gzip', 'deflate'].includes(encoding)) throw unknownEncoding(encoding);
    const plain = await decompress(body, encoding);
    bodyLeaseOf(request)?.resize(plain.length);
    const json = plain.toString();
    const parsed = await parseJsonBody(json, turn);
    await turn.giveWay();
    return parsePush(parsed, json);
  }
  if (encoding !== '' && encoding !== 'snappy') throw unknownEncoding(encoding);
  const plain = decompressSnappy(body, MAX_BODY_BYTES);
  bodyLeaseOf(request)?.resize(plain.length);
  return decodePush(plain);
};

const unknownEncoding = (encoding: string) =>
  new HttpError(400, `Content-Encoding "${encoding}" not supported`);

/** Loki's push API: JSON, optionally compressed, and protobuf in snappy. */
export const lokiPush = (logs: LogIngest, report: Report) => async (server: FastifyInstance) => {
  server.setErrorHandler(async (error, _request, reply) => {
    const { status, message } = failureOf(error, report);
    return sendText(reply, status, message);
  });

  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));

  const push = async (request: FastifyRequest, reply: FastifyReply) => {
    const turn = new Turn();
    const streams = await streamsOf(request, turn);
    await turn.giveWay();
    if (streams.length === 0) {
      return sendText(reply, 422, 'error at least one valid stream is required for ingestion');
    }
    const { rejectedEntries, reasons, isOverLimit } = await logs.accept(streams);
    // Valid entries are kept, also if others of the request are rejected.
    if (rejectedEntries > 0) return sendText(reply, isOverLimit ? 429 : 400, reasons.join('\n'));
    return reply.code(204).send();
  };
  // Loki's current path and its older one.
  for (const path of ['/loki/api/v1/push', '/api/prom/push']) server.post(path, push);
};
