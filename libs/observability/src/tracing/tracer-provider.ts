import {
  type Context,
  INVALID_SPAN_CONTEXT,
  type Span,
  SpanKind,
  type SpanOptions,
  TraceFlags,
  type Tracer,
  type TracerProvider,
  context,
  isSpanContextValid,
  trace,
} from '@opentelemetry/api';
import { isTracingSuppressed } from '@opentelemetry/core';
import type { Resource } from '@opentelemetry/resources';
import {
  type ReadableSpan,
  type Sampler,
  SamplingDecision,
  type Span as SdkSpan,
  type SpanLimits,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace';
import { RANDOM_TRACE_ID_FLAG } from '../propagation/trace-context-propagator.js';
import { RecordingSpan, type SpanOrigin } from './recording-span.js';
import { newSpanId, newTraceId } from '../propagation/ids.js';

export interface TracerProviderOptions {
  resource: Resource;
  sampler: Sampler;
  limits: Required<SpanLimits>;
  processors: readonly SpanProcessor[];
}

/** On providers of all copies of this library. */
export const ownProviderMark = Symbol.for('@lantern/observability tracer provider');

/**
 * Makes the spans of this process, by the samplers and for the processors of OpenTelemetry's SDK:
 * https://opentelemetry.io/docs/specs/otel/trace/sdk/#tracer-provider
 */
export class LeanTracerProvider implements TracerProvider {
  readonly [ownProviderMark] = true;
  private readonly tracers = new Map<string, LeanTracer>();
  private readonly processor: SpanProcessor;

  constructor(private readonly options: TracerProviderOptions) {
    const [only, ...others] = options.processors;
    this.processor = only && others.length === 0 ? only : new ProcessorChain(options.processors);
  }

  getTracer(name: string, version?: string, { schemaUrl }: { schemaUrl?: string } = {}): Tracer {
    const key = `${name}@${version ?? ''}:${schemaUrl ?? ''}`;
    let tracer = this.tracers.get(key);
    if (!tracer) {
      const { resource, limits, sampler } = this.options;
      const instrumentationScope = { name, version, schemaUrl };
      tracer = new LeanTracer({ resource, limits, instrumentationScope, processor: this.processor }, sampler);
      this.tracers.set(key, tracer);
    }
    return tracer;
  }

  forceFlush(): Promise<void> {
    return this.processor.forceFlush();
  }

  shutdown(): Promise<void> {
    return this.processor.shutdown();
  }
}

class LeanTracer implements Tracer {
  constructor(
    private readonly origin: SpanOrigin & { readonly processor: SpanProcessor },
    private readonly sampler: Sampler,
  ) {}

  startSpan(name: string, options: SpanOptions = {}, given: Context = context.active()): Span {
    const inside = options.root === true ? trace.deleteSpan(given) : given;
    if (isTracingSuppressed(inside)) return trace.wrapSpanContext(INVALID_SPAN_CONTEXT);
    const { kind = SpanKind.INTERNAL, attributes = {}, links = [] } = options;
    const outer = trace.getSpan(inside);
    const above = outer?.spanContext();
    // The IDs of an own span need no check.
    const isValid = outer instanceof RecordingSpan || (above !== undefined && isSpanContextValid(above));
    const parent = isValid ? above : undefined;
    const traceId = parent ? parent.traceId : newTraceId();
    const sampled = this.sampler.shouldSample(inside, traceId, name, kind, attributes, links);
    const spanContext = {
      traceId,
      spanId: newSpanId(),
      traceFlags:
        (sampled.decision === SamplingDecision.RECORD_AND_SAMPLED ? TraceFlags.SAMPLED : TraceFlags.NONE) |
        ((parent?.traceFlags ?? 0) & RANDOM_TRACE_ID_FLAG),
      traceState: sampled.traceState ?? parent?.traceState,
    };
    if (sampled.decision === SamplingDecision.NOT_RECORD) return trace.wrapSpanContext(spanContext);
    const span = new RecordingSpan(this.origin, spanContext, parent, name, kind, options.startTime);
    span.setAttributes(attributes);
    if (sampled.attributes) span.setAttributes(sampled.attributes);
    if (links.length > 0) span.addLinks(links);
    this.origin.processor.onStart(span, inside);
    return span;
  }

  startActiveSpan<F extends (span: Span) => ReturnType<F>>(
    name: string,
    ...rest: [fn: F] | [options: SpanOptions, fn: F] | [options: SpanOptions, context: Context, fn: F]
  ): ReturnType<F> {
    const fn = rest.at(-1) as F;
    const options = rest.length > 1 ? (rest[0] as SpanOptions) : {};
    const parent = rest.length > 2 ? (rest[1] as Context) : context.active();
    const span = this.startSpan(name, options, parent);
    return context.with(trace.setSpan(parent, span), fn, undefined, span);
  }
}

class ProcessorChain implements SpanProcessor {
  constructor(private readonly processors: readonly SpanProcessor[]) {}

  onStart(span: SdkSpan, parent: Context): void {
    for (const processor of this.processors) processor.onStart(span, parent);
  }

  onEnding(span: SdkSpan): void {
    for (const processor of this.processors) processor.onEnding?.(span);
  }

  onEnd(span: ReadableSpan): void {
    for (const processor of this.processors) processor.onEnd(span);
  }

  async forceFlush(): Promise<void> {
    await Promise.all(this.processors.map((processor) => processor.forceFlush()));
  }

  async shutdown(): Promise<void> {
    await Promise.all(this.processors.map((processor) => processor.shutdown()));
  }
}
