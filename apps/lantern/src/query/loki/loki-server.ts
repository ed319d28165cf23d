import type { LogStore } from '@lantern/telemetry-store';
import type { FastifyInstance } from 'fastify';
import { createServer, type ServerOptions } from '../../http/server.js';
import { sendNotFound, sendText } from '../../http/text.js';
import { lokiPush } from '../../ingest/http/loki-push.js';
import type { LogIngest } from '../../ingest/log-ingest.js';
import { lokiRoutes } from './loki-routes.js';

/** Stands where Loki stands: lines in, lines out. */
export const createLokiServer = (
  { logs, ingest }: { readonly logs: LogStore; readonly ingest: LogIngest },
  options: ServerOptions,
): FastifyInstance => {
  const server = createServer(options);
  void server.register(lokiRoutes(logs, options.report));
  void server.register(lokiPush(ingest, options.report));
  server.get('/ready', async (_request, reply) => sendText(reply, 200, 'ready'));
  server.setNotFoundHandler(async (_request, reply) => sendNotFound(reply));
  return server;
};
