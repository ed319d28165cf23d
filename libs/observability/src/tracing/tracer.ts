import { Injectable } from '@nestjs/common';
import { type Span, type SpanOptions, context, trace } from '@opentelemetry/api';
import { runInSpan } from './run-in-span.js';

export const tracerName = '@lantern/observability';

/** Makes spans by hand, where `@Span()` does not reach. */
@Injectable()
export class Tracer {
  /**
   * Runs `fn` inside a new span and returns what it returns. The span ends when `fn` is done, which for a
   * promise is its settlement; an error is recorded on the span and passed on unchanged.
   */
  withSpan<T>(name: string, fn: (span: Span) => T): T;
  withSpan<T>(name: string, options: SpanOptions, fn: (span: Span) => T): T;
  withSpan<T>(name: string, optionsOrFn: SpanOptions | ((span: Span) => T), maybeFn?: (span: Span) => T): T {
    const [options, fn] =
      typeof optionsOrFn === 'function' ? [{}, optionsOrFn] : [optionsOrFn, maybeFn as (span: Span) => T];
    return runInSpan(name, options, fn);
  }

  /** The span in which the caller runs; undefined outside of any. */
  current(): Span | undefined {
    return trace.getSpan(context.active());
  }
}

/** The trace id (32 hex digits) of the span in which the caller runs; undefined outside of any. */
export function currentTraceId(): string | undefined {
  return trace.getSpan(context.active())?.spanContext().traceId;
}
