import type { MetricStore } from '@lantern/telemetry-store';
import type { FastifyInstance } from 'fastify';
import type { OtlpIngest } from '../../ingest/otlp/otlp-ingest.js';
import { otlpRoutes } from '../../ingest/otlp/otlp-routes.js';
import { remoteWrite } from '../../ingest/prometheus/remote-write.js';
import { sendNotFound, sendText } from '../../transport/answers/text.js';
import type { Report } from '../../transport/errors/failure.js';
import { createServer, type ServerOptions } from '../../transport/server/server.js';
import { alertRoutes, type AlertParts } from './alert-routes.js';
import { sendError } from './prometheus-answer.js';
import { queryRoutes } from './query-routes.js';
import { seriesRoutes } from './series-routes.js';
import { statusRoutes } from './status-routes.js';

export interface PrometheusParts extends AlertParts {
  readonly metrics: MetricStore;
  /** Retention of samples; undefined for none. */
  readonly retentionMillis: number | undefined;
}

export interface PrometheusServerParts extends PrometheusParts {
  readonly otlp: OtlpIngest;
  /** Reason why the stores refuse every request; undefined when they do not. */
  readonly unavailable: () => string | undefined;
}

/** Prometheus' query API. */
export const prometheusRoutes =
  (parts: PrometheusParts, report: Report) => async (server: FastifyInstance) => {
    server.setErrorHandler(async (error, _request, reply) => sendError(reply, error, report));
    server.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string' },
      (_request, body, done) => done(null, new URLSearchParams(String(body))),
    );
    queryRoutes(server, parts.metrics, report);
    seriesRoutes(server, parts.metrics, report);
    statusRoutes(server, parts);
    alertRoutes(server, parts);
  };

/** Server on Prometheus' port: remote write, OTLP metrics and queries. */
export const createPrometheusServer = (
  { otlp, unavailable, ...parts }: PrometheusServerParts,
  options: ServerOptions,
): FastifyInstance => {
  const server = createServer(options);
  void server.register(prometheusRoutes(parts, options.report));
  void server.register(remoteWrite(parts.metrics, options.report));
  void server.register(otlpRoutes(otlp, [['/api/v1/otlp/v1/metrics', 'metrics']], options.report));
  // Probes carry no secrets, and learn none.
  const probe = { config: { isPublic: true } };
  server.get('/-/healthy', probe, async (_request, reply) => sendText(reply, 200, 'Lantern is Healthy.'));
  server.get('/-/ready', probe, async (_request, reply) => {
    const reason = unavailable();
    return reason === undefined ? sendText(reply, 200, 'Lantern is Ready.') : sendText(reply, 503, reason);
  });
  server.setNotFoundHandler(async (_request, reply) => sendNotFound(reply));
  return server;
};
