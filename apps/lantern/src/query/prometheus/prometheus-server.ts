import type { MetricStore } from '@lantern/telemetry-store';
import type { FastifyInstance } from 'fastify';
import type { OtlpIngest } from '../../ingest/otlp/otlp-ingest.js';
import { otlpRoutes } from '../../ingest/otlp/otlp-routes.js';
import { remoteWrite } from '../../ingest/prometheus/remote-write.js';
import { sendNotFound, sendText } from '../../transport/answers/text.js';
import { createServer, type ServerOptions } from '../../transport/server/server.js';

export interface PrometheusServerParts {
  readonly metrics: MetricStore;
  readonly otlp: OtlpIngest;
  /** Reason why the stores refuse every request; undefined when they do not. */
  readonly unavailable: () => string | undefined;
}

/** Server on Prometheus' port: remote write, OTLP metrics and queries. */
export const createPrometheusServer = (
  { metrics, otlp, unavailable }: PrometheusServerParts,
  options: ServerOptions,
): FastifyInstance => {
  const server = createServer(options);
  void server.register(remoteWrite(metrics, options.report));
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
