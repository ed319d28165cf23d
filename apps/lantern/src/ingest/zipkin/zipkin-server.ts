import type { FastifyInstance } from 'fastify';
import type { UnixNano } from '@lantern/telemetry-model';
import { sendText } from '../../transport/answers/text.js';
import { HttpError } from '../../transport/errors/http-error.js';
import { bodyLeaseOf } from '../../transport/requests/bounded-bodies.js';
import { decompress } from '../../transport/requests/decompress.js';
import { createServer, type ServerOptions } from '../../transport/server/server.js';
import { rejectTooManyMembers } from '../item-limit.js';
import type { TraceIngest } from '../traces/trace-ingest.js';
import { readZipkinSpans } from './zipkin-spans.js';

const PATH = '/api/v2/spans';
const JSON_TYPE = 'application/json';

/**
 * Receives spans as Zipkin's server does. Queries see the spans of a request once it is answered.
 *
 * @see https://zipkin.io/zipkin-api/#/default/post_spans
 */
export const createZipkinServer = (
  traces: TraceIngest,
  now: () => UnixNano,
  options: ServerOptions,
): FastifyInstance => {
  const server = createServer(options);
  server.addContentTypeParser(JSON_TYPE, { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  server.addContentTypeParser('*', (_request, _body, done) => done(new HttpError(415, UNSUPPORTED)));
  server.post(PATH, async (request, reply) => {
    if (!Buffer.isBuffer(request.body)) throw new HttpError(415, UNSUPPORTED);
    const body = await decompress(request.body, request.headers['content-encoding']);
    bodyLeaseOf(request)?.resize(body.length);
    const text = body.toString();
    rejectTooManyMembers(text);
    await traces.acceptSpans(readZipkinSpans(parseJson(text), now()));
    return reply.code(202).send();
  });
  server.setNotFoundHandler(async (_request, reply) =>
    sendText(reply, 404, `Zipkin's API version 2 is at ${PATH}: POST a JSON list of spans.`),
  );
  return server;
};

const UNSUPPORTED = `the body must be JSON in version 2 of Zipkin's format: send content type ${JSON_TYPE}`;

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new HttpError(
      400,
      `the body is not JSON: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
};
