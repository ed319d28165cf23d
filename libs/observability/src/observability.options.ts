import { ConfigurableModuleBuilder } from '@nestjs/common';
import type { InboundTrust } from './http/inbound-context.js';
import type { LogFormat } from './logging/stdout.js';
import type { MetricsOptions } from './metrics/app-metrics.js';

/** Everything is optional: `ObservabilityModule.forRoot()` takes the rest from the environment. */
export interface ObservabilityOptions {
  /** Write one log line for each request. Default: true. */
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
   * Believe the trace headers of callers: of all, of none, or of those that the function picks (one that throws picks
   * nobody). Of a caller that is not believed the span becomes a link: the trace begins here, is sampled by this
   * service alone, and the caller's baggage stays outside. For the public edge of a system. Valid for the whole
   * process. Default: true.
   */
  trustInboundContext?: InboundTrust;
  /**
   * Further names, beside password, token, cookie and the like, whose values are masked: keys of log lines, and for the
   * whole process parameters of URLs in spans, log lines and errors. Case and separators do not count.
   */
  redactKeys?: readonly string[];
  /** Lowest level that is written, by winston's name or Nest's. Default: `LOG_LEVEL`, else `info`. */
  logLevel?: string;
  /** Default: `LOG_FORMAT`, else `pretty` on a terminal and `json` elsewhere. */
  logFormat?: LogFormat;
  /** The Loki to push log lines to, unless they go by OTLP. Default: `LOKI_URL`, else nowhere but to stdout. */
  lokiUrl?: string;
  /** How long the last lifecycle hook may take to send what is still held, in milliseconds. Default: 5000. */
  shutdownTimeoutMillis?: number;
}

export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN: OBSERVABILITY_OPTIONS } =
  new ConfigurableModuleBuilder<ObservabilityOptions>()
    .setClassMethodName('forRoot')
    .setFactoryMethodName('createObservabilityOptions')
    .setExtras({ isGlobal: true }, (definition, { isGlobal }) => ({ ...definition, global: isGlobal }))
    .build();
