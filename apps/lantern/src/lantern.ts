import { openMemoryLogStore, openMemoryTraceStore } from '@lantern/telemetry-store';
import type { FastifyInstance } from 'fastify';
import type { Config } from './config.js';
import type { Report } from './http/failure.js';
import { InFlightBytes } from './http/in-flight-bytes.js';
import { REQUEST_TIMEOUT_MILLIS } from './http/limits.js';
import { listen } from './http/listen.js';
import type { ServerOptions } from './http/server.js';
import { OtlpGrpcServer } from './ingest/grpc/otlp-grpc-server.js';
import { createOtlpServer } from './ingest/http/otlp-server.js';
import { LogIngest } from './ingest/log-ingest.js';
import { OtlpIngest } from './ingest/otlp-ingest.js';
import { TraceIngest } from './ingest/trace-ingest.js';
import { createJaegerServer } from './query/jaeger/jaeger-server.js';
import { createLokiServer } from './query/loki/loki-server.js';
import { UI_DIRECTORY } from './ui/ui-routes.js';

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
}

export interface LanternOptions {
  readonly uiDirectory?: string;
  readonly requestTimeoutMillis?: number;
  /** Takes what an operator should know; nothing is written without it. */
  readonly report?: Report;
}

/** Requests that still run this long after `close` are cut off. */
const CLOSE_TIMEOUT_MILLIS = 5_000;

/**
 * Opens the stores and the ports.
 *
 * @throws {ListenError} when a port cannot be had; whatever was opened before is closed again
 */
export const startLantern = async (config: Config, options: LanternOptions = {}): Promise<Lantern> => {
  const traces = openMemoryTraceStore({ maxBytes: config.maxTraceBytes });
  const logs = openMemoryLogStore({ maxBytes: config.maxLogBytes });
  const report = options.report ?? (() => undefined);
  const requestTimeoutMillis = options.requestTimeoutMillis ?? REQUEST_TIMEOUT_MILLIS;
  const inFlight = new InFlightBytes(config.maxInFlightBytes);
  const serverOptions: ServerOptions = { host: config.host, requestTimeoutMillis, report, inFlight };
  const otlpIngest = new OtlpIngest(new TraceIngest(traces), report);
  const otlp = createOtlpServer(otlpIngest, serverOptions);
  const otlpGrpc = new OtlpGrpcServer(otlpIngest, {
    maxMessageBytes: config.maxGrpcMessageBytes,
    requestTimeoutMillis,
    report,
    inFlight,
  });
  const jaeger = createJaegerServer(
    {
      traces,
      logs,
      uiDirectory: options.uiDirectory ?? UI_DIRECTORY,
      maxClockSkewNano: config.maxClockSkewNano,
    },
    serverOptions,
  );
  const loki = createLokiServer({ logs, ingest: new LogIngest(logs) }, serverOptions);

  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    await Promise.all([...[otlp, jaeger, loki].map(closeServer), otlpGrpc.close(CLOSE_TIMEOUT_MILLIS)]);
    await Promise.all([traces.close(), logs.close()]);
  };
  const lantern = {
    close: () => (closing ??= close()),
  };

  const { host } = config;
  try {
    return {
      ...lantern,
      urls: {
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
      },
    };
  } catch (error) {
    await lantern.close();
    throw error;
  }
};

const closeServer = async (server: FastifyInstance): Promise<void> => {
  const deadline = setTimeout(() => server.server.closeAllConnections(), CLOSE_TIMEOUT_MILLIS);
  try {
    await server.close();
  } finally {
    clearTimeout(deadline);
  }
};
