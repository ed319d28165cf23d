// Preloaded in place of the library: OpenTelemetry's own instrumentation, `STOCK=http` or `STOCK=express`.
import { createRequire, syncBuiltinESMExports, register } from 'node:module';
import { ExpressInstrumentation } from '@opentelemetry/instrumentation-express';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { BatchSpanProcessor } from '@opentelemetry/sdk-trace';

const WITH_EXPRESS = process.env.STOCK === 'express';
// Express is imported by Nest, so its layers need the loader hook; `http` must not go through it, or it is traced twice.
if (WITH_EXPRESS) {
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- the way that the instrumentation supports and documents
  register('@opentelemetry/instrumentation/hook.mjs', import.meta.url, {
    data: { exclude: ['http', 'https', 'node:http', 'node:https'] },
  });
}
const sdk = new NodeSDK({
  spanProcessors: [
    new BatchSpanProcessor({
      exporter: new OTLPTraceExporter(),
      scheduledDelayMillis: Number(process.env.OTEL_BSP_SCHEDULE_DELAY),
    }),
  ],
  // Traces alone. The library keeps its histogram of durations, which it always has.
  metricReaders: [],
  logRecordProcessors: [],
  instrumentations: [new HttpInstrumentation(), ...(WITH_EXPRESS ? [new ExpressInstrumentation()] : [])],
});
sdk.start();
// The hooks act on what is required from here on; then the patched functions are given to importers too.
const require = createRequire(import.meta.url);
require('node:http');
require('node:https');
syncBuiltinESMExports();
