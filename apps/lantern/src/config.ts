import type { DurationNano } from '@lantern/telemetry-model';
import type { z } from 'zod';
import { SETTINGS, type DefaultByStore, type Setting, type Variable } from './settings/settings.js';
import { isLoopback } from './transport/access/allowed-hosts.js';

export interface Config {
  /** A name or address. `localhost` means both loopback addresses, 127.0.0.1 and ::1. */
  readonly host: string;
  /** Further names under which clients reach Lantern, in `Host`. A leading dot allows every subdomain. */
  readonly allowedHosts: readonly string[];
  /** Origins of web pages that may send OTLP over HTTP, beside those on loopback. `*` stands for all. */
  readonly corsOrigins: readonly string[];
  /** OTLP over HTTP. */
  readonly otlpPort: number;
  readonly otlpGrpcPort: number;
  /** Jaeger's query API and the web UI. */
  readonly jaegerPort: number;
  readonly lokiPort: number;
  /** Prometheus' query API, remote write and OTLP metrics. */
  readonly prometheusPort: number;
  /** Spans in Zipkin's format. Undefined opens no port for them. */
  readonly zipkinPort: number | undefined;
  /** Remote sampling. */
  readonly samplingPort: number;
  /** Sampling strategies in the format of Jaeger; undefined keeps everything. */
  readonly samplingFile: string | undefined;
  /** Targets to scrape: addresses, or the path of a file with Prometheus' `scrape_configs`. Undefined scrapes nothing. */
  readonly scrape: string | undefined;
  /** Paths of Prometheus rule files. Undefined evaluates no rules. */
  readonly rules: string | undefined;
  /** Address that receives alerts in the format of Alertmanager's webhook. */
  readonly alertWebhook: string | undefined;
  /** Address of an Alertmanager that receives alerts. */
  readonly alertmanagerUrl: string | undefined;
  /** Address of a collector that receives every accepted OTLP request too. Undefined forwards nothing. */
  readonly forwardUrl: string | undefined;
  readonly forwardHeaders: Readonly<Record<string, string>>;
  /** Limit on the requests that wait for the collector. Beyond it the oldest are dropped. */
  readonly maxForwardBytes: number;
  /** Bearer token required from every client. Undefined disables authentication. */
  readonly token: string | undefined;
  /** Whether clients on this machine may delete all data. */
  readonly allowReset: boolean;
  /** Data folder of spans and log lines. Undefined keeps them in memory until the process ends. */
  readonly dataDir: string | undefined;
  /** How long spans and log lines are kept; undefined: as long as there is room. */
  readonly retentionMillis: number | undefined;
  /** Failure that an acknowledged write survives: a killed process, or a loss of power too. */
  readonly durability: 'process' | 'power';
  /** Limit on the stored size of spans. Beyond it the oldest are evicted. */
  readonly maxTraceBytes: number;
  /** Limit on the stored size of log lines. Beyond it the oldest are evicted. */
  readonly maxLogBytes: number;
  /** Limit on the stored size of metric samples. Beyond it the oldest are evicted. */
  readonly maxMetricBytes: number;
  /** Limit on the size of a gRPC message, before and after decompression. */
  readonly maxGrpcMessageBytes: number;
  /** Limit on the total size of request bodies in flight. Requests beyond it get 503 with Retry-After. */
  readonly maxInFlightBytes: number;
  /** Limit on the memory of all answers in the making. Requests beyond it get 503 with Retry-After. */
  readonly maxAnswerBytes: number;
  /** By how much a span may be moved to make up for a clock that is wrong; 0 moves none. */
  readonly maxClockSkewNano: DurationNano;
}

