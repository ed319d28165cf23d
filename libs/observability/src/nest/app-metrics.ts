import { Server as TlsServer } from 'node:tls';
import type { HttpAdapterHost } from '@nestjs/core';
import { ROOT_CONTEXT, context, diag } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import type { DeclaredRoute } from './declared-routes.js';
import { serversOf } from './own-servers.js';
import { addOwnEndpoint } from '../http/own-endpoints.js';
import { onRequestServed } from '../http/served-request.js';
import { isUntraced } from '../http/untraced-paths.js';
import { serviceIdentity } from '../identity/service-identity.js';
import { prepareMetrics, scrapeReader } from '../metrics/meter.js';
import { metricExits } from '../metrics/metric-readers.js';
import { startProcessMetrics } from '../metrics/process-metrics.js';
import { RequestDuration } from '../metrics/request-duration.js';
import { answerScrape } from '../metrics/scrape-endpoint.js';

export interface MetricsOptions {
  /** Path of the scrape endpoint on the service's own port, regardless of its global prefix. Default: `/metrics`. */
  path?: string;
}

/** Histogram of the process. OpenTelemetry has one instrument for it as well. */
let duration: RequestDuration | undefined;

/**
 * Measures the requests of this application and serves the metrics of the process on its port. Must be called after
 * Nest has registered its routes. Returns a function that stops both.
 */
export const serveMetrics = (
  adapterHost: HttpAdapterHost,
  routes: readonly DeclaredRoute[],
  { path = '/metrics' }: MetricsOptions = {},
): (() => void) => {
  prepareMetrics();
  startProcessMetrics();
  const durations = (duration ??= new RequestDuration());
  const isOwn = serversOf(adapterHost);
  // The server's own scheme, not a forwarded one: a caller must not control a label.
  const scheme = schemeOf(adapterHost.httpAdapter.getHttpServer());
  for (const route of routes) {
    if (!isUntraced(route.path)) durations.declare(route.method, route.path, scheme);
  }
  const stops = [
    onRequestServed((request, outcome) => {
      if (isOwn(request.server)) durations.record(request, outcome, schemeOf(request.server));
    }),
  ];
  const reader = scrapeReader();
  if (reader && metricExits(process.env).scraped) {
    if (routes.some((route) => route.method === 'GET' && route.path === path)) {
      diag.warn(`${path} is a route of the application, so metrics are not served there; set metrics.path`);
    } else {
      const service = serviceIdentity(process.env).name;
      stops.push(
        addOwnEndpoint({
          path,
          isOn: isOwn,
          answer: (request, response) => {
            context.with(
              untraced,
              () => void answerScrape(request, response, { reader, durations, service }),
            );
          },
        }),
      );
    }
  }
  return () => {
    for (const stop of stops) stop();
  };
};

/** Servers of HTTPS and of HTTP/2 over TLS are TLS servers. */
const schemeOf = (server: unknown): 'http' | 'https' => (server instanceof TlsServer ? 'https' : 'http');

const untraced = suppressTracing(ROOT_CONTEXT);
