import type { NodeSDK } from '@opentelemetry/sdk-node';

let sdk: NodeSDK | undefined;

/** Starts tracing for this process. Called by `@lantern/observability/register`. */
export async function startTelemetry(): Promise<void> {
  const [{ NodeSDK }, { BatchSpanProcessor }, { OTLPTraceExporter }] = await Promise.all([
    import('@opentelemetry/sdk-node'),
    import('@opentelemetry/sdk-trace'),
    import('@opentelemetry/exporter-trace-otlp-proto'),
  ]);
  sdk = new NodeSDK({
    spanProcessors: [
      new BatchSpanProcessor({ exporter: new OTLPTraceExporter(), scheduledDelayMillis: 300 }),
    ],
    metricReaders: [],
    logRecordProcessors: [],
  });
  sdk.start();
}

/**
 * Sends what is still held and stops tracing. Resolves after `timeoutMillis` at the latest and never rejects;
 * later calls return the same promise.
 */
export async function shutdownTelemetry(timeoutMillis = 5000): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, timeoutMillis);
  });
  await Promise.race([sdk?.shutdown().catch(() => undefined), deadline]);
  clearTimeout(timer);
}
