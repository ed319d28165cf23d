import { context, createContextKey } from '@opentelemetry/api';

const correlationKey = createContextKey('lantern correlation id');

/** The correlation id of the request in which the caller runs; undefined outside of any. */
export function currentCorrelationId(): string | undefined {
  return context.active().getValue(correlationKey) as string | undefined;
}
