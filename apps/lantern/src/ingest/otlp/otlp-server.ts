import type { FastifyInstance } from 'fastify';
import { createServer, type ServerOptions } from '../../transport/server/server.js';
import { sendNotFound } from '../../transport/answers/text.js';
import type { OtlpIngest } from './otlp-ingest.js';
import { otlpRoutes, type OtlpPath } from './otlp-routes.js';

const PATHS: readonly OtlpPath[] = [
  ['/v1/traces', 'traces'],
  ['/v1/logs', 'logs'],
  ['/v1/metrics', 'metrics'],
];

/** OTLP over HTTP. Queries see the content of a request once it is answered. */
export const createOtlpServer = (ingest: OtlpIngest, options: ServerOptions): FastifyInstance => {
  const server = createServer(options);
  void server.register(otlpRoutes(ingest, PATHS, options.report));
  server.setNotFoundHandler(async (_request, reply) => sendNotFound(reply));
  return server;
};
