import type { V3Endpoints } from '@lantern/query-api';
import type { DurationNano } from '@lantern/telemetry-model';
import type { LogStore, TraceStore } from '@lantern/telemetry-store';
import type { FastifyInstance } from 'fastify';
import { mcpRoutes } from '../../assistant/mcp-routes.js';
import { API_PREFIXES } from '../../transport/access/api-paths.js';
import { createServer, type ServerOptions } from '../../transport/server/server.js';
import { sendNotFound } from '../../transport/answers/text.js';
import type { LogFeed, TraceFeed } from '../../ingest/feed.js';
import { uiRoutes } from '../../ui/ui-routes.js';
import { lokiRoutes } from '../loki/loki-routes.js';
import { prometheusRoutes, type PrometheusParts } from '../prometheus/prometheus-server.js';
import type { ClearData } from './data-route.js';
import { lanternRoutes } from './lantern-routes.js';
import { legacyRoutes } from './legacy/legacy-routes.js';
import { TraceQueries } from './trace-query.js';
import { v3Routes } from './v3-routes.js';

export interface JaegerServerParts {
  readonly traces: TraceStore;
  readonly traceFeed: TraceFeed;
  /** The UI shows the logs beside a trace, and talks to its own origin only. */
  readonly logs: LogStore;
  readonly logFeed: LogFeed;
  /** Likewise the metrics and the alerts. */
  readonly prometheus: PrometheusParts;
  readonly uiDirectory: string;
  /** By how much a span may be moved to make up for a clock that is wrong; 0 moves none. */
  readonly maxClockSkewNano: DurationNano;
  /** Ports of the other servers; undefined while they are being opened. */
  readonly endpoints: () => V3Endpoints | undefined;
  /** Undefined where clients may not delete data. */
  readonly clearData: ClearData | undefined;
}

/** Server on Jaeger's port: both families of its query API, and the web UI on every other path. */
export const createJaegerServer = (parts: JaegerServerParts, options: ServerOptions): FastifyInstance => {
  const { traces, traceFeed, logs, logFeed, uiDirectory, maxClockSkewNano, endpoints, clearData } = parts;
  const server = createServer(options);
  const queries = new TraceQueries(traces, { maxClockSkewNano });
  void server.register(legacyRoutes(queries, options.report));
  void server.register(v3Routes(queries, options.report));
  void server.register(lanternRoutes(queries, logs, traceFeed, endpoints, clearData, options.report));
  void server.register(lokiRoutes({ logs, logFeed }, options.report));
  void server.register(prometheusRoutes(parts.prometheus, options.report));
  void server.register(mcpRoutes(options.report));
  void server.register(uiRoutes(uiDirectory));
  // Below an API nothing is a page.
  for (const prefix of API_PREFIXES) {
    void server.register(
      async (api) => api.setNotFoundHandler(async (_request, reply) => sendNotFound(reply)),
      { prefix },
    );
  }
  return server;
};
