import type { V3Endpoints } from '@lantern/query-api';
import type { LogStream, ResourceSpans } from '@lantern/telemetry-model';
import type { MetricStore } from '@lantern/telemetry-store';
import type { FastifyInstance } from 'fastify';
import { nowUnixNano } from './clock.js';
import { clearData } from './clear-data.js';
import type { Config } from './config.js';
import { AccessToken } from './transport/access/access-token.js';
import { AllowedHosts } from './transport/access/allowed-hosts.js';
import { PageOrigins } from './transport/access/page-origins.js';
import { AnswerBytes } from './transport/answers/answer-bytes.js';
import type { Report } from './transport/errors/failure.js';
import { InFlightBytes } from './transport/requests/in-flight-bytes.js';
import { REQUEST_TIMEOUT_MILLIS } from './transport/requests/limits.js';
import { listen } from './transport/server/listen.js';
import type { ServerOptions } from './transport/server/server.js';
import { OtlpGrpcServer } from './ingest/otlp/grpc/otlp-grpc-server.js';
import { createOtlpServer } from './ingest/otlp/otlp-server.js';
import { Feed } from './ingest/feed.js';
import { MetricIngest } from './ingest/metrics/metric-ingest.js';
import { LogIngest } from './ingest/logs/log-ingest.js';
import { DEFAULT_LOG_LIMITS, type LogLimits } from './ingest/logs/log-limits.js';
import { OtlpIngest } from './ingest/otlp/otlp-ingest.js';
import { TraceIngest } from './ingest/traces/trace-ingest.js';
import { createJaegerServer } from './query/jaeger/jaeger-server.js';
import { createLokiServer } from './query/loki/loki-server.js';
import { createPrometheusServer } from './query/prometheus/prometheus-server.js';
import { Notifier } from './rules/notifier.js';
import { createSamplingServer } from './sampling/sampling-server.js';
import { StrategiesFile } from './sampling/strategies-file.js';
import { KEEP_ALL_STRATEGIES } from './sampling/strategies.js';
import { SpanMetrics } from './span-metrics/span-metrics.js';
import { openStores } from './open-stores.js';
import { UI_DIRECTORY } from './ui-directory.js';

export interface Lantern {
  readonly urls: LanternUrls;
  /** Stops accepting, finishes what runs, frees the ports. Idempotent. */
  close(): Promise<void>;
}

export interface LanternUrls {
  /** OTLP over HTTP. */
  readonly otlp: string;
  readonly otlpGrpc: string;
  /** Jaeger's query API and the web UI. */
  readonly jaeger: string;
  readonly loki: string;
  /** Prometheus' query API, remote write and OTLP metrics. */
  readonly prometheus: string;
  /** Remote sampling. */
  readonly sampling: string;
  /** Spans in Zipkin's format, if their port is configured. */
  readonly zipkin?: string;
}

export interface LanternOptions {
  readonly uiDirectory?: string;
  readonly requestTimeoutMillis?: number;
  /** Limits on pushed log lines that override {@link DEFAULT_LOG_LIMITS}. */
  readonly logLimits?: Partial<LogLimits>;
  /** Receives messages for the operator. Without it they are discarded. */
  readonly report?: Report;
}

/** Timeout of requests that still run when Lantern closes. */
const CLOSE_TIMEOUT_MILLIS = 5_000;

/**
 * Opens the stores and the ports.
 *
 * @throws {StrategiesFileError}
 * @throws {FolderError}
 * @throws {YamlFileError} when the scrape configuration or a rule file cannot be used
 * @throws {ListenError} when a port cannot be opened; everything that was opened before is closed
 */
