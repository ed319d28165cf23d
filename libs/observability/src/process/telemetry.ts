import {
  type ContextManager,
  type TextMapPropagator,
  context,
  diag,
  metrics,
  propagation,
} from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { getBooleanFromEnv } from '@opentelemetry/core';
import { type IMetricReader, MeterProvider } from '@opentelemetry/sdk-metrics';
import type { Resource } from '@opentelemetry/resources';
import type * as SdkNode from '@opentelemetry/sdk-node';
import {
  NoopSpanProcessor,
  type Sampler,
  type SpanLimits,
  type SpanProcessor as SdkSpanProcessor,
} from '@opentelemetry/sdk-trace';
import { traceDrivers } from '../database/drivers.js';
import { replaceIntegrations, reportRenamedVariables, setting } from '../environment.js';
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
import { setTracerProvider, shareTracerProvider } from './api-copies.js';
import { recordCrashes } from './crash.js';
import { Diagnostics } from './diagnostics.js';
import { foreignProvider, noteOwnSdk } from './foreign-tracing.js';
import { type Instrumentation, loadInstrumentations } from './instrumentations.js';
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

type NodeSDKConfiguration = SdkNode.NodeSDKConfiguration;
type StockInstrumentation = NodeSDKConfiguration['instrumentations'][number];

let started = false;

/**
 * Starts OpenTelemetry for this process, configured by the standard `OTEL_*` variables, before the application is
 * loaded. A failure is logged and leaves the application untraced, but running.
 */
export const startTelemetry = (env: NodeJS.ProcessEnv = process.env, kind: SdkKind = sdkKind(env)): void => {
  if (started) return;
  started = true;
  const identity = serviceIdentity(env);
  const diagnostics = new Diagnostics(identity.name, env);
  try {
    const foreign = foreignProvider();
    if (foreign !== undefined) {
      diagnostics.install(env);
      diagnostics.write(
        'warn',
        `Tracing is not started: spans are made by ${foreign}, which was registered before.`,
      );
    } else if (!getBooleanFromEnv('OTEL_SDK_DISABLED')) startSdk(env, diagnostics, kind);
  } catch (error) {
    diagnostics.write('error', `Tracing could not be started: ${describeError(error).message}`, { error });
  }
  // Also with the SDK disabled or broken: ids are propagated and requests are logged.
  prepareProcess(env);
};

/** Implementation that makes the spans: the library's own, or the stock `NodeSDK`. */
export type SdkKind = 'lean' | 'node-sdk';

/** `OBSERVABILITY_SDK`: `node-sdk` starts the stock SDK; the default is `lean`. */
const sdkKind = (env: NodeJS.ProcessEnv): SdkKind => {
  const given = setting(env, 'OBSERVABILITY_SDK')?.toLowerCase() ?? 'lean';
  if (given === 'lean' || given === 'node-sdk') return given;
  diag.warn(`OBSERVABILITY_SDK is "${given}"; using lean. Known: lean, node-sdk.`);
  return 'lean';
};

/** Components of an SDK, as the `OTEL_*` variables configure them. */
export interface SdkComponents {
  resource: Resource;
  sampler: Sampler;
  spanLimits: Required<SpanLimits>;
  spanProcessors: SdkSpanProcessor[];
  metricReaders: IMetricReader[];
  textMapPropagator: TextMapPropagator;
  contextManager: ContextManager;
}

/**
 * Takes over diagnostics and the end of the process, and creates the components of an SDK.
 *
 * @param shutDown shuts down the SDK that has the components
 */
const createComponents = (
  env: NodeJS.ProcessEnv,
  diagnostics: Diagnostics,
  shutDown: (components: SdkComponents) => Promise<void>,
): SdkComponents => {
  diagnostics.install(env);
  reportRenamedVariables(env);
  setTestRequests(acceptsTestRequests(env));
  const sender = createSpanSender(env);
  const delivery =
    sender && createSpanDelivery({ sender, report: (level, message) => diagnostics.write(level, message) });
  const processor = delivery && new SpanProcessor(delivery, flushLines);
  const components: SdkComponents = {
    resource: detectedResource(serviceIdentity(env), env),
    sampler: createSampler(env),
    spanLimits: spanLimits(env),
    spanProcessors: [
      ...(wantsOldConventions(env) ? [new OldConventions()] : []),
      // Without an exporter spans are still made, so that log lines carry trace ids.
      processor ? keeping(processor, env) : new NoopSpanProcessor(),
    ],
    metricReaders: [createScrapeReader(), ...pushReaders(env)],
    textMapPropagator: createPropagator(env),
    contextManager: new AsyncLocalStorageContextManager(),
  };
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
    run: () => shutDown(components),
    isHopeless: () => delivery?.isFailing ?? false,
    done: () => {
      forgetCrashes();
      delivery?.conclude();
    },
  });
  return components;
};

