import {
  type Context,
  type TextMapGetter,
  type TextMapPropagator,
  type TextMapSetter,
  trace,
} from '@opentelemetry/api';
import { B3ContextPropagator, getB3Sampling } from './b3-propagator.js';
import { TraceContextPropagator } from './trace-context-propagator.js';

/**
 * Propagator of both B3 and W3C trace context: both are sent, either is accepted. When both arrive, B3 decides: it is
 * the house format, so a `traceparent` that disagrees with it was left over by a hop that knows only B3.
 * The `tracestate` stays when both name the same span, and a B3 sampling state without ids overrules the
 * flag of the `traceparent`, so that an explicit deny is always obeyed.
 */
export class B3AndW3CPropagator implements TextMapPropagator {
  private readonly w3c = new TraceContextPropagator();

  constructor(private readonly b3: B3ContextPropagator) {}

  extract(context: Context, carrier: unknown, getter: TextMapGetter): Context {
    const fromW3C = this.w3c.extract(context, carrier, getter);
    const fromB3 = this.b3.extract(fromW3C, carrier, getter);
    const w3c = trace.getSpanContext(fromW3C);
    const b3 = trace.getSpanContext(fromB3);
    if (!w3c || !b3 || b3 === w3c || b3.spanId !== w3c.spanId || b3.traceId !== w3c.traceId) return fromB3;
    // One and the same span: the traceparent always carries a decision, B3 may leave it open.
    if (getB3Sampling(fromB3) === 'defer') return fromW3C;
    return w3c.traceState ? trace.setSpanContext(fromB3, { ...b3, traceState: w3c.traceState }) : fromB3;
  }

  inject(context: Context, carrier: unknown, setter: TextMapSetter): void {
    this.b3.inject(context, carrier, setter);
    this.w3c.inject(context, carrier, setter);
  }

  fields(): string[] {
    return [...this.b3.fields(), ...this.w3c.fields()];
  }
}
