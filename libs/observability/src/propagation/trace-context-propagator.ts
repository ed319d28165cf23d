import { type Context, type TextMapGetter, TraceFlags, trace } from '@opentelemetry/api';
import { TRACE_PARENT_HEADER, TRACE_STATE_HEADER, W3CTraceContextPropagator } from '@opentelemetry/core';
import { readTraceState } from './trace-state.js';

/** https://www.w3.org/TR/trace-context-2/#random-trace-id-flag: the trace id is random, which its children repeat. */
export const RANDOM_TRACE_ID_FLAG = 0x02;

/** Unknown flags must not be propagated: https://www.w3.org/TR/trace-context-2/#other-flags */
const KNOWN_FLAGS = TraceFlags.SAMPLED | RANDOM_TRACE_ID_FLAG;

/**
 * W3C trace context on top of OpenTelemetry's propagator, which accepts the valid members of a malformed `tracestate`
 * that the specification discards, the first of several `traceparent` headers, and flags that it cannot write.
 */
export class TraceContextPropagator extends W3CTraceContextPropagator {
  override extract(context: Context, carrier: unknown, getter: TextMapGetter): Context {
    const parent = getter.get(carrier, TRACE_PARENT_HEADER);
    // https://www.w3.org/TR/trace-context/#a-traceparent-is-received: of two, neither can be trusted.
    if (Array.isArray(parent) && parent.length !== 1) return context;
    const extracted = super.extract(context, carrier, getter);
    if (extracted === context) return context;
    const spanContext = trace.getSpanContext(extracted);
    if (!spanContext) return context;
    const { traceFlags } = spanContext;
    const state = getter.get(carrier, TRACE_STATE_HEADER);
    if (state === undefined && (traceFlags & ~KNOWN_FLAGS) === 0) return extracted;
    const traceState =
      state === undefined ? undefined : readTraceState(Array.isArray(state) ? state.join(',') : state);
    return trace.setSpanContext(context, {
      ...spanContext,
      traceFlags: traceFlags & KNOWN_FLAGS,
      traceState,
    });
  }
}
