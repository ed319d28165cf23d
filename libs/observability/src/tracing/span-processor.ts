import { type Context, TraceFlags, diag } from '@opentelemetry/api';
import { getNumberFromEnv } from '@opentelemetry/core';
import type { ReadableSpan, Span, SpanProcessor as SdkSpanProcessor } from '@opentelemetry/sdk-trace';
import { CORRELATION_ATTRIBUTE, getCorrelationId } from '../propagation/correlation.js';
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

/** Passes each sampled span that ends to the delivery, with its correlation id. */
export class SpanProcessor implements SdkSpanProcessor {
  constructor(private readonly delivery: SpanDelivery) {}

  onStart(span: Span, parent: Context): void {
    stampCorrelation(span, parent);
  }

  onEnd(span: ReadableSpan): void {
    if (span.spanContext().traceFlags & TraceFlags.SAMPLED) this.delivery.push(span);
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
