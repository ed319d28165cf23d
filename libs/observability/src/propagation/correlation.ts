import {
  type Baggage,
  type Context,
  type TextMapGetter,
  type TextMapPropagator,
  type TextMapSetter,
  context,
  createContextKey,
  propagation,
} from '@opentelemetry/api';
import { newTraceId } from './ids.js';

/** Header with the correlation id, between services and back to the caller. */
export const CORRELATION_HEADER = 'x-correlation-id';

/** Baggage key of the same id. Dots become `_` in Loki, so that it equals the key on log lines. */
const BAGGAGE_ENTRY = 'correlation.id';

/** Its key on spans and log lines: one word to search for in either. */
export const CORRELATION_ATTRIBUTE = 'correlation_id';

// Long enough for every id in use, safe in headers, log lines and queries.
const acceptable = /^[\w.:@/+=-]{1,128}$/;

export const correlationKey = createContextKey('correlation id');

/** Returns the correlation id of the request in which the caller runs; undefined outside of a request. */
export const currentCorrelationId = (): string | undefined => {
  return getCorrelationId(context.active());
};

export const getCorrelationId = (ctx: Context): string | undefined => {
  return ctx.getValue(correlationKey) as string | undefined;
};

/** Returns the correlation id in the headers of a request; undefined without one, and for unsafe text. */
export const correlationIdIn = (headers: Readonly<Record<string, unknown>>): string | undefined => {
  const id = headers[CORRELATION_HEADER];
  return typeof id === 'string' && acceptable.test(id) ? id : undefined;
};

/** Returns an id for a request without one: as random as a trace id, and as fast to create. */
export const newCorrelationId = (): string => newTraceId();

/** Returns the baggage with the correlation id added. */
export const withCorrelationEntry = (baggage: Baggage | undefined, id: string): Baggage => {
  return (baggage ?? propagation.createBaggage()).setEntry(BAGGAGE_ENTRY, { value: id });
};

/** Reads the correlation id from its header, else from the baggage; rejects unsafe text. */
export class CorrelationPropagator implements TextMapPropagator {
  extract(ctx: Context, carrier: unknown, getter: TextMapGetter): Context {
    const header = getter.get(carrier, CORRELATION_HEADER);
    const id = [
      Array.isArray(header) ? header[0] : header,
      propagation.getBaggage(ctx)?.getEntry(BAGGAGE_ENTRY)?.value,
    ].find((candidate) => candidate !== undefined && acceptable.test(candidate));
    if (id === undefined) return ctx;
    const baggage = withCorrelationEntry(propagation.getBaggage(ctx), id);
    return propagation.setBaggage(ctx, baggage).setValue(correlationKey, id);
  }

  inject(ctx: Context, carrier: unknown, setter: TextMapSetter): void {
    const id = getCorrelationId(ctx);
    if (id !== undefined) setter.set(carrier, CORRELATION_HEADER, id);
  }

  fields(): string[] {
    return [CORRELATION_HEADER];
  }
}
