import { type Context, TraceFlags } from '@opentelemetry/api';
import { getNumberFromEnv } from '@opentelemetry/core';
import { BatchSpanProcessor, type ReadableSpan, type Span } from '@opentelemetry/sdk-trace';
import { correlationAttribute, getCorrelationId } from '../propagation/correlation.js';
import type { SpanDelivery } from './span-delivery.js';

/** Short enough for a trace to be in the UI within a second of its request. */
const defaultDelayMillis = 300;

// https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/#batch-span-processor
const defaultQueueSize = 2048;

/** Puts the correlation id of the request on a span that starts in it. */
export function stampCorrelation(span: Span, parent: Context): void {
  const id = getCorrelationId(parent);
  if (id !== undefined) span.setAttribute(correlationAttribute, id);
}

/** Batches spans for export (`OTEL_BSP_*`), each stamped with its correlation id and entered in the books. */
export class SpanProcessor extends BatchSpanProcessor {
  private readonly maxQueueSize: number;
  private stopped = false;

  constructor(private readonly delivery: SpanDelivery) {
    const maxQueueSize = positive('OTEL_BSP_MAX_QUEUE_SIZE') ?? defaultQueueSize;
    super({
      exporter: delivery,
      scheduledDelayMillis: positive('OTEL_BSP_SCHEDULE_DELAY') ?? defaultDelayMillis,
      maxQueueSize,
      maxExportBatchSize: positive('OTEL_BSP_MAX_EXPORT_BATCH_SIZE'),
      exportTimeoutMillis: positive('OTEL_BSP_EXPORT_TIMEOUT'),
    });
    this.maxQueueSize = maxQueueSize;
  }

  override onStart(span: Span, parent: Context): void {
    stampCorrelation(span, parent);
  }

  override onEnd(span: ReadableSpan): void {
    if (this.stopped || !(span.spanContext().traceFlags & TraceFlags.SAMPLED)) return;
    // The base class would drop it too, but tell so only with a later span that fits, if one comes.
    if (this.delivery.waiting >= this.maxQueueSize) {
      this.delivery.drop();
      return;
    }
    this.delivery.expect();
    super.onEnd(span);
  }

  override shutdown(): Promise<void> {
    this.stopped = true;
    return super.shutdown();
  }
}

// The environment may hold anything; what is no positive number is as good as unset.
function positive(name: string): number | undefined {
  const value = getNumberFromEnv(name);
  return value !== undefined && value > 0 ? value : undefined;
}
