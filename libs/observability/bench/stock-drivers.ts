// Preloaded in place of the library: OpenTelemetry's instrumentations of database drivers, and of HTTP and Express for an application.
import { createRequire, register, syncBuiltinESMExports } from 'node:module';
import { ExpressInstrumentation } from '@opentelemetry/instrumentation-express';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { IORedisInstrumentation } from '@opentelemetry/instrumentation-ioredis';
import { MySQL2Instrumentation } from '@opentelemetry/instrumentation-mysql2';
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { BatchSpanProcessor } from '@opentelemetry/sdk-trace';

const WITH_HTTP = process.env.STOCK === 'application';
// eslint-disable-next-line @typescript-eslint/no-deprecated -- the way that the instrumentations support and document
register('@opentelemetry/instrumentation/hook.mjs', import.meta.url, {
  data: { exclude: ['http', 'https', 'node:http', 'node:https'] },
});
new NodeSDK({
  spanProcessors: [
    new BatchSpanProcessor({
      exporter: new OTLPTraceExporter(),
      scheduledDelayMillis: Number(process.env.OTEL_BSP_SCHEDULE_DELAY),
    }),
  ],
  metricReaders: [],
  logRecordProcessors: [],
  instrumentations: [
    new PgInstrumentation(),
    new MySQL2Instrumentation(),
    new IORedisInstrumentation(),
    ...(WITH_HTTP ? [new HttpInstrumentation(), new ExpressInstrumentation()] : []),
  ],
}).start();
const require = createRequire(import.meta.url);
require('node:http');
require('node:https');
syncBuiltinESMExports();