export const startLantern = async (config: Config, options: LanternOptions = {}): Promise<Lantern> => {
  const report = options.report ?? (() => undefined);
  const strategies =
    config.samplingFile === undefined ? KEEP_ALL_STRATEGIES : new StrategiesFile(config.samplingFile, report);
  const stores = openStores(config, report);
  const { traces, logs, metrics } = stores;
  const requestTimeoutMillis = options.requestTimeoutMillis ?? REQUEST_TIMEOUT_MILLIS;
  const inFlight = new InFlightBytes(config.maxInFlightBytes);
  const answers = new AnswerBytes(config.maxAnswerBytes, 2 * requestTimeoutMillis);
  const token = config.token === undefined ? undefined : new AccessToken(config.token);
  const { host, allowedHosts } = config;
  const hosts = new AllowedHosts({ listenHost: host, allowedHosts, hasToken: token !== undefined });
  const serverOptions: ServerOptions = { hosts, requestTimeoutMillis, report, inFlight, answers, token };
  const traceFeed = new Feed<readonly ResourceSpans[]>();
  const logFeed = new Feed<readonly LogStream[]>();
  const limits = { ...DEFAULT_LOG_LIMITS, ...options.logLimits };
  const logIngest = new LogIngest({ store: logs, feed: logFeed, limits, now: nowUnixNano });
  const metricIngest = new MetricIngest(metrics);
  const traceIngest = new TraceIngest(traces, traceFeed);
  const forwarder = await openForwarder(config, report).catch(async (error: unknown) => {
    await stores.close();
    throw error;
  });
  const otlpIngest = new OtlpIngest(traceIngest, logIngest, metricIngest, forwarder);
  const otlp = createOtlpServer(otlpIngest, { ...serverOptions, pages: new PageOrigins(config.corsOrigins) });
  const otlpGrpc = new OtlpGrpcServer(otlpIngest, {
    maxMessageBytes: config.maxGrpcMessageBytes,
    requestTimeoutMillis,
    report,
    inFlight,
    token,
  });
  let endpoints: V3Endpoints | undefined;
  let uiUrl = '';
  const notifier = new Notifier({
    webhookUrl: config.alertWebhook,
    alertmanagerUrl: config.alertmanagerUrl,
    externalUrl: () => uiUrl,
    report,
  });
  const { rules, scraper } = await openPrometheusFiles(config, { store: metrics, notifier, report }).catch(
    async (error: unknown) => {
      await stores.close();
      throw error;
    },
  );
  const spanMetrics = new SpanMetrics({ traces, metrics, report });
  const prometheusParts = { metrics, retentionMillis: config.retentionMillis, rules, scraper };
  const jaeger = createJaegerServer(
    {
      traces,
      traceFeed,
      logs,
      logFeed,
      prometheus: prometheusParts,
      uiDirectory: options.uiDirectory ?? UI_DIRECTORY,
      maxClockSkewNano: config.maxClockSkewNano,
      endpoints: () => endpoints,
      clearData: config.allowReset
        ? () => clearData({ stores, logIngest, metricIngest, spanMetrics })
        : undefined,
    },
    serverOptions,
  );
  const loki = createLokiServer(
    {
      logs,
      logFeed,
      ingest: logIngest,
      otlp: otlpIngest,
      forwarder,
      unavailable: () => stores.unavailable(),
    },
    serverOptions,
  );
  const prometheus = createPrometheusServer(
    { ...prometheusParts, otlp: otlpIngest, unavailable: () => stores.unavailable() },
    serverOptions,
  );
  const sampling = createSamplingServer(strategies, serverOptions);
  // Few Lanterns receive spans of Zipkin, so the others do not load the server.
  const zipkin =
    config.zipkinPort === undefined
      ? undefined
      : (await import('./ingest/zipkin/zipkin-server.js')).createZipkinServer(
          traceIngest,
          nowUnixNano,
          serverOptions,
        );

  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    notifier.stop();
    await Promise.all([scraper?.stop(), rules?.stop(), spanMetrics.stop()]);
    await Promise.all([
      ...[otlp, jaeger, loki, prometheus, sampling, ...(zipkin ? [zipkin] : [])].map(closeServer),
      otlpGrpc.close(CLOSE_TIMEOUT_MILLIS),
    ]);
    // After the last request was accepted.
    await forwarder?.stop();
    await stores.close();
  };
  const lantern = {
    close: () => (closing ??= close()),
  };

  try {
    await spanMetrics.start();
    const urls: LanternUrls = {
      otlp: await listen(otlp, {
        host,
        port: config.otlpPort,
        purpose: 'OTLP over HTTP',
        variable: 'LANTERN_OTLP_PORT',
      }),
      otlpGrpc: await otlpGrpc.listen({
        host,
        port: config.otlpGrpcPort,
        purpose: 'OTLP over gRPC',
        variable: 'LANTERN_OTLP_GRPC_PORT',
      }),
      jaeger: await listen(jaeger, {
        host,
        port: config.jaegerPort,
        purpose: 'the web UI and the Jaeger API',
        variable: 'LANTERN_JAEGER_PORT',
      }),
      loki: await listen(loki, {
        host,
        port: config.lokiPort,
        purpose: 'the Loki API',
        variable: 'LANTERN_LOKI_PORT',
      }),
      prometheus: await listen(prometheus, {
        host,
        port: config.prometheusPort,
        purpose: 'the Prometheus API',
        variable: 'LANTERN_PROMETHEUS_PORT',
      }),
      sampling: await listen(sampling, {
        host,
        port: config.samplingPort,
        purpose: 'remote sampling',
        variable: 'LANTERN_SAMPLING_PORT',
      }),
      ...(zipkin && {
        zipkin: await listen(zipkin, {
          host,
          port: config.zipkinPort ?? 0,
          purpose: "Zipkin's API",
          variable: 'LANTERN_ZIPKIN_PORT',
        }),
      }),
    };
    endpoints = {
      otlpPort: portOf(urls.otlp),
      otlpGrpcPort: portOf(urls.otlpGrpc),
      lokiPort: portOf(urls.loki),
      prometheusPort: portOf(urls.prometheus),
    };
    uiUrl = urls.jaeger;
    forwarder?.start();
    scraper?.start();
    rules?.start();
    return { ...lantern, urls };
  } catch (error) {
    await lantern.close();
    throw error;
  }
};

