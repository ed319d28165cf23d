import type { V3Endpoints } from '@lantern/query-api/wire';
import { queryOptions } from '@tanstack/react-query';
import { getJson } from './http.js';

/** Addresses that services send telemetry to, as this browser reaches the same host. */
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

/** Only the ports are Lantern's to know: it may listen on all interfaces, or in a container. */
export const endpointsOf = ({ otlpPort, otlpGrpcPort, lokiPort }: V3Endpoints, host: string): Endpoints => ({
  otlp: `http://${host}:${otlpPort}`,
  otlpGrpc: `http://${host}:${otlpGrpcPort}`,
  loki: `http://${host}:${lokiPort}`,
});
