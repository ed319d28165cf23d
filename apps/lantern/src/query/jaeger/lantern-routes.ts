import {
  parseV3AttributesRequest,
  parseV3DependenciesRequest,
  parseV3OperationStatsRequest,
  type V3Dependencies,
  type V3Dependency,
  type V3Endpoints,
} from '@lantern/query-api';
import type { CallEdge, LogStore } from '@lantern/telemetry-store';
import type { FastifyInstance } from 'fastify';
import type { Report } from '../../transport/errors/failure.js';
import { HttpError } from '../../transport/errors/http-error.js';
import { sendValue } from '../../transport/answers/json-pieces.js';
import { searchParamsOf, sendJson } from '../../transport/answers/text.js';
import type { TraceFeed } from '../../ingest/feed.js';
import { analysisRoutes } from './analysis/analysis-routes.js';
import { differencesRoute } from './analysis/differences-route.js';
import { issuesRoute } from './analysis/issues-route.js';
import { TraceAnalyst } from './analysis/trace-analyst.js';
import { attributeKeys, attributeValues } from './attribute-sample.js';
import { dataRoute, type ClearData } from './data-route.js';
import { liveRoutes } from './live/live-routes.js';
import { latencyOf, operationStats } from './operation-stats.js';
import type { TraceQueries } from './trace-query.js';
import { sendV3Failures } from './v3-failure.js';
import { waitRoutes } from './wait/wait-routes.js';

/**
 * Endpoints of Lantern beside Jaeger's API v3, below a path that Jaeger does not use. Times are in RFC 3339, and errors
 * have the form of v3.
 */
export const lanternRoutes =
  (
    traces: TraceQueries,
    logs: LogStore,
    traceFeed: TraceFeed,
    endpoints: () => V3Endpoints | undefined,
    clearData: ClearData | undefined,
    report: Report,
  ) =>
  async (server: FastifyInstance) => {
    sendV3Failures(server, report);

    server.get('/api/v3/lantern/dependencies', async (request, reply) => {
      const { range, service } = parseV3DependenciesRequest(searchParamsOf(request));
      const edges = (await traces.store.callEdges(range)).filter(
        ({ parent, child }) => service === '' || parent === service || child === service,
      );
      const answer: V3Dependencies = { dependencies: edges.map(toDependency) };
      return sendValue(reply, answer, report);
    });

    server.get('/api/v3/lantern/operations', async (request, reply) => {
      const { range, service } = parseV3OperationStatsRequest(searchParamsOf(request));
      const services = service === '' ? await traces.store.services() : [service];
      return sendValue(reply, await operationStats(traces.store, services, range), report);
    });

    server.get('/api/v3/lantern/endpoints', async (_request, reply) => {
      const known = endpoints();
      // This port opens before others do.
      if (known === undefined) throw new HttpError(503, 'Lantern is still starting.');
      return sendJson(reply, JSON.stringify(known));
    });

    server.get('/api/v3/lantern/attributes', async (request, reply) => {
      const asked = parseV3AttributesRequest(searchParamsOf(request));
      const answer =
        asked.key === ''
          ? await attributeKeys(traces.store, asked)
          : await attributeValues(traces.store, asked);
      return sendValue(reply, answer, report);
    });

    analysisRoutes(new TraceAnalyst(traces, logs))(server);
    differencesRoute(traces)(server);
    issuesRoute(traces)(server);
    liveRoutes(traces, traceFeed, report)(server);
    waitRoutes(traces.store, traceFeed, report)(server);
    dataRoute(clearData)(server);
  };

const toDependency = ({ latencies, ...link }: CallEdge): V3Dependency => ({
  ...link,
  ...(latencies.length > 0 && { latencyMs: latencyOf(latencies) }),
});
