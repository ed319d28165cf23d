import { ConfigurableModuleBuilder } from '@nestjs/common';
import type { InboundTrust } from './http/inbound-context.js';
import type { LogFormat } from './logging/stdout.js';
import type { MetricsOptions } from './nest/app-metrics.js';

/** Everything is optional: `ObservabilityModule.forRoot()` takes the rest from the environment. */
export interface ObservabilityOptions {
  /**
   * Write one log line for each request. When false, only calls of handlers with a `TraceLoggerInterceptor` get a line.
   * Default: true, unless nestjs-pino writes its own line for each request.
   */
  accessLog?: boolean;
  /** Measure requests and the process, and let Prometheus scrape that at `path`. Default: true, at `/metrics`. */
  metrics?: boolean | MetricsOptions;
  /**
   * Requests that are neither traced nor logged, in place of the health and metrics paths. A string stands for the
   * path and all below it. Valid for the whole process. Default: `/health`, `/healthz`, `/healthcheck`, `/livez`,
   * `/readyz` and `/metrics` with all below them, also behind the global prefix of the application.
   */
  untracedPaths?: readonly (string | RegExp)[];
  /**
   * Hosts to which requests get no client span and no trace headers, such as an error tracker's. A string stands for the
   * host and its subdomains. Valid for the whole process. Default: none.
   */
  untracedHosts?: readonly (string | RegExp)[];
  /**
   * Make the spans of HTTP requests and calls. When false, they are left to another tracer: log lines carry the ids of its
   * spans, and requests keep their correlation ids, access lines and metrics. Valid for the whole process. Default:
   * `OBSERVABILITY_HTTP_SPANS`, else false where another tracer of HTTP is found (OpenTelemetry's `HttpInstrumentation`, Sentry,
   * Datadog), true otherwise.
   */
  httpSpans?: boolean;
  /**
   * Trust the trace headers of callers: of all, of none, or of those that the function accepts (a function that throws
   * accepts none). The span of an untrusted caller becomes a link: the trace begins here, is sampled by this service
   * alone, and the caller's baggage is discarded. For the public edge of a system. Valid for the whole process.
   * Default: true.
   */
  trustInboundContext?: InboundTrust;
  /**
   * Accept requests of trace tests, whose baggage has `lantern.test`: they are sampled, and their spans and log lines are
   * sent as soon as they end. Never from an untrusted caller. Valid for the whole process. Default:
   * `OBSERVABILITY_TEST_REQUESTS`, else true except where `NODE_ENV` is `production`.
   */
  testRequests?: boolean;
  /**
   * Database drivers to trace, as the modules that the application imports: `pg`, `better-sqlite3`, `node:sqlite`. Needed where
   * `register` does not find them: a bundle, SQLite. Valid for the whole process. Default: none.
   */
  instrument?: readonly object[];
  /**
   * Names whose values are masked, in addition to password, token, cookie and the like: keys of log lines, and for the
   * whole process parameters of URLs in spans, log lines and errors. Case and separators do not count.
   */
  redactKeys?: readonly string[];
  /** Lowest level that is written, by winston's name or Nest's. Default: `LOG_LEVEL`, else `info`. */
  logLevel?: string;
  /** Default: `LOG_FORMAT`, else `pretty` on a terminal and `json` elsewhere. */
  logFormat?: LogFormat;
  /** The Loki to push log lines to, unless OTLP is used. Default: `LOKI_URL`, else stdout only. */
  lokiUrl?: string;
  /** Timeout, in milliseconds, of sending the remaining telemetry in the last lifecycle hook. Default: 5000. */
  shutdownTimeoutMillis?: number;
}

export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN: OBSERVABILITY_OPTIONS } =
  new ConfigurableModuleBuilder<ObservabilityOptions>()
    .setClassMethodName('forRoot')
    .setFactoryMethodName('createObservabilityOptions')
    .setExtras({ isGlobal: true }, (definition, { isGlobal }) => ({ ...definition, global: isGlobal }))
    .build();
