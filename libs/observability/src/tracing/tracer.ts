import { Injectable } from '@nestjs/common';
import { type Span, type SpanOptions, context, isSpanContextValid, trace } from '@opentelemetry/api';
import { runInSpan } from './run-in-span.js';

/** Makes spans by hand, where `@Span()` does not reach. */
@Injectable()
export class Tracer {
  /**
   * Runs `fn` inside a new span and returns what it returns. The span ends when the work is over, as with
   * `@Span()`; an error is recorded on it (a 4xx HttpException is not) and thrown on unchanged.
   */
  withSpan<T>(name: string, fn: (span: Span) => T): T;
  withSpan<T>(name: string, options: SpanOptions, fn: (span: Span) => T): T;
  withSpan<T>(
    name: string,
    ...rest: [fn: (span: Span) => T] | [options: SpanOptions, fn: (span: Span) => T]
  ): T {
    const [options, fn] = rest.length === 1 ? [{}, rest[0]] : rest;
    return runInSpan(name, options, fn);
  }

  /** The span in which the caller runs; undefined outside of any. */
  current(): Span | undefined {
    return trace.getSpan(context.active());
  }
}

/** The trace id (32 hex digits) under which the caller runs; undefined outside of any trace. */
export const currentTraceId = (): string | undefined => {
  const spanContext = trace.getSpanContext(context.active());
  return spanContext && isSpanContextValid(spanContext) ? spanContext.traceId : undefined;
};
