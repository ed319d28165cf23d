import type { z } from 'zod';
import {
  age,
  durability,
  duration,
  host,
  headers,
  hosts,
  httpUrl,
  onOff,
  origins,
  port,
  scrape,
  size,
  text,
  token,
} from './forms.js';

/** A default that depends on whether {@link SETTINGS.LANTERN_DATA_DIR} is set. */
export interface DefaultByStore {
  readonly inMemory: string;
  readonly inFolder: string;
}

export interface Setting {
  /** Parses and checks a value. */
  readonly form: z.ZodType<unknown, string>;
  /** Default, as an operator would write it. Without one the setting is off. */
  readonly default?: string | DefaultByStore;
  /** Meaning, as the README words it. */
  readonly meaning: string;
  /** Option of the command line. */
  readonly option?: {
    readonly name: string;
    /** Placeholder of the value in the help. A switch has none. */
    readonly value?: string;
    /** Meaning in a few words, for the help. */
    readonly help: string;
  };
  /** Whether messages must not contain the value. */
  readonly isSecret?: boolean;
}

/**
 * All settings of Lantern, each under the name of its environment variable. Configuration, error messages, the options of the
 * command line and their help derive from this table; a test compares the table of the README with it.
 */
export const SETTINGS = {
  LANTERN_HOST: {
    form: host,
    default: 'localhost',
    meaning: 'name or address to listen on; `localhost` is 127.0.0.1 and, where there is IPv6, ::1 too',
    option: { name: 'host', value: 'host', help: 'address to listen on' },
  },
  LANTERN_ALLOWED_HOSTS: {
    form: hosts,
    meaning:
      'further host names under which clients reach Lantern, separated by commas; a leading dot allows subdomains',
    option: {
      name: 'allowed-hosts',
      value: 'names',
      help: 'further host names that clients use: lantern,.example.com',
    },
  },
  LANTERN_CORS_ORIGINS: {
    form: origins,
    meaning:
      'origins of web pages that may send OTLP over HTTP, separated by commas, beside those on loopback; `*` allows every page. The query APIs allow none',
    option: {
      name: 'cors-origins',
      value: 'origins',
      help: 'web pages that may send OTLP: https://shop.example.com',
    },
  },
  LANTERN_OTLP_PORT: {
    form: port,
    default: '4318',
    meaning: 'OTLP over HTTP',
    option: { name: 'otlp-port', value: 'port', help: 'OTLP over HTTP' },
  },
  LANTERN_OTLP_GRPC_PORT: {
    form: port,
    default: '4317',
    meaning: 'OTLP over gRPC',
    option: { name: 'otlp-grpc-port', value: 'port', help: 'OTLP over gRPC' },
  },
  LANTERN_JAEGER_PORT: {
    form: port,
    default: '16686',
    meaning: "the web UI, Jaeger's query API, and Loki's and Prometheus' query APIs for the UI",
    option: { name: 'ui-port', value: 'port', help: 'web UI and Jaeger API' },
  },
  LANTERN_LOKI_PORT: {
    form: port,
    default: '3100',
    meaning: "Loki's push and query API",
    option: { name: 'loki-port', value: 'port', help: 'Loki API' },
  },
  LANTERN_PROMETHEUS_PORT: {
    form: port,
    default: '9090',
    meaning: "Prometheus' query API, remote write and OTLP metrics",
    option: { name: 'prometheus-port', value: 'port', help: 'Prometheus API' },
  },
  LANTERN_ZIPKIN_PORT: {
    form: port,
    meaning: "spans in version 2 of Zipkin's JSON, usually on 9411; without one the port stays closed",
    option: { name: 'zipkin-port', value: 'port', help: "spans in Zipkin's format, usually 9411" },
  },
  LANTERN_SAMPLING_PORT: {
    form: port,
    default: '5778',
    meaning: 'remote sampling',
    option: { name: 'sampling-port', value: 'port', help: 'remote sampling' },
  },
  LANTERN_SAMPLING_FILE: {
    form: text,
    meaning:
      "sampling strategies in Jaeger's format, read again when the file changes; without one everything is kept",
    option: { name: 'sampling-file', value: 'file', help: "sampling strategies, in Jaeger's format" },
  },
  LANTERN_SCRAPE: {
    form: scrape,
    meaning:
      "targets whose metrics are scraped every 15 s: addresses separated by commas, or the path of a `.yml` file with Prometheus' `scrape_configs` (static and file targets, relabeling); read again when it changes",
  },
  LANTERN_RULES: {
    form: text,
    meaning:
      'paths of Prometheus rule files, separated by commas, with wildcards; read again when they change. A broken file is reported with line and column, and its earlier rules stay',
  },
  LANTERN_ALERT_WEBHOOK: {
    form: httpUrl,
    meaning: "address that receives alerts, as Alertmanager's webhook receivers do",
  },
  LANTERN_ALERTMANAGER_URL: {
    form: httpUrl,
    meaning: 'address of an Alertmanager that receives alerts',
  },
  LANTERN_FORWARD_OTLP: {
    form: httpUrl,
    meaning:
      'address of a collector that receives every accepted OTLP request too, byte for byte and in order; requests wait while it is away, in the data folder where there is one',
    option: { name: 'forward-otlp', value: 'url', help: 'collector that receives every OTLP request too' },
  },
  LANTERN_FORWARD_HEADERS: {
    form: headers,
    isSecret: true,
    meaning:
      'headers of the requests to that collector, as in `OTEL_EXPORTER_OTLP_HEADERS`: `authorization=Bearer%20<token>`',
  },
  LANTERN_MAX_FORWARD_BYTES: {
    form: size,
    default: { inMemory: '64MiB', inFolder: '1GiB' },
    meaning:
      'limit on the requests that wait for that collector; beyond it the oldest are dropped and reported',
  },
  LANTERN_TOKEN: {
    form: token,
    isSecret: true,
    meaning: 'bearer token required from every client',
    option: {
      name: 'token',
      value: 'secret',
      help: 'bearer token of clients; visible to other users here, LANTERN_TOKEN hides it',
    },
  },
  LANTERN_ALLOW_ANONYMOUS: {
    form: onOff,
    default: '0',
    meaning: '1 disables authentication on an address that other machines can reach',
    option: { name: 'allow-anonymous', help: 'no authentication where other machines can reach --host' },
  },
  LANTERN_ALLOW_RESET: {
    form: onOff,
    default: '0',
    meaning:
      '1 allows clients on the same machine to delete all data with `DELETE /api/v3/lantern/data`; for tests only',
  },
  LANTERN_DATA_DIR: {
    form: text,
    meaning:
      'folder that keeps spans, log lines and metrics through a restart; without one they are in memory until the process ends',
    option: { name: 'data-dir', value: 'folder', help: 'keep all data there; without it in memory' },
  },
  LANTERN_RETENTION: {
    form: age,
    meaning: 'maximum age of data, such as `30d` or `72h`; without one the limits of size alone evict',
    option: { name: 'retention', value: 'age', help: 'evict older data: 30d, 72h' },
  },
  LANTERN_DURABILITY: {
    form: durability,
    meaning:
      'failure that acknowledged data in a folder survives: `process`, a killed process, which is the default; `power`, a loss of power too, at the price of waiting for the disk',
    option: {
      name: 'durability',
      value: 'process|power',
      help: 'survive a killed process (default) or a loss of power too',
    },
  },
  LANTERN_MAX_TRACE_BYTES: {
    form: size,
    default: { inMemory: '256MiB', inFolder: '10GiB' },
    meaning: 'limit on the stored size of spans, some 75 bytes a span; the oldest are evicted',
    option: { name: 'max-bytes', value: 'size', help: 'limit on the stored size of spans' },
  },
  LANTERN_MAX_LOG_BYTES: {
    form: size,
    default: { inMemory: '128MiB', inFolder: '2GiB' },
    meaning: 'limit on the stored size of log lines',
    option: { name: 'max-log-bytes', value: 'size', help: 'the same for log lines' },
  },
  LANTERN_MAX_METRIC_BYTES: {
    form: size,
    default: { inMemory: '64MiB', inFolder: '2GiB' },
    meaning: 'limit on the stored size of metric samples, 1 to 2 bytes a sample',
  },
  LANTERN_MAX_GRPC_MESSAGE_BYTES: {
    form: size,
    default: '4MiB',
    meaning:
      'limit on the size of a gRPC message, before and after decompression; an OpenTelemetry Collector has the same default',
  },
  LANTERN_MAX_IN_FLIGHT_BYTES: {
    form: size,
    default: '128MiB',
    meaning:
      'limit on the total size of request bodies in flight; a request beyond it gets 503 with `Retry-After`',
  },
  LANTERN_MAX_ANSWER_BYTES: {
    form: size,
    default: '256MiB',
    meaning:
      'limit on the memory of all responses in the making; a request beyond it gets 503 with `Retry-After`',
  },
  LANTERN_MAX_CLOCK_SKEW: {
    form: duration,
    default: '0',
    meaning: 'maximum correction of the times of a span for a wrong clock, such as `24h`; 0 corrects none',
  },
} as const satisfies Readonly<Record<string, Setting>>;

export type Variable = keyof typeof SETTINGS;
