import type { LogStore } from '@lantern/telemetry-store';
import type { FastifyInstance } from 'fastify';
import { createServer, type ServerOptions } from '../../transport/server/server.js';
import { sendNotFound, sendText } from '../../transport/answers/text.js';
import type { Forwarder } from '../../forward/forwarder.js';
import { lokiPush } from '../../ingest/loki/loki-push.js';
import { otlpRoutes } from '../../ingest/otlp/otlp-routes.js';
import type { LogFeed } from '../../ingest/feed.js';
import type { LogIngest } from '../../ingest/logs/log-ingest.js';
import type { OtlpIngest } from '../../ingest/otlp/otlp-ingest.js';
import { lokiRoutes } from './loki-routes.js';
import { metricsRoute } from './metrics-route.js';

export interface LokiServerParts {
  readonly logs: LogStore;
  readonly logFeed: LogFeed;
  readonly ingest: LogIngest;
  readonly otlp: OtlpIngest;
  /** Sends accepted OTLP requests on, if a collector is configured. */
  readonly forwarder: Forwarder | undefined;
  /** Reason why the stores refuse every request; undefined when they do not. */
  readonly unavailable: () => string | undefined;
}

/** Server on Loki's port: push and queries. */
export const createLokiServer = (
  { logs, logFeed, ingest, otlp, forwarder, unavailable }: LokiServerParts,
  options: ServerOptions,
): FastifyInstance => {
  const server = createServer(options);
  void server.register(lokiRoutes({ logs, logFeed }, options.report));
  void server.register(lokiPush(ingest, options.report));
  void server.register(otlpRoutes(otlp, [['/otlp/v1/logs', 'logs']], options.report));
  metricsRoute(server, logs, forwarder);
  // Probes carry no secrets, and learn none.
  server.get('/ready', { config: { isPublic: true } }, async (_request, reply) => {
    const reason = unavailable();
    return reason === undefined ? sendText(reply, 200, 'ready') : sendText(reply, 503, reason);
  });
  server.setNotFoundHandler(async (_request, reply) => sendNotFound(reply));
  return server;
};
