import { type Context, TraceFlags, diag } from '@opentelemetry/api';
import { getNumberFromEnv } from '@opentelemetry/core';
import type { ReadableSpan, Span, SpanProcessor as SdkSpanProcessor } from '@opentelemetry/sdk-trace';
import { CORRELATION_ATTRIBUTE, getCorrelationId } from '../propagation/correlation.js';
import { TEST_REQUEST_KEY, testRequestOf } from '../propagation/test-requests.js';
import { SpanDelivery, type SpanDeliveryOptions } from './span-delivery.js';

/** Delay, short enough for a trace to reach the UI within a second of its request. */
const DEFAULT_DELAY_MILLIS = 300;

// https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/#batch-span-processor
const DEFAULT_QUEUE_SIZE = 2048;
const DEFAULT_BATCH_SIZE = 512;

/** Puts the correlation id of the request on a span that starts in it. */
export const stampCorrelation = (span: Span, parent: Context): void => {
  const id = getCorrelationId(parent);
  if (id !== undefined) span.setAttribute(CORRELATION_ATTRIBUTE, id);
};

/** Creates the delivery of spans in batches, as `OTEL_BSP_*` configure it. */
export const createSpanDelivery = (options: Pick<SpanDeliveryOptions, 'sender' | 'report'>): SpanDelivery => {
  const maxQueueSize = positive('OTEL_BSP_MAX_QUEUE_SIZE') ?? DEFAULT_QUEUE_SIZE;
  const wanted = positive('OTEL_BSP_MAX_EXPORT_BATCH_SIZE');
  if (wanted !== undefined && wanted > maxQueueSize) {
    diag.warn(
      `OTEL_BSP_MAX_EXPORT_BATCH_SIZE is ${wanted}, above the queue's size; using ${maxQueueSize}, the queue's size.`,
    );
  }
  return new SpanDelivery({
    ...options,
    maxQueueSize,
    maxBatchSize: Math.min(wanted ?? DEFAULT_BATCH_SIZE, maxQueueSize),
    delayMillis: positive('OTEL_BSP_SCHEDULE_DELAY') ?? DEFAULT_DELAY_MILLIS,
  });
};

/** Puts the name of the test on the first span that a request of a trace test has in this process. */
export const stampTestRequest = (span: Span, parent: Context): boolean => {
  if (span.parentSpanContext !== undefined && span.parentSpanContext.isRemote !== true) return false;
  const test = testRequestOf(parent);
  if (test !== undefined) span.setAttribute(TEST_REQUEST_KEY, test);
  return test !== undefined;
};

/** Maximum number of traces of tests whose late spans are sent at once. */
const MAX_TEST_TRACES = 1_000;

/**
 * Passes each sampled span that ends to the delivery, with its correlation id. A test waits for its spans, so they are sent
 * as soon as the first span of a test's request has ended, and later ones as soon as they end.
 */
export class SpanProcessor implements SdkSpanProcessor {
  /** IDs of the first spans of test requests under way. */
  private readonly testRoots = new Set<string>();
  /** Traces of tests whose first span has ended. */
  private readonly testTraces = new Set<string>();

  /** @param flushLines sends the waiting log lines; called with a test's spans */
  constructor(
    private readonly delivery: SpanDelivery,
    private readonly flushLines: () => void = () => undefined,
  ) {}

  onStart(span: Span, parent: Context): void {
    stampCorrelation(span, parent);
    if (stampTestRequest(span, parent)) this.testRoots.add(span.spanContext().spanId);
  }

  onEnd(span: ReadableSpan): void {
    const { traceFlags, traceId, spanId } = span.spanContext();
    if (traceFlags & TraceFlags.SAMPLED) this.delivery.push(span);
    if (this.testRoots.size > 0 && this.testRoots.delete(spanId)) this.addTestTrace(traceId);
    if (this.testTraces.size > 0 && this.testTraces.has(traceId)) this.flushSoon();
  }

  private addTestTrace(traceId: string): void {
    this.testTraces.add(traceId);
    const [oldest] = this.testTraces;
    if (this.testTraces.size > MAX_TEST_TRACES && oldest !== undefined) this.testTraces.delete(oldest);
  }

  private flushing: NodeJS.Immediate | undefined;

  /** The access line of a request is written after its span has ended, in the same turn of the event loop. */
  private flushSoon(): void {
    this.flushing ??= setImmediate(() => {
      this.flushing = undefined;
      // While the backend is away, only its own pauses decide about the next attempt.
      if (!this.delivery.isFailing) void this.delivery.flush();
      this.flushLines();
    });
  }

  forceFlush(): Promise<void> {
    return this.delivery.flush();
  }

  shutdown(): Promise<void> {
    return this.delivery.shutdown();
  }
}

// A value of the environment that is no positive number counts as unset.
const positive = (name: string): number | undefined => {
  const value = getNumberFromEnv(name);
  return value !== undefined && value > 0 ? value : undefined;
};
