import { type Context, type Span, SpanStatusCode, context, trace } from '@opentelemetry/api';
import { epochMillis } from '../clock.js';
import { spanKey } from '../http/request-context.js';
import { LayeredContext } from '../propagation/layered-context.js';
import { recordFailure } from '../tracing/failure.js';
import { tracer } from '../tracing/run-in-span.js';
import { currentTurn, turnsSince } from './turn.js';

/** Minimum duration, in milliseconds, of a resolver that returns at once and gets a span all the same. */
const NOTICEABLE_MILLIS = 1;

/** The description of a field that its span shows. */
export interface FieldDescription {
  /** Names from the root, without the indices of lists: `products.reviews`. */
  path: string;
  /** `[Review!]!` */
  type: string;
  parentType: string;
}

/**
 * All calls of the resolver of one field in one operation, however long the lists above it. They share one span, which
 * exists only if a resolver was asynchronous or slow, or if work below it has spans or log lines.
 */
export class FieldCalls {
  private readonly startMillis = epochMillis(performance.now());
  private readonly outside = context.active();
  private span: Span | undefined;
  private isFinished = false;
  private isNoticeable = false;
  private count = 0;
  private errors = 0;
  private firstError: unknown;
  private active = 0;
  private lastEndMillis = this.startMillis;

  constructor(private readonly describe: () => FieldDescription) {}

  /** Runs the resolver and returns its result unchanged. */
  run(resolve: () => unknown): unknown {
    this.count++;
    const startedAt = performance.now();
    let result: unknown;
    try {
      result = context.with(new FieldContext(context.active(), this), resolve);
    } catch (error) {
      this.fail(error);
      this.settle(startedAt);
      throw error;
    }
    if (!(result instanceof Promise)) {
      this.settle(startedAt);
      return result;
    }
    const turn = currentTurn();
    this.active++;
    const end = (): void => {
      this.active--;
      // Nest's resolvers return a promise always. Only those that waited for the event loop are asynchronous.
      if (turnsSince(turn) > 0) this.isNoticeable = true;
      this.settle(startedAt);
    };
    result.then(end, (error: unknown) => {
      this.fail(error);
      end();
    });
    return result;
  }

  /** Span of the field, which the first work that asks for it starts. */
  get spanBelow(): Span | undefined {
    if (!this.isFinished) this.span ??= this.startSpan();
    return this.span;
  }

  /** Whether a call has not ended. */
  get isActive(): boolean {
    return this.active > 0;
  }

  /** Ends the span, at the time at which the last call ended. */
  finish(): void {
    if (this.isFinished) return;
    if (this.isNoticeable || this.errors > 0) this.span ??= this.startSpan();
    this.isFinished = true;
    const { span } = this;
    if (!span) return;
    span.setAttribute('graphql.field.calls', this.count);
    if (this.errors > 0) {
      span.setAttribute('graphql.field.errors', this.errors);
      span.setStatus({ code: SpanStatusCode.UNSET });
      recordFailure(span, this.firstError);
    }
    span.end(this.lastEndMillis);
  }

  private fail(error: unknown): void {
    if (this.errors === 0) this.firstError = error;
    this.errors++;
  }

  private settle(startedAt: number): void {
    const endedAt = performance.now();
    this.lastEndMillis = epochMillis(endedAt);
    if (endedAt - startedAt >= NOTICEABLE_MILLIS) this.isNoticeable = true;
  }

  private startSpan(): Span {
    const { path, type, parentType } = this.describe();
    return tracer.startSpan(
      `resolve ${path}`,
      {
        startTime: this.startMillis,
        attributes: {
          'graphql.field.path': path,
          'graphql.field.type': type,
          'graphql.field.parent_type': parentType,
        },
      },
      this.outside,
    );
  }
}

/** Context of a resolver. Its span starts when a child span or a log line asks for it. */
class FieldContext implements Context {
  constructor(
    private readonly below: Context,
    private readonly calls: FieldCalls,
  ) {}

  getValue(key: symbol): unknown {
    if (key === spanKey) return this.calls.spanBelow ?? this.below.getValue(key);
    return this.below.getValue(key);
  }

  setValue(key: symbol, value: unknown): Context {
    return new LayeredContext(this, key, value);
  }

  deleteValue(key: symbol): Context {
    return new LayeredContext(this, key, undefined);
  }
}

/** Returns whether spans below the context are recorded. */
export const isRecorded = (ctx: Context): boolean => trace.getSpan(ctx)?.isRecording() === true;
