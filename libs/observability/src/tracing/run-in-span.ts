import {
  type Attributes,
  type Context,
  type Span,
  type SpanOptions,
  TraceFlags,
  context,
  diag,
  isSpanContextValid,
  trace,
} from '@opentelemetry/api';
import { Observable, Subject, isObservable } from 'rxjs';
import { recordFailure } from './failure.js';

export const LIBRARY_NAME = '@lantern/observability';

/** Created once: it delegates to the provider that is registered later. */
export const tracer = trace.getTracer(LIBRARY_NAME);

/** Returns attributes for the final result of the traced function. */
export type OnResult = (result: unknown) => { attributes?: Attributes } | undefined;

/**
 * Runs `fn` inside a new active span and returns what it returns. The span ends when the work is over:
 * for a promise or thenable when it settles, for an Observable when it completes, fails or is unsubscribed, for a
 * generator when it is done. A thrown value is recorded and rethrown unchanged.
 */
export const runInSpan = <T>(
  name: string,
  options: SpanOptions,
  fn: (span: Span) => T,
  onResult?: OnResult,
): T => {
  const caller = context.active();
  const parent = trace.getSpan(caller);
  // No span below an unsampled span of this process is kept, so the call gets no span.
  if (parent && !options.root && isDropped(parent)) return fn(parent);
  return new SpanRun(name, options, caller, onResult).run(fn);
};

/** Returns whether this is an unsampled local span. A remote span only propagates the decision of its sender. */
export const isDropped = (span: Span): boolean => {
  if (span.isRecording()) return false;
  const spanContext = span.spanContext();
  return (
    isSpanContextValid(spanContext) &&
    !spanContext.isRemote &&
    (spanContext.traceFlags & TraceFlags.SAMPLED) === 0
  );
};

/** One span from its start to its only end. */
class SpanRun {
  private readonly span: Span;
  private readonly inside: Context;
  private ended = false;

  constructor(
    private readonly name: string,
    private readonly options: SpanOptions,
    private readonly caller: Context,
    private readonly onResult: OnResult | undefined,
  ) {
    this.span = tracer.startSpan(name, options, caller);
    this.inside = trace.setSpan(caller, this.span);
  }

  run<T>(fn: (span: Span) => T): T {
    let result: T;
    try {
      result = context.with(this.inside, fn, undefined, this.span);
    } catch (error) {
      this.fail(error);
      throw error;
    }
    return this.follow(result) as T;
  }

  /** Ends the span now, or puts something before the result that ends it later. */
  private follow(result: unknown): unknown {
    if (typeof result !== 'object' || result === null) {
      if (typeof result === 'function' && isThenable(result)) return this.followThenable(result);
      this.succeed(result);
      return result;
    }
    if (result instanceof Promise) return this.followPromise(result);
    if (isThenable(result)) return this.followThenable(result);
    if (isObservable(result) && !isOwnSubject(result)) return this.followObservable(result);
    const kind = Object.prototype.toString.call(result);
    if (kind === '[object Generator]') return this.followGenerator(result as Generator);
    if (kind === '[object AsyncGenerator]') return this.followAsyncGenerator(result as AsyncGenerator);
    this.succeed(result);
    return result;
  }

  private followPromise(promise: Promise<unknown>): Promise<unknown> {
    return promise.then(
      (value) => {
        this.succeed(value);
        return value;
      },
      (error: unknown) => {
        this.fail(error);
        throw error;
      },
    );
  }

  /**
   * A query builder is a thenable that starts its work when it is awaited, and that callers go on chaining: it
   * keeps its identity, and only its own `then` is replaced.
   */
  private followThenable(thenable: Thenable): Thenable {
    const then = thenable.then;
    const { caller, inside } = this;
    const traced = (
      onFulfilled?: ((value: unknown) => unknown) | null,
      onRejected?: ((error: unknown) => unknown) | null,
    ): unknown => {
      const back = <A>(fn: (argument: A) => unknown, argument: A): unknown =>
        context.with(caller, fn, undefined, argument);
      return context.with(inside, () =>
        then.call(
          thenable,
          (value: unknown) => {
            this.succeed(value);
            return onFulfilled ? back(onFulfilled, value) : value;
          },
          (error: unknown) => {
            this.fail(error);
            if (onRejected) return back(onRejected, error);
            throw error;
          },
        ),
      );
    };
    try {
      Object.defineProperty(thenable, 'then', { value: traced, configurable: true, writable: true });
    } catch {
      // A frozen thenable cannot be followed.
      this.end();
    }
    return thenable;
  }

