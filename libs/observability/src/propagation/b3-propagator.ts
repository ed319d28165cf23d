import {
  type Context,
  type TextMapGetter,
  type TextMapPropagator,
  type TextMapSetter,
  createContextKey,
  defaultTextMapGetter,
  trace,
} from '@opentelemetry/api';
import { isTracingSuppressed } from '@opentelemetry/core';
import {
  B3InjectEncoding,
  B3Propagator,
  B3_CONTEXT_HEADER,
  X_B3_FLAGS,
  X_B3_PARENT_SPAN_ID,
  X_B3_SAMPLED,
  X_B3_SPAN_ID,
  X_B3_TRACE_ID,
} from '@opentelemetry/propagator-b3';
import { type B3Sampling, readB3 } from './b3-headers.js';

const samplingKey = createContextKey('B3 sampling state');

/** Returns the sampling state from the caller; undefined when the caller sent no B3 headers. */
export const getB3Sampling = (context: Context): B3Sampling | undefined =>
  context.getValue(samplingKey) as B3Sampling | undefined;

/** Returns the context with this sampling state. */
export const withB3Sampling = (context: Context, sampling: B3Sampling): Context =>
  context.setValue(samplingKey, sampling);

/** Sampling state in the multiple headers; `defer` is the absence of one. */
const samplingHeaders: Record<B3Sampling, Record<string, string>> = {
  accept: { [X_B3_SAMPLED]: '1' },
  deny: { [X_B3_SAMPLED]: '0' },
  debug: { [X_B3_FLAGS]: '1' },
  defer: {},
};

/**
 * B3 as https://github.com/openzipkin/b3-propagation has it, on top of OpenTelemetry's propagator, which knows neither
 * the parent id nor a sampling state without ids. Reads both encodings; writes the configured ones. The sampling
 * state goes into the context for the sampler, see {@link getB3Sampling}.
 */
export class B3ContextPropagator implements TextMapPropagator {
  private readonly single = new B3Propagator({ injectEncoding: B3InjectEncoding.SINGLE_HEADER });
  private readonly multi = new B3Propagator({ injectEncoding: B3InjectEncoding.MULTI_HEADER });

  constructor(private readonly encodings: { single: boolean; multi: boolean }) {}

  extract(context: Context, carrier: unknown, getter: TextMapGetter): Context {
    const state = readB3(carrier, getter);
    if (!state) return context;
    const withSampling = withB3Sampling(context, state.sampling);
    if (!state.ids) return withSampling;
    const headers = {
      [X_B3_TRACE_ID]: state.ids.traceId,
      [X_B3_SPAN_ID]: state.ids.spanId,
      ...samplingHeaders[state.sampling],
    };
    return this.multi.extract(withSampling, headers, defaultTextMapGetter);
  }

  inject(context: Context, carrier: unknown, setter: TextMapSetter): void {
    if (isTracingSuppressed(context)) return;
    const span = trace.getSpan(context);
    if (!span) return;
    // A span of this process knows its parent; a remote one that is only passed through does not.
    const parentId =
      'parentSpanContext' in span
        ? (span.parentSpanContext as { spanId: string } | undefined)?.spanId
        : undefined;
    const sampling = getB3Sampling(context);
    // The sender deferred the decision and this process made none. It stays open, where the flags can only say "no".
    const isOpen = sampling === 'defer' && span.spanContext().isRemote === true;
    if (this.encodings.multi) {
      this.multi.inject(context, carrier, {
        set: (_carrier, key, value) => {
          if (!isOpen || key !== X_B3_SAMPLED) setter.set(carrier, key, value);
        },
      });
      if (parentId !== undefined) setter.set(carrier, X_B3_PARENT_SPAN_ID, parentId);
    }
    if (this.encodings.single) {
      this.single.inject(context, carrier, {
        set: (_carrier, key, value) => {
          const ids = sampling === 'debug' || isOpen ? value.replace(/-[^-]*$/, isOpen ? '' : '-d') : value;
          setter.set(carrier, key, parentId === undefined ? ids : `${ids}-${parentId}`);
        },
      });
    }
  }

  fields(): string[] {
    return [B3_CONTEXT_HEADER, X_B3_TRACE_ID, X_B3_SPAN_ID, X_B3_PARENT_SPAN_ID, X_B3_SAMPLED, X_B3_FLAGS];
  }
}
