import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { ServiceConfig } from '../config/service-config.js';
import { answerBrokenHttp, answerBrokenUrl } from '../problems/before-routing.js';

export interface HttpAdapterOptions {
  /**
   * Body that a handler receives: the parsed object, or the bytes as received, for a service that forwards them. Both
   * accept `application/json` only.
   * @default 'object'
   */
  readonly jsonBody?: 'object' | 'bytes';
}

/** Time limit for receiving a whole request. Fastify's default is none: a slow client would keep its socket forever. */
const REQUEST_TIMEOUT_MILLIS = 30_000;

/** Creates the Fastify adapter of a service: limits on size and time of a request, problem details for broken HTTP. */
export const createHttpAdapter = (
  config: ServiceConfig,
  { jsonBody = 'object' }: HttpAdapterOptions = {},
): FastifyAdapter => {
  const adapter = new FastifyAdapter({
    bodyLimit: config.MAX_BODY_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MILLIS,
    // Requests on open connections are answered during shutdown, with `Connection: close`.
    return503OnClosing: false,
    frameworkErrors: answerBrokenUrl,
    clientErrorHandler: answerBrokenHttp,
  });
  const fastify = adapter.getInstance();
  fastify.removeContentTypeParser('text/plain');
  if (jsonBody === 'bytes') {
    fastify.removeContentTypeParser('application/json');
    fastify.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, bytes, done) => {
      done(null, bytes);
    });
  }
  return adapter;
};