  /**
   * The first subscription belongs to the call's span; each later one (`retry()`, `repeat()`) repeats the
   * work and gets a span of its own. Emitted values reach the subscriber in the subscriber's context.
   */
  private followObservable(source: Observable<unknown>): Observable<unknown> {
    let subscribed = false;
    return new Observable((subscriber) => {
      const run = subscribed ? new SpanRun(this.name, this.options, this.caller, this.onResult) : this;
      subscribed = true;
      const outside = context.active();
      let last: unknown;
      const subscription = context.with(run.inside, () =>
        source.subscribe({
          next: (value) => {
            last = value;
            context.with(outside, () => subscriber.next(value));
          },
          error: (error: unknown) => {
            run.fail(error);
            context.with(outside, () => subscriber.error(error));
          },
          complete: () => {
            run.succeed(last);
            context.with(outside, () => subscriber.complete());
          },
        }),
      );
      return () => {
        subscription.unsubscribe();
        run.end();
      };
    });
  }

  private followGenerator(generator: Generator): Generator {
    const step = (advance: () => IteratorResult<unknown>): IteratorResult<unknown> => {
      let result: IteratorResult<unknown>;
      try {
        result = context.with(this.inside, advance);
      } catch (error) {
        this.fail(error);
        throw error;
      }
      if (result.done) this.succeed(result.value);
      return result;
    };
    const traced = Object.create(Object.getPrototypeOf(generator) as object) as Generator;
    return Object.assign(traced, {
      next: (value?: unknown) => step(() => generator.next(value)),
      return: (value?: unknown) => step(() => generator.return(value)),
      throw: (error: unknown) => step(() => generator.throw(error)),
      [Symbol.iterator]: () => traced,
    });
  }

  private followAsyncGenerator(generator: AsyncGenerator): AsyncGenerator {
    const step = async (
      advance: () => Promise<IteratorResult<unknown>>,
    ): Promise<IteratorResult<unknown>> => {
      try {
        const result = await context.with(this.inside, advance);
        if (result.done) this.succeed(result.value);
        return result;
      } catch (error) {
        this.fail(error);
        throw error;
      }
    };
    const traced = Object.create(Object.getPrototypeOf(generator) as object) as AsyncGenerator;
    return Object.assign(traced, {
      next: (value?: unknown) => step(() => generator.next(value)),
      return: (value?: unknown) => step(() => generator.return(value)),
      throw: (error: unknown) => step(() => generator.throw(error)),
      [Symbol.asyncIterator]: () => traced,
    });
  }

  private succeed(result: unknown): void {
    if (this.ended) return;
    if (this.onResult && this.span.isRecording()) {
      try {
        const attributes = this.onResult(result)?.attributes;
        if (attributes) this.span.setAttributes(attributes);
      } catch (error) {
        diag.warn(`onResult of the span "${this.name}" failed, the result is unaffected`, error);
      }
    }
    this.end();
  }

  private fail(error: unknown): void {
    if (this.ended) return;
    // The function may have ended the span itself.
    if (this.span.isRecording()) recordFailure(this.span, error);
    this.end();
  }

  private end(): void {
    if (this.ended) return;
    this.ended = true;
    if (this.span.isRecording()) this.span.end();
  }
}

/**
 * A Subject is a source that other code feeds, not work of this method, and must keep its identity. The result of an
 * operator on a Subject is a Subject by class, but has a source.
 */
const isOwnSubject = (observable: object): boolean =>
  observable instanceof Subject && (observable as { source?: unknown }).source === undefined;

interface Thenable {
  then: (onFulfilled: (value: unknown) => unknown, onRejected: (error: unknown) => unknown) => unknown;
}

const isThenable = (value: object): value is Thenable => 'then' in value && typeof value.then === 'function';
