import type { LogStore } from '@lantern/telemetry-store';
import type { FastifyInstance } from 'fastify';
import { failureOf, type Report } from '../../transport/errors/failure.js';
import { sendText } from '../../transport/answers/text.js';
import type { LogFeed } from '../../ingest/feed.js';
import { detectedRoutes } from './detected-routes.js';
import { indexRoutes } from './index-routes.js';
import { patternRoutes } from './pattern-routes.js';
import { queryRoutes } from './query-routes.js';
import { seriesRoutes } from './series-routes.js';
import { statusRoutes } from './status-routes.js';
import { tailRoutes } from './tail-routes.js';

export interface LokiParts {
  readonly logs: LogStore;
  /** Lines as they are stored, to which `tail` subscribes. */
  readonly logFeed: LogFeed;
}

/** Loki's query API. */
export const lokiRoutes =
  ({ logs, logFeed }: LokiParts, report: Report) =>
  async (server: FastifyInstance) => {
    server.setErrorHandler(async (error, _request, reply) => {
      const { status, message } = failureOf(error, report);
      return sendText(reply, status, message);
    });

    server.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string' },
      (_request, body, done) => done(null, new URLSearchParams(String(body))),
    );

    queryRoutes(server, logs, report);
    seriesRoutes(server, logs, report);
    indexRoutes(server, logs, report);
    detectedRoutes(server, logs, report);
    patternRoutes(server, logs, report);
    statusRoutes(server);
    await tailRoutes(server, { logs, logFeed }, report);
  };
