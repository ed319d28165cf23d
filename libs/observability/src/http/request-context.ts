import {
  type Baggage,
  type Context,
  type Span,
  INVALID_SPAN_CONTEXT,
  propagation,
  trace,
} from '@opentelemetry/api';
import { LayeredContext, contextKeyOf } from '../propagation/layered-context.js';
import { correlationKey, withCorrelationEntry } from '../propagation/correlation.js';
import { type ServedRequest, servedKey } from './served-request.js';

export const spanKey = contextKeyOf((probe) =>
  trace.setSpan(probe, trace.wrapSpanContext(INVALID_SPAN_CONTEXT)),
);
const baggageKey = contextKeyOf((probe) => propagation.setBaggage(probe, propagation.createBaggage()));

/**
 * Context in which a request is served: the context from its caller, and over it the request, its span and its
 * correlation id, which is also available in the baggage.
 */
export class RequestContext implements Context {
  /** Unset only until the span has been started, in this very context. */
  request: ServedRequest | undefined;
  private baggage: Baggage | undefined;

  constructor(
    private readonly caller: Context,
    readonly correlationId: string,
  ) {}

  getValue(key: symbol): unknown {
    if (key === spanKey) return this.span ?? this.caller.getValue(key);
    if (key === servedKey) return this.request;
    if (key === correlationKey) return this.correlationId;
    if (key === baggageKey) {
      return (this.baggage ??= withCorrelationEntry(propagation.getBaggage(this.caller), this.correlationId));
    }
    return this.caller.getValue(key);
  }

  setValue(key: symbol, value: unknown): Context {
    return new LayeredContext(this, key, value);
  }

  deleteValue(key: symbol): Context {
    return new LayeredContext(this, key, undefined);
  }

  private get span(): Span | undefined {
    return this.request?.span;
  }
}
