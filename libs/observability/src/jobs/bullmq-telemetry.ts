import {
  type Attributes,
  type Context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  context,
  isSpanContextValid,
  propagation,
  trace,
} from '@opentelemetry/api';
import {
  ATTR_EXCEPTION_MESSAGE,
  ATTR_EXCEPTION_TYPE,
  ATTR_ERROR_TYPE,
} from '@opentelemetry/semantic-conventions';
import { insideCall } from '../database/database-call.js';
import { messageContext } from '../propagation/message-headers.js';
import { recordFailure } from '../tracing/failure.js';
import { tracer } from '../tracing/run-in-span.js';

/** BullMQ numbers its kinds as OpenTelemetry does. */
const PRODUCER: number = SpanKind.PRODUCER;
const CONSUMER: number = SpanKind.CONSUMER;

export interface BullmqTelemetryOptions {
  /**
   * Continue the trace of the producer in the first attempt to process a job, instead of beginning a trace that links to it. For short
   * jobs that belong to their request. Retries and runs of a scheduler begin a trace all the same. Default: false.
   */
  parent?: boolean;
}

/** Span as BullMQ uses it. */
interface JobSpan {
  setSpanOnContext(outer: Context): Context;
  setAttribute(key: string, value: unknown): void;
  setAttributes(attributes: Readonly<Record<string, unknown>>): void;
  addEvent(name: string, attributes?: Readonly<Record<string, unknown>>): void;
  recordException(exception: unknown): void;
  end(): void;
}

/** Implementation of BullMQ's interface `Telemetry`: https://docs.bullmq.io/guide/telemetry */
export interface BullmqTelemetry {
  tracer: { startSpan(name: string, options?: { kind: number }, parent?: Context): JobSpan };
  contextManager: {
    with<F extends (...args: never[]) => unknown>(inside: Context, fn: F): ReturnType<F>;
    active(): Context;
    root(): Context;
    getMetadata(inside: Context): string;
    fromMetadata(active: Context, metadata: string): Context;
  };
}

/**
 * Traces BullMQ, given to its queues, workers and flows, in Nest by `BullModule.forRoot({ telemetry: bullmqTelemetry() })`. A job
 * that is added is a PRODUCER span; each attempt to process it is a CONSUMER span and the root of a trace, with a link to
 * the producer. Workers wait, extend locks and repeat jobs for their whole life, which would make one
 * endless trace; none of that gets a span.
 */
export const bullmqTelemetry = ({ parent = false }: BullmqTelemetryOptions = {}): BullmqTelemetry => {
  const startConsumer = (name: string, source: Context | undefined): JobSpan => {
    const producer = source && trace.getSpanContext(source);
    const isKnown = producer !== undefined && isSpanContextValid(producer);
    const isContinued = parent && isKnown && isFirst(`${producer.traceId}${producer.spanId}`);
    // Baggage and correlation ID of the producer are kept either way.
    const base = source ?? ROOT_CONTEXT;
    const span = tracer.startSpan(
      name,
      {
        kind: SpanKind.CONSUMER,
        root: !isContinued,
        links: isKnown && !isContinued ? [{ context: producer }] : [],
      },
      base,
    );
    return new QueueSpan(span, 'process', base);
  };
  return {
    tracer: {
      startSpan(name, options, given) {
        if (options?.kind === CONSUMER) return startConsumer(name, given);
        const outer = given ?? context.active();
        const isRecorded = trace.getSpan(outer)?.isRecording() === true;
        if (options?.kind !== PRODUCER || !isRecorded) return hidden;
        return new QueueSpan(tracer.startSpan(name, { kind: SpanKind.PRODUCER }, outer), 'send');
      },
    },
    contextManager: {
      with: (inside, fn) => context.with(inside, fn as () => ReturnType<typeof fn>),
      active: () => context.active(),
      root: () => ROOT_CONTEXT,
      getMetadata: (inside) => {
        const carrier: Record<string, string> = {};
        propagation.inject(inside, carrier);
        return JSON.stringify(carrier);
      },
      fromMetadata: (_active, metadata) => messageContext(carrierOf(metadata)),
    },
  };
};

