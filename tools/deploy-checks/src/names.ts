import { compose } from './compose.js';
import { read, readYaml } from './workspace.js';

/** Services of the shop, with the default port from the configuration of each. */
export const shopPorts: Readonly<Record<string, number>> = Object.fromEntries(
  ['api-gateway', 'user-service', 'order-service'].map((name) => {
    const [, port] = /serviceConfig\((\d+)\)/.exec(read(`apps/${name}/src/config.ts`)) ?? [];
    if (port === undefined) throw new Error(`apps/${name}/src/config.ts names no default port`);
    return [name, Number(port)];
  }),
);

export interface CollectorConfig {
  readonly receivers: Readonly<Record<string, { protocols: Record<string, { endpoint: string }> }>>;
  readonly processors: Readonly<Record<string, unknown>>;
  readonly connectors: Readonly<Record<string, unknown>>;
  readonly exporters: Readonly<Record<string, { endpoint?: string } | null>>;
  readonly extensions: Readonly<
    Record<string, { endpoint?: string; http?: { endpoint: string }; grpc?: { endpoint: string } }>
  >;
  readonly service: {
    readonly extensions: readonly string[];
    readonly pipelines: Readonly<
      Record<string, { receivers: string[]; processors?: string[]; exporters: string[] }>
    >;
    readonly telemetry: {
      readonly metrics: {
        readonly readers: readonly { pull: { exporter: { prometheus: { host: string; port: number } } } }[];
      };
    };
  };
}

export const portOf = (endpoint: string): number => Number(endpoint.slice(endpoint.lastIndexOf(':') + 1));

/** Returns the ports in the configuration of an OpenTelemetry Collector, which Jaeger 2 is too. */
export const collectorPorts = (config: CollectorConfig): number[] => [
  ...Object.values(config.receivers).flatMap(({ protocols }) =>
    Object.values(protocols).map(({ endpoint }) => portOf(endpoint)),
  ),
  ...Object.entries(config.exporters).flatMap(([name, exporter]) =>
    name.startsWith('prometheus') && exporter?.endpoint ? [portOf(exporter.endpoint)] : [],
  ),
  ...Object.values(config.extensions).flatMap((extension) =>
    [extension.endpoint, extension.http?.endpoint, extension.grpc?.endpoint].flatMap((endpoint) =>
      endpoint === undefined ? [] : [portOf(endpoint)],
    ),
  ),
  ...config.service.telemetry.metrics.readers.map(({ pull }) => pull.exporter.prometheus.port),
];

/** Returns the default of a port in Lantern's configuration. */
const lanternPort = (variable: string): number => {
  const [, port] =
    new RegExp(`${variable}: \\{\\s+form: port,\\s+default: '(\\d+)'`).exec(
      read('apps/lantern/src/settings/settings.ts'),
    ) ?? [];
  if (port === undefined) throw new Error(`apps/lantern/src/settings/settings.ts has no port ${variable}`);
  return Number(port);
};

export const lanternPorts = {
  otlp: lanternPort('LANTERN_OTLP_PORT'),
  otlpGrpc: lanternPort('LANTERN_OTLP_GRPC_PORT'),
  jaeger: lanternPort('LANTERN_JAEGER_PORT'),
  loki: lanternPort('LANTERN_LOKI_PORT'),
  prometheus: lanternPort('LANTERN_PROMETHEUS_PORT'),
  sampling: lanternPort('LANTERN_SAMPLING_PORT'),
};

const lokiConfig = readYaml<{ server: { http_listen_port: number } }>('docker/loki/config.yaml');

/** Ports that each container listens on, from its configuration, else the defaults of its image. */
export const listening: Readonly<Record<string, readonly number[]>> = {
  ...Object.fromEntries(
    Object.keys(shopPorts).map((name) => [name, [Number(compose.services[name]?.build?.args.PORT)]]),
  ),
  lantern: Object.values(lanternPorts),
  collector: collectorPorts(readYaml('docker/collector/config.yaml')),
  jaeger: collectorPorts(readYaml('docker/jaeger/config.yaml')),
  loki: [lokiConfig.server.http_listen_port],
  // Default ports of these images.
  postgres: [5432],
  prometheus: [9090],
  alertmanager: [9093],
  grafana: [3000],
};

/** Metric that every service exposes, and its labels. */
export const REQUEST_METRIC = 'http_server_request_duration_seconds';
export const REQUEST_LABELS = ['service', 'http_request_method', 'http_route', 'http_response_status_code'];

/** Labels of a log stream. Other fields are structured metadata, or part of the line. */
export const STREAM_LABELS = ['service', 'env', 'level', 'service_name'];
