import { parseGoDuration } from '@lantern/go-syntax';
import type { DurationNano } from '@lantern/telemetry-model';
import { z } from 'zod';
import { isLoopback } from './transport/access/allowed-hosts.js';

export interface Config {
  /** A name or address. `localhost` means both loopback addresses, 127.0.0.1 and ::1. */
  readonly host: string;
  /** Further names under which clients reach Lantern, in `Host`. A leading dot allows every subdomain. */
  readonly allowedHosts: readonly string[];
  /** OTLP over HTTP. */
  readonly otlpPort: number;
  readonly otlpGrpcPort: number;
  /** Jaeger's query API and the web UI. */
  readonly jaegerPort: number;
  readonly lokiPort: number;
  /** Prometheus' query API, remote write and OTLP metrics. */
  readonly prometheusPort: number;
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
  /** Bearer token required from every client. Undefined disables authentication. */
  readonly token: string | undefined;
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

const MIB = 1024 * 1024;

const UNIT_BYTES: Readonly<Record<string, number>> = {
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KIB: 1024,
  MIB,
  GIB: 1024 * MIB,
};

const PORT = 'a whole number from 0 to 65535, where 0 takes any free port';
const SIZE = 'a size of at least 1 MiB, for example 256MiB, 1GB or 100000000';
const TOKEN = 'at least 16 characters without spaces';
const SWITCH = '1 or true, 0 or false';
const DURABILITY = 'process or power';
const AGE = 'an age above 0, for example 30d, 72h or 90m';
const DURATION = 'a duration, for example 500ms, 30s, 24h or 0';
const URL_FORM = 'an http or https address, for example http://localhost:9093';
const SCRAPE = 'addresses separated by commas, for example localhost:8080, or the path of a .yml file';
const HOST = 'a host name or an IP address';
const HOSTS = 'host names separated by commas, for example lantern,logs,.example.com';

const host = z.string().regex(/^[\w.:-]+$/, HOST);

const hosts = z
  .string()
  .regex(/^\s*\.?[\w-][\w.-]*(?:\s*,\s*\.?[\w-][\w.-]*)*\s*$/, HOSTS)
  .transform((text) => text.split(',').map((name) => name.trim().toLowerCase()));

const port = z
  .string()
  .regex(/^\d{1,5}$/, PORT)
  .transform(Number)
  .refine((value) => value <= 65_535, PORT);

const size = z.string().transform((text, context) => {
  const [, count, unit = 'B'] = /^(\d+(?:\.\d+)?)\s*([KMG]?i?B)?$/i.exec(text) ?? [];
  const bytes = Math.floor(Number(count) * (UNIT_BYTES[unit.toUpperCase()] ?? Number.NaN));
  if (bytes >= MIB && Number.isSafeInteger(bytes)) return bytes;
  context.addIssue({ code: 'custom', message: SIZE });
  return z.NEVER;
});

const duration = z.string().transform((text, context) => {
  try {
    const nanos = parseGoDuration(text);
    if (nanos >= 0n) return nanos;
  } catch {
    // Reported as an invalid duration below.
  }
  context.addIssue({ code: 'custom', message: DURATION });
  return z.NEVER;
});

const DAY_MILLIS = 24 * 3_600_000;

const age = z.string().transform((text, context) => {
  const [, days] = /^(\d{1,6})d$/.exec(text) ?? [];
  try {
    const millis =
      days === undefined ? Number(parseGoDuration(text) / 1_000_000n) : Number(days) * DAY_MILLIS;
    if (millis > 0) return millis;
  } catch {
    // Reported as an invalid age below.
  }
  context.addIssue({ code: 'custom', message: AGE });
  return z.NEVER;
});

const onOff = z
  .enum(['0', 'false', '1', 'true'], SWITCH)
  .transform((text) => text === '1' || text === 'true');

const httpUrl = z.url({ protocol: /^https?$/, error: URL_FORM });

const scrape = z
  .string()
  .refine(
    (text) =>
      /\.ya?ml$/i.test(text) || text.split(',').every((address) => URL.canParse(asUrl(address.trim()))),
    SCRAPE,
  );

/** A target may be given as host and port alone. */
const asUrl = (address: string): string => (address.includes('://') ? address : `http://${address}`);

const environment = z.object({
  LANTERN_HOST: host.default('localhost'),
  LANTERN_ALLOWED_HOSTS: hosts.default([]),
  LANTERN_OTLP_PORT: port.default(4318),
  LANTERN_OTLP_GRPC_PORT: port.default(4317),
  LANTERN_JAEGER_PORT: port.default(16_686),
  LANTERN_LOKI_PORT: port.default(3100),
  LANTERN_PROMETHEUS_PORT: port.default(9090),
  LANTERN_SAMPLING_PORT: port.default(5778),
  LANTERN_SAMPLING_FILE: z.string().optional(),
  LANTERN_SCRAPE: scrape.optional(),
  LANTERN_RULES: z.string().optional(),
  LANTERN_ALERT_WEBHOOK: httpUrl.optional(),
  LANTERN_ALERTMANAGER_URL: httpUrl.optional(),
  LANTERN_TOKEN: z
    .string()
    .regex(/^\S{16,}$/, TOKEN)
    .optional(),
  LANTERN_ALLOW_ANONYMOUS: onOff.default(false),
  LANTERN_DATA_DIR: z.string().optional(),
  LANTERN_RETENTION: age.optional(),
  LANTERN_DURABILITY: z.enum(['process', 'power'], DURABILITY).optional(),
  LANTERN_MAX_TRACE_BYTES: size.optional(),
  LANTERN_MAX_LOG_BYTES: size.optional(),
  LANTERN_MAX_METRIC_BYTES: size.optional(),
  // Default of the OpenTelemetry Collector.
  LANTERN_MAX_GRPC_MESSAGE_BYTES: size.default(4 * MIB),
  LANTERN_MAX_IN_FLIGHT_BYTES: size.default(128 * MIB),
  LANTERN_MAX_ANSWER_BYTES: size.default(256 * MIB),
  LANTERN_MAX_CLOCK_SKEW: duration.default(0n),
});

/** @throws {ConfigError} that lists every invalid variable */
export const readConfig = (env: Readonly<Record<string, string | undefined>>): Config => {
  // Shells and Compose files set variables to the empty string, which counts as unset.
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const { data, error } = environment.safeParse(set);
  if (error) {
    throw new ConfigError(
      error.issues
        .map(({ path, message }) => {
          const variable = String(path[0]);
          // The message does not contain the secret.
          const value = variable === 'LANTERN_TOKEN' ? 'set' : `"${env[variable] ?? ''}"`;
          return `${variable} is ${value}: it must be ${message}.`;
        })
        .join('\n'),
    );
  }
  const { LANTERN_HOST, LANTERN_TOKEN, LANTERN_ALLOW_ANONYMOUS } = data;
  if (!isLoopback(LANTERN_HOST) && LANTERN_TOKEN === undefined && !LANTERN_ALLOW_ANONYMOUS) {
    throw new ConfigError(
      `LANTERN_HOST is "${LANTERN_HOST}", where others can reach it: set LANTERN_TOKEN to a secret that they ` +
        'have to show, or LANTERN_ALLOW_ANONYMOUS=1 to let everybody send and read.',
    );
  }
  if (data.LANTERN_DURABILITY !== undefined && data.LANTERN_DATA_DIR === undefined) {
    throw new ConfigError('LANTERN_DURABILITY needs LANTERN_DATA_DIR: what is in memory outlives nothing.');
  }
  return {
    host: data.LANTERN_HOST,
    allowedHosts: data.LANTERN_ALLOWED_HOSTS,
    otlpPort: data.LANTERN_OTLP_PORT,
    otlpGrpcPort: data.LANTERN_OTLP_GRPC_PORT,
    jaegerPort: data.LANTERN_JAEGER_PORT,
    lokiPort: data.LANTERN_LOKI_PORT,
    prometheusPort: data.LANTERN_PROMETHEUS_PORT,
    samplingPort: data.LANTERN_SAMPLING_PORT,
    samplingFile: data.LANTERN_SAMPLING_FILE,
    scrape: data.LANTERN_SCRAPE,
    rules: data.LANTERN_RULES,
    alertWebhook: data.LANTERN_ALERT_WEBHOOK,
    alertmanagerUrl: data.LANTERN_ALERTMANAGER_URL,
    token: data.LANTERN_TOKEN,
    dataDir: data.LANTERN_DATA_DIR,
    retentionMillis: data.LANTERN_RETENTION,
    durability: data.LANTERN_DURABILITY ?? 'process',
    maxTraceBytes:
      data.LANTERN_MAX_TRACE_BYTES ?? (data.LANTERN_DATA_DIR === undefined ? 256 * MIB : 10 * 1024 * MIB),
    maxLogBytes:
      data.LANTERN_MAX_LOG_BYTES ?? (data.LANTERN_DATA_DIR === undefined ? 128 * MIB : 2 * 1024 * MIB),
    maxMetricBytes:
      data.LANTERN_MAX_METRIC_BYTES ?? (data.LANTERN_DATA_DIR === undefined ? 64 * MIB : 2 * 1024 * MIB),
    maxGrpcMessageBytes: data.LANTERN_MAX_GRPC_MESSAGE_BYTES,
    maxInFlightBytes: data.LANTERN_MAX_IN_FLIGHT_BYTES,
    maxAnswerBytes: data.LANTERN_MAX_ANSWER_BYTES,
    maxClockSkewNano: data.LANTERN_MAX_CLOCK_SKEW,
  };
};