const MAX_REMEMBERED_PRODUCERS = 1000;
const producers = new Set<string>();

/** Each job of a scheduler carries the span that scheduled the first one, for as long as the scheduler lives. */
const isFirst = (producer: string): boolean => {
  if (producers.has(producer)) return false;
  if (producers.size >= MAX_REMEMBERED_PRODUCERS) producers.clear();
  producers.add(producer);
  return true;
};

/** Other programs may have written the job. */
const carrierOf = (metadata: string): Record<string, unknown> | undefined => {
  try {
    const carrier: unknown = JSON.parse(metadata);
    return typeof carrier === 'object' && carrier !== null ? (carrier as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
};

/** BullMQ's own attributes that are kept. Results, options and data of jobs are not recorded. */
const keptAttributes = new Set([
  ...['bullmq.job.name', 'bullmq.job.attempts.made', 'bullmq.job.scheduler.id', 'bullmq.flow.name'],
  ...['bullmq.worker.name', 'bullmq.job.failed.reason'],
]);

class QueueSpan implements JobSpan {
  constructor(
    private readonly span: Span,
    private readonly type: 'send' | 'process',
    /** Context of a consumer, whatever the worker runs in. */
    private readonly base?: Context,
  ) {}

  setSpanOnContext(outer: Context): Context {
    if (this.base) return trace.setSpan(this.base, this.span);
    // The Redis commands by which a job is added are described by this span.
    return insideCall(trace.setSpan(outer, this.span));
  }

  setAttribute(key: string, value: unknown): void {
    this.setAttributes({ [key]: value });
  }

  // https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/
  setAttributes(given: Readonly<Record<string, unknown>>): void {
    if (!this.span.isRecording()) return;
    const attributes: Attributes = {};
    for (const [key, value] of Object.entries(given)) {
      if (typeof value !== 'string' && typeof value !== 'number') continue;
      if (key === 'bullmq.queue.name') attributes['messaging.destination.name'] = value;
      else if (key === 'bullmq.queue.operation') attributes['messaging.operation.name'] = value;
      else if (key === 'bullmq.job.id') attributes['messaging.message.id'] = value;
      else if (key === 'bullmq.job.bulk.count') attributes['messaging.batch.message_count'] = Number(value);
      else if (keptAttributes.has(key)) attributes[key] = value;
    }
    const queue = given['bullmq.queue.name'];
    const operation = given['bullmq.queue.operation'];
    if (typeof queue === 'string' && typeof operation === 'string') {
      attributes['messaging.system'] = 'bullmq';
      attributes['messaging.operation.type'] = this.type;
      // The name of a job may be one of many; the name of a queue is not.
      this.span.updateName(`${operation} ${queue}`.trim());
    }
    this.span.setAttributes(attributes);
  }

  addEvent(name: string, attributes?: Readonly<Record<string, unknown>>): void {
    // BullMQ catches the error of a processor and hands on its message alone.
    if (name !== 'job failed' || !this.span.isRecording()) return;
    const reason = attributes?.['bullmq.job.failed.reason'];
    const message = typeof reason === 'string' ? reason : '';
    this.span.setAttribute(ATTR_ERROR_TYPE, '_OTHER');
    this.span.setStatus({ code: SpanStatusCode.ERROR, message });
    this.span.addEvent('exception', { [ATTR_EXCEPTION_TYPE]: 'Error', [ATTR_EXCEPTION_MESSAGE]: message });
  }

  recordException(exception: unknown): void {
    if (this.span.isRecording()) recordFailure(this.span, exception);
  }

  end(): void {
    if (this.span.isRecording()) this.span.end();
  }
}

/** Span that records nothing, for operations that BullMQ performs for itself. */
const hidden: JobSpan = {
  setSpanOnContext: (outer) => insideCall(outer),
  setAttribute: () => undefined,
  setAttributes: () => undefined,
  addEvent: () => undefined,
  recordException: () => undefined,
  end: () => undefined,
};
