import { TemporarySystem } from '@lantern/launcher';
// Jest resolves the modules of a global setup by their file names.
import { JaegerProcess } from './jaeger-process.ts';
import { findProgram } from './prometheus-process.ts';

/** Starts the system with an installed Jaeger as the backend of its traces. Log lines go to Lantern's Loki API. */
export default async (): Promise<void> => {
  const program = findProgram('jaeger');
  if (program === undefined)
    throw new Error('No program "jaeger" in PATH: install Jaeger 2 to run this target.');
  const jaeger = (globalThis.jaegerUnderTest = await JaegerProcess.start(program));
  const { urls } = (globalThis.systemUnderTest = await TemporarySystem.start({
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${jaeger.otlpUrl}/v1/traces`,
  }));
  // The suites read them in their own processes.
  Object.assign(process.env, {
    GATEWAY_URL: urls.gateway,
    JAEGER_URL: jaeger.url,
    LOKI_URL: urls.loki,
    OTLP_URL: jaeger.otlpUrl,
    LANTERN_INSTRUMENTED: [urls.userService, urls.orderService].join(','),
  });
};
