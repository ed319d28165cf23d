import { type Context, isSpanContextValid, trace } from '@opentelemetry/api';
import { getCorrelationId } from '../propagation/correlation.js';

/** Ids by which a log line is found from its trace, and the trace from the line. */
export interface TraceIds {
  trace_id?: string;
  span_id?: string;
  correlation_id?: string;
}

/** Adds the ids that a context has to a line, and returns the line. */
export const addTraceIds = <T extends TraceIds>(line: T, ctx: Context): T => {
  const spanContext = trace.getSpanContext(ctx);
  if (spanContext && isSpanContextValid(spanContext)) {
    line.trace_id = spanContext.traceId;
    line.span_id = spanContext.spanId;
  }
  const correlationId = getCorrelationId(ctx);
  if (correlationId !== undefined) line.correlation_id = correlationId;
  return line;
};