const startSdk = (env: NodeJS.ProcessEnv, diagnostics: Diagnostics, kind: SdkKind): void => {
  const instrumentations = kind === 'lean' ? startLeanSdk(env, diagnostics) : startNodeSdk(env, diagnostics);
  replaceIntegrations(instrumentations.map(({ instrumentationName }) => instrumentationName));
  traceDrivers(env);
  // Fetched metrics begin with the application that serves them; these have no need of one.
  if (metricExits(env).pushed.length > 0) startProcessMetrics();
};

const startLeanSdk = (env: NodeJS.ProcessEnv, diagnostics: Diagnostics): Instrumentation[] => {
  const components = createComponents(env, diagnostics, async () => {
    await Promise.all([tracers.shutdown(), meters.shutdown(), logs?.shutdown()]);
  });
  const { resource, sampler, contextManager } = components;
  const logs = setting(env, 'OTEL_LOGS_EXPORTER') ? startLogs(resource, contextManager) : undefined;
  // The SDK sets it, where it is needed.
  if (!logs) context.setGlobalContextManager(contextManager.enable());
  propagation.setGlobalPropagator(components.textMapPropagator);
  const meters = new MeterProvider({ resource, readers: components.metricReaders });
  metrics.setGlobalMeterProvider(meters);
  const tracers = new LeanTracerProvider({
    resource,
    sampler,
    limits: components.spanLimits,
    processors: components.spanProcessors,
  });
  setTracerProvider(tracers);
  const instrumentations = loadInstrumentations(env);
  for (const instrumentation of instrumentations) {
    instrumentation.setTracerProvider(tracers);
    instrumentation.setMeterProvider(meters);
    instrumentation.enable();
  }
  return instrumentations;
};

/** The stock SDK, which takes three times as long to load. */
const startNodeSdk = (env: NodeJS.ProcessEnv, diagnostics: Diagnostics): Instrumentation[] => {
  const components = createComponents(env, diagnostics, () => sdk.shutdown());
  const instrumentations = loadInstrumentations(env);
  const { NodeSDK } = load('@opentelemetry/sdk-node') as typeof SdkNode;
  const sdk = new NodeSDK({
    ...nodeSdkConfiguration(components, env),
    // Each package may have its own version of the type.
    instrumentations: instrumentations as unknown as StockInstrumentation[],
  });
  sdk.start();
  shareTracerProvider();
  noteOwnSdk();
  return instrumentations;
};

const nodeSdkConfiguration = (
  components: SdkComponents,
  env: NodeJS.ProcessEnv,
): Partial<NodeSDKConfiguration> => ({
  ...components,
  autoDetectResources: false,
  // The SDK would send log records to localhost by default; with the variable it configures itself.
  ...(setting(env, 'OTEL_LOGS_EXPORTER') ? {} : { logRecordProcessors: [] }),
});

/**
 * Configuration for a team's own `NodeSDK`, as the `OTEL_*` variables describe it: propagator, context manager, sampler, span
 * processors with their exporter, resource, span limits and metric readers of this library.
 *
 *     new NodeSDK({ ...lanternNodeSdk(), instrumentations: [new PgInstrumentation()] }).start();
 *
 * `ObservabilityModule` sends what is held when the application closes. To be called once, without `register`.
 */
export const lanternNodeSdk = (env: NodeJS.ProcessEnv = process.env): Partial<NodeSDKConfiguration> => {
  if (started) {
    diag.warn(
      'lanternNodeSdk() was called although tracing has been started; this NodeSDK gets no components',
    );
    return { autoDetectResources: false, spanProcessors: [], metricReaders: [], logRecordProcessors: [] };
  }
  started = true;
  noteOwnSdk();
  const components = createComponents(
    env,
    new Diagnostics(serviceIdentity(env).name, env),
    async ({ spanProcessors, metricReaders }) => {
      await Promise.all([...spanProcessors, ...metricReaders].map((each) => each.shutdown()));
    },
  );
  return nodeSdkConfiguration(components, env);
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
