import type { ServiceDefinition } from '@grpc/grpc-js';
import type { Signal } from '@lantern/otlp';

/** Passes messages on as bytes: `OtlpIngest` decodes them. */
const unchanged = (message: Buffer): Buffer => message;

const PACKAGE = 'opentelemetry.proto.collector';

const SERVICE_NAMES: Readonly<Record<Signal, string>> = {
  traces: `${PACKAGE}.trace.v1.TraceService`,
  logs: `${PACKAGE}.logs.v1.LogsService`,
  metrics: `${PACKAGE}.metrics.v1.MetricsService`,
};

/** @see https://github.com/open-telemetry/opentelemetry-proto/tree/main/opentelemetry/proto/collector */
export const OTLP_SERVICES = Object.entries(SERVICE_NAMES).map(([signal, name]) => ({
  signal: signal as Signal,
  definition: {
    Export: {
      path: `/${name}/Export`,
      requestStream: false,
      responseStream: false,
      requestSerialize: unchanged,
      requestDeserialize: unchanged,
      responseSerialize: unchanged,
      responseDeserialize: unchanged,
    },
  } satisfies ServiceDefinition,
}));
