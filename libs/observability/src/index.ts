export { ObservabilityModule } from './observability.module.js';
export { OBSERVABILITY_OPTIONS } from './observability.options.js';
export type { ObservabilityOptions } from './observability.options.js';
export type { MetricsOptions } from './nest/app-metrics.js';

export { Span } from './nest/span.decorator.js';
export type { SpanDecoratorOptions } from './nest/span.decorator.js';
export { Traceable } from './nest/traceable.decorator.js';
export type { TraceableOptions } from './nest/traceable.decorator.js';
export { traceProviders } from './nest/provider-spans.js';
export type { ProviderSpansOptions } from './nest/provider-spans.js';
export { Tracer, currentTraceId } from './tracing/tracer.js';
export { shutdownTelemetry } from './process/shutdown.js';

export type { InboundTrust } from './http/inbound-context.js';
export { displayUrl, redactUrl } from './redaction/url.js';

export { modelFetch } from './ai/model-fetch.js';
export type { ModelFetchOptions } from './ai/model-fetch.js';

export { currentCorrelationId } from './propagation/correlation.js';
export {
  messageContext,
  messageHeadersGetter,
  messageHeadersSetter,
  withTraceHeaders,
} from './propagation/message-headers.js';
export type { MessageHeaders, WritableHeaders } from './propagation/message-headers.js';

export { TraceLoggerInterceptor } from './nest/trace-logger.interceptor.js';
export { bullmqTelemetry } from './jobs/bullmq-telemetry.js';
export type { BullmqTelemetry, BullmqTelemetryOptions } from './jobs/bullmq-telemetry.js';

export { TraceLogger } from './logging/trace-logger.js';
export type { LogFields } from './logging/log-record.js';
export { pinoMixin } from './logging/pino.js';
export type { LogFormat } from './logging/stdout.js';

export { MetricService, TraceService } from './nestjs-otel.js';
