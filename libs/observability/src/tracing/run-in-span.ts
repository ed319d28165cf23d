import { type Span, type SpanOptions, SpanStatusCode, trace } from '@opentelemetry/api';

/** Runs `fn` inside a new active span, which ends when the result has settled. */
export function runInSpan<T>(name: string, options: SpanOptions, fn: (span: Span) => T): T {
  return trace.getTracer('@lantern/observability').startActiveSpan(name, options, (span) => {
    const fail = (error: unknown): never => {
      span.recordException(error instanceof Error ? error : String(error));
      span.setStatus({
        code: SpanStatusCode.ERROR,
        message: error instanceof Error ? error.message : String(error),
      });
      span.end();
      throw error;
    };
    let result: T;
    try {
      result = fn(span);
    } catch (error) {
      return fail(error);
    }
    if (result instanceof Promise) {
      return result.then((value: unknown) => {
        span.end();
        return value;
      }, fail) as T;
    }
    span.end();
    return result;
  });
}
