// Preloaded in place of the library: OpenTelemetry's instrumentations of GraphQL, gRPC and socket.io, with those of HTTP and Express.
import { createRequire, register, syncBuiltinESMExports } from 'node:module';
import { ExpressInstrumentation } from '@opentelemetry/instrumentation-express';
import { GraphQLInstrumentation } from '@opentelemetry/instrumentation-graphql';
import { GrpcInstrumentation } from '@opentelemetry/instrumentation-grpc';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { SocketIoInstrumentation } from '@opentelemetry/instrumentation-socket.io';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { BatchSpanProcessor } from '@opentelemetry/sdk-trace';

// eslint-disable-next-line @typescript-eslint/no-deprecated -- the way that the instrumentations support and document
register('@opentelemetry/instrumentation/hook.mjs', import.meta.url, {
  data: { exclude: ['http', 'https', 'node:http', 'node:https'] },
});
new NodeSDK({
  spanProcessors: [
    new BatchSpanProcessor({
      exporter: new OTLPTraceExporter(),
      scheduledDelayMillis: Number(process.env.OTEL_BSP_SCHEDULE_DELAY),
      maxQueueSize: 65536,
    }),
  ],
  metricReaders: [],
  logRecordProcessors: [],
  instrumentations: [
    new HttpInstrumentation(),
    new ExpressInstrumentation(),
    // As few spans as it can make: one for the items of a list, none for properties.
    new GraphQLInstrumentation({ mergeItems: true, ignoreTrivialResolveSpans: true }),
    new GrpcInstrumentation(),
    new SocketIoInstrumentation(),
  ],
}).start();
const require = createRequire(import.meta.url);
require('node:http');
require('node:https');
syncBuiltinESMExports();