/**
 * Reads the scrape configuration and the rule files that are configured. Their modules are loaded only then, because the YAML
 * parser takes 14 MB of memory and a fifth of a second.
 *
 * @throws {YamlFileError}
 */
const openPrometheusFiles = async (
  { rules, scrape }: Config,
  { store, notifier, report }: { store: MetricStore; notifier: Notifier; report: Report },
) => ({
  rules:
    rules === undefined
      ? undefined
      : new (await import('./rules/rule-manager.js')).RuleManager({ source: rules, store, notifier, report }),
  scraper:
    scrape === undefined
      ? undefined
      : new (await import('./scrape/scraper.js')).Scraper({ source: scrape, store, report }),
});

/**
 * Opens the queue of the collector that is configured: in the data folder, or in memory without one.
 *
 * @throws {FolderError} when the folder of the queue cannot be used
 */
const openForwarder = async (
  { forwardUrl: url, forwardHeaders: headers, maxForwardBytes, dataDir }: Config,
  report: Report,
) => {
  if (url === undefined) return undefined;
  const { Forwarder, openForwardQueue } = await import('./forward/forward.js');
  const queue = openForwardQueue(dataDir, maxForwardBytes, report);
  return new Forwarder({ url, headers, queue, report });
};

/** Port of an address, which may be the default of its scheme. */
const portOf = (url: string): number => Number(new URL(url).port || 80);

const closeServer = async (server: FastifyInstance): Promise<void> => {
  const deadline = setTimeout(() => server.server.closeAllConnections(), CLOSE_TIMEOUT_MILLIS);
  try {
    await server.close();
  } finally {
    clearTimeout(deadline);
  }
};
