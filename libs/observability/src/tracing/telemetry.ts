import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { getBooleanFromEnv } from '@opentelemetry/core';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { NoopSpanProcessor, type SpanProcessor as SdkSpanProcessor } from '@opentelemetry/sdk-trace';
import { setting } from '../environment.js';
import { describeError } from '../errors.js';
import { OldConventions, wantsOldConventions } from '../http/old-conventions.js';
import { createScrapeReader } from '../metrics/meter.js';
import { metricExits, pushReaders } from '../metrics/metric-readers.js';
import { startProcessMetrics } from '../metrics/process-metrics.js';
import { createPropagator } from '../propagation/propagator.js';
import { serviceIdentity } from '../service-identity.js';
import { recordCrashes } from './crash.js';
import { Diagnostics } from './diagnostics.js';
import { prepareProcess } from './process.js';
import { keepRules } from './keep-rules.js';
import { KeptTraces } from './kept-traces.js';
import { processResource, resourceDetectors } from './resource.js';
import { createSampler } from './sampler.js';
import { takeShutdown } from './shutdown.js';
import { SpanDelivery, lossReported } from './span-delivery.js';
import { createSpanExporter } from './span-exporter.js';
import { SpanProcessor } from './span-processor.js';

/** Longest attribute of a span, in characters: a stack fits, a request body does not. */
const defaultValueLength = 8192;

let started = false;

/**
 * Starts OpenTelemetry for this process, configured by the standard `OTEL_*` variables, before the application is
 * loaded. What fails is said and leaves the application untraced, but running.
 */
export function startTelemetry(env: NodeJS.ProcessEnv = process.env): void {
  if (started) return;
  started = true;
  const identity = serviceIdentity(env);
  const diagnostics = new Diagnostics(identity.name, env);
  try {
    if (!getBooleanFromEnv('OTEL_SDK_DISABLED')) startSdk(env, diagnostics);
  } catch (error) {
    diagnostics.write('error', `Tracing could not be started: ${describeError(error).message}`, { error });
  }
  // Also with the SDK disabled or broken: ids are handed on and requests are logged.
  prepareProcess(env);
}

function startSdk(env: NodeJS.ProcessEnv, diagnostics: Diagnostics): void {
  const identity = serviceIdentity(env);
  let delivery: SpanDelivery | undefined;
  diagnostics.install(env, (message) => {
    if (message === lossReported) return true;
    const full = /^Dropped (\d+) spans because maxQueueSize reached/.exec(message);
    if (full) delivery?.dropped(Number(full[1]));
    return full !== null && delivery !== undefined;
  });
  const target = createSpanExporter(env);
  if (target) {
    delivery = new SpanDelivery(target.exporter, target.target, (level, message) =>
      diagnostics.write(level, message),
    );
  }
  const processor = delivery && new SpanProcessor(delivery);
  const sdk = new NodeSDK({
    resource: processResource(identity),
    ...(setting(env, 'OTEL_NODE_RESOURCE_DETECTORS') ? {} : { resourceDetectors }),
    contextManager: new AsyncLocalStorageContextManager(),
    textMapPropagator: createPropagator(env),
    sampler: createSampler(env),
    spanLimits: valueLength(env),
    spanProcessors: [
      ...(wantsOldConventions(env) ? [new OldConventions()] : []),
      // Without an exporter spans are still made, so that log lines carry trace ids.
      processor ? keeping(processor, env) : new NoopSpanProcessor(),
    ],
    metricReaders: [createScrapeReader(), ...pushReaders(env)],
    // Left to the SDK when asked for, off otherwise: it would send them to the traces' endpoint by itself.
    ...(setting(env, 'OTEL_LOGS_EXPORTER') ? {} : { logRecordProcessors: [] }),
  });
  sdk.start();
  // Fetched metrics begin with the application that serves them; these have no need of one.
  if (metricExits(env).pushed.length > 0) startProcessMetrics();
  const forgetCrashes = recordCrashes({
    report: (message, error) => diagnostics.write('fatal', message, { error }),
    flush: (timeoutMillis, crashed) => {
      // A plain end is not held up for a backend that is known to be away.
      if (!target || !delivery || !processor || delivery.undelivered === 0) return;
      if (delivery.isFailing && !crashed) return;
      delivery.sendRest(
        () => void processor.forceFlush(),
        (spans) => target.sendBlocking(spans, timeoutMillis),
      );
    },
  });
  takeShutdown({
    run: () => sdk.shutdown(),
    isHopeless: () => delivery?.isFailing ?? false,
    done: (timedOut) => {
      forgetCrashes();
      const left = delivery?.undelivered ?? 0;
      if (timedOut && left > 0) {
        diagnostics.write('warn', `${left} spans were not sent to ${target?.target ?? ''} before the end`);
      }
    },
  });
}

function keeping(processor: SpanProcessor, env: NodeJS.ProcessEnv): SdkSpanProcessor {
  const rules = keepRules(env);
  return rules ? new KeptTraces(processor, rules) : processor;
}

// The SDK leaves attributes unlimited unless one of these is set.
const valueLength = (env: NodeJS.ProcessEnv): { attributeValueLengthLimit?: number } =>
  (setting(env, 'OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT') ??
  setting(env, 'OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT'))
    ? {}
    : { attributeValueLengthLimit: defaultValueLength };
