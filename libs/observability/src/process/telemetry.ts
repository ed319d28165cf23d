import { type ContextManager, context, metrics, propagation } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { getBooleanFromEnv } from '@opentelemetry/core';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import type { Resource } from '@opentelemetry/resources';
import type * as SdkNode from '@opentelemetry/sdk-node';
import { NoopSpanProcessor, type SpanProcessor as SdkSpanProcessor } from '@opentelemetry/sdk-trace';
import { traceDrivers } from '../database/drivers.js';
import { reportRenamedVariables, setting } from '../environment.js';
import { describeError } from '../redaction/errors.js';
import { OldConventions, wantsOldConventions } from '../http/old-conventions.js';
import { createScrapeReader } from '../metrics/meter.js';
import { metricExits, pushReaders } from '../metrics/metric-readers.js';
import { startProcessMetrics } from '../metrics/process-metrics.js';
import { flushLines } from '../logging/open-deliveries.js';
import { acceptsTestRequests, setTestRequests } from '../propagation/test-requests.js';
import { createPropagator } from '../propagation/propagator.js';
import { serviceIdentity } from '../identity/service-identity.js';
import { load } from '../load.js';
import { setTracerProvider } from './api-copies.js';
import { recordCrashes } from './crash.js';
import { Diagnostics } from './diagnostics.js';
import { prepareProcess } from './process.js';
import { keepRules } from '../tracing/keep-rules.js';
import { KeptTraces } from '../tracing/kept-traces.js';
import { detectedResource } from '../identity/resource.js';
import { createSampler } from '../tracing/sampler.js';
import { takeShutdown } from './shutdown.js';
import { createSpanSender } from '../tracing/create-span-sender.js';
import { spanLimits } from '../tracing/span-limits.js';
import { SpanProcessor, createSpanDelivery } from '../tracing/span-processor.js';
import { LeanTracerProvider } from '../tracing/tracer-provider.js';

let started = false;

/**
 * Starts OpenTelemetry for this process, configured by the standard `OTEL_*` variables, before the application is
 * loaded. A failure is logged and leaves the application untraced, but running.
 */
export const startTelemetry = (env: NodeJS.ProcessEnv = process.env): void => {
  if (started) return;
  started = true;
  const identity = serviceIdentity(env);
  const diagnostics = new Diagnostics(identity.name, env);
  try {
    if (!getBooleanFromEnv('OTEL_SDK_DISABLED')) startSdk(env, diagnostics);
  } catch (error) {
    diagnostics.write('error', `Tracing could not be started: ${describeError(error).message}`, { error });
  }
  // Also with the SDK disabled or broken: ids are propagated and requests are logged.
  prepareProcess(env);
};

const startSdk = (env: NodeJS.ProcessEnv, diagnostics: Diagnostics): void => {
  const identity = serviceIdentity(env);
  diagnostics.install(env);
  reportRenamedVariables(env);
  setTestRequests(acceptsTestRequests(env));
  const sender = createSpanSender(env);
  const delivery =
    sender && createSpanDelivery({ sender, report: (level, message) => diagnostics.write(level, message) });
  const processor = delivery && new SpanProcessor(delivery, flushLines);
  const resource = detectedResource(identity, env);
  const contextManager = new AsyncLocalStorageContextManager();
  const logs = setting(env, 'OTEL_LOGS_EXPORTER') ? startLogs(resource, contextManager) : undefined;
  // The SDK sets it, where it is needed.
  if (!logs) context.setGlobalContextManager(contextManager.enable());
  propagation.setGlobalPropagator(createPropagator(env));
  const meters = new MeterProvider({
    resource,
    readers: [createScrapeReader(), ...pushReaders(env)],
  });
  metrics.setGlobalMeterProvider(meters);
  const tracers = new LeanTracerProvider({
    resource,
    sampler: createSampler(env),
    limits: spanLimits(env),
    processors: [
      ...(wantsOldConventions(env) ? [new OldConventions()] : []),
      // Without an exporter spans are still made, so that log lines carry trace ids.
      processor ? keeping(processor, env) : new NoopSpanProcessor(),
    ],
  });
  setTracerProvider(tracers);
  traceDrivers(env);
  // Fetched metrics begin with the application that serves them; these have no need of one.
  if (metricExits(env).pushed.length > 0) startProcessMetrics();
  const forgetCrashes = recordCrashes({
    report: (message, error) => diagnostics.writeCrash(message, error),
    flush: (timeoutMillis, crashed) => {
      // A plain end is not held up for a backend that is known to be away.
      if (!delivery || delivery.undelivered === 0) return;
      if (delivery.isFailing && !crashed) delivery.conclude();
      else delivery.sendRest(timeoutMillis);
    },
  });
  takeShutdown({
    run: async () => {
      await Promise.all([tracers.shutdown(), meters.shutdown(), logs?.shutdown()]);
    },
    isHopeless: () => delivery?.isFailing ?? false,
    done: () => {
      forgetCrashes();
      delivery?.conclude();
    },
  });
};

const keeping = (processor: SpanProcessor, env: NodeJS.ProcessEnv): SdkSpanProcessor => {
  const rules = keepRules(env);
  return rules ? new KeptTraces(processor, rules) : processor;
};

/**
 * OpenTelemetry's own configuration of logs, for applications that write them by its API. It brings every exporter there
 * is, which takes a quarter of a second, so it is loaded only where it is asked for.
 */
const startLogs = (resource: Resource, contextManager: ContextManager): { shutdown: () => Promise<void> } => {
  const { NodeSDK } = load('@opentelemetry/sdk-node') as typeof SdkNode;
  const sdk = new NodeSDK({
    resource,
    contextManager,
    autoDetectResources: false,
    spanProcessors: [],
    metricReaders: [],
    textMapPropagator: null,
  });
  sdk.start();
  return sdk;
};
