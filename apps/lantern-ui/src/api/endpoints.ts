import type { V3Endpoints } from '@lantern/query-api/wire';
import { queryOptions } from '@tanstack/react-query';
import { getJson } from './http.js';

/** Endpoints for telemetry, as seen from the host of the browser. */
export interface Endpoints {
  readonly otlp: string;
  readonly otlpGrpc: string;
  readonly loki: string;
}

export const endpointsQuery = () =>
  queryOptions({
    queryKey: ['endpoints'],
    staleTime: Infinity,
    queryFn: async ({ signal }) =>
      endpointsOf(
        (await getJson({ path: '/api/v3/lantern/endpoints', signal })) as V3Endpoints,
        location.hostname,
      ),
  });

/**
 * Combines the ports with the host of the page. Lantern does not know its external host name: it may listen on all
 * interfaces, or run in a container.
 */
export const endpointsOf = (
  { otlpPort, otlpGrpcPort, lokiPort }: Omit<V3Endpoints, 'prometheusPort'>,
  host: string,
): Endpoints => ({
  otlp: `http://${host}:${otlpPort}`,
  otlpGrpc: `http://${host}:${otlpGrpcPort}`,
  loki: `http://${host}:${lokiPort}`,
});
