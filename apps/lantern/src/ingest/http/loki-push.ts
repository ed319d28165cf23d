import { parsePush } from '@lantern/query-api';
import type { FastifyInstance } from 'fastify';
import { decompress } from '../../http/decompress.js';
import { failureOf, type Report } from '../../http/failure.js';
import { HttpError } from '../../http/http-error.js';
import { sendText } from '../../http/text.js';
import type { LogIngest } from '../log-ingest.js';

const parseBody = (body: Buffer): unknown => {
  try {
    return JSON.parse(body.toString());
  } catch (error) {
    throw new HttpError(
      400,
      `the body is no JSON: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
};

/** Loki's push API, in JSON. */
export const lokiPush = (logs: LogIngest, report: Report) => async (server: FastifyInstance) => {
  server.setErrorHandler(async (error, _request, reply) => {
    const { status, message } = failureOf(error, report);
    return sendText(reply, status, message);
  });

  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) =>
    done(null, body),
  );
  server.addContentTypeParser('*', (_request, _payload, done) =>
    done(
      new HttpError(
        415,
        'this push is not JSON, and snappy-compressed protobuf is not understood yet: ' +
          'send Content-Type: application/json, compressed with gzip if you like',
      ),
    ),
  );

  server.post('/loki/api/v1/push', async (request, reply) => {
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    const { streams, refusals } = parsePush(parseBody(decompress(body, request.headers['content-encoding'])));
    await logs.accept(streams);
    // What is good in a request is kept, also when the rest of it is refused.
    if (refusals.length > 0) return sendText(reply, 400, refusals.join('\n'));
    if (streams.length === 0) {
      return sendText(reply, 422, 'error at least one valid stream is required for ingestion');
    }
    return reply.code(204).send();
  });
};