/** The environment holds a value that cannot be used. The message names the variable, the value and what is allowed. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

type Value<V extends Variable> =
  | z.output<(typeof SETTINGS)[V]['form']>
  | ((typeof SETTINGS)[V] extends { readonly default: string | DefaultByStore } ? never : undefined);

type Values = { readonly [V in Variable]: Value<V> };

/** @throws {ConfigError} that lists every invalid variable */
const valuesOf = (env: Readonly<Record<string, string | undefined>>): Values => {
  // Shells and Compose files set variables to the empty string, which counts as unset.
  const textOf = (variable: string) => (env[variable] === '' ? undefined : env[variable]);
  const hasFolder = textOf('LANTERN_DATA_DIR') !== undefined;
  const errors: string[] = [];
  const values = Object.entries<Setting>(SETTINGS).map(([variable, setting]) => {
    const text = textOf(variable) ?? defaultOf(setting, hasFolder);
    const { data, error } = setting.form.optional().safeParse(text);
    if (error) {
      const value = setting.isSecret ? 'set' : `"${text ?? ''}"`;
      errors.push(`${variable} is ${value}: it must be ${error.issues[0]?.message ?? 'valid'}.`);
    }
    return [variable, data] as const;
  });
  if (errors.length > 0) throw new ConfigError(errors.join('\n'));
  return Object.fromEntries(values) as Values;
};

const defaultOf = ({ default: value }: Setting, hasFolder: boolean): string | undefined =>
  typeof value === 'object' ? (hasFolder ? value.inFolder : value.inMemory) : value;

/** @throws {ConfigError} */
export const readConfig = (env: Readonly<Record<string, string | undefined>>): Config => {
  const data = valuesOf(env);
  const { LANTERN_HOST, LANTERN_TOKEN, LANTERN_ALLOW_ANONYMOUS } = data;
  if (!isLoopback(LANTERN_HOST) && LANTERN_TOKEN === undefined && !LANTERN_ALLOW_ANONYMOUS) {
    throw new ConfigError(
      `LANTERN_HOST is "${LANTERN_HOST}", which other machines can reach: set LANTERN_TOKEN to require a bearer ` +
        'token from clients, or LANTERN_ALLOW_ANONYMOUS=1 to disable authentication.',
    );
  }
  if (data.LANTERN_DURABILITY !== undefined && data.LANTERN_DATA_DIR === undefined) {
    throw new ConfigError(
      'LANTERN_DURABILITY needs LANTERN_DATA_DIR: data in memory does not survive the process.',
    );
  }
  return {
    host: data.LANTERN_HOST,
    allowedHosts: data.LANTERN_ALLOWED_HOSTS ?? [],
    corsOrigins: data.LANTERN_CORS_ORIGINS ?? [],
    otlpPort: data.LANTERN_OTLP_PORT,
    otlpGrpcPort: data.LANTERN_OTLP_GRPC_PORT,
    jaegerPort: data.LANTERN_JAEGER_PORT,
    lokiPort: data.LANTERN_LOKI_PORT,
    prometheusPort: data.LANTERN_PROMETHEUS_PORT,
    zipkinPort: data.LANTERN_ZIPKIN_PORT,
    samplingPort: data.LANTERN_SAMPLING_PORT,
    samplingFile: data.LANTERN_SAMPLING_FILE,
    scrape: data.LANTERN_SCRAPE,
    rules: data.LANTERN_RULES,
    alertWebhook: data.LANTERN_ALERT_WEBHOOK,
    alertmanagerUrl: data.LANTERN_ALERTMANAGER_URL,
    forwardUrl: data.LANTERN_FORWARD_OTLP,
    forwardHeaders: data.LANTERN_FORWARD_HEADERS ?? {},
    maxForwardBytes: data.LANTERN_MAX_FORWARD_BYTES,
    token: data.LANTERN_TOKEN,
    allowReset: data.LANTERN_ALLOW_RESET,
    dataDir: data.LANTERN_DATA_DIR,
    retentionMillis: data.LANTERN_RETENTION,
    durability: data.LANTERN_DURABILITY ?? 'process',
    maxTraceBytes: data.LANTERN_MAX_TRACE_BYTES,
    maxLogBytes: data.LANTERN_MAX_LOG_BYTES,
    maxMetricBytes: data.LANTERN_MAX_METRIC_BYTES,
    maxGrpcMessageBytes: data.LANTERN_MAX_GRPC_MESSAGE_BYTES,
    maxInFlightBytes: data.LANTERN_MAX_IN_FLIGHT_BYTES,
    maxAnswerBytes: data.LANTERN_MAX_ANSWER_BYTES,
    maxClockSkewNano: data.LANTERN_MAX_CLOCK_SKEW,
  };
};
