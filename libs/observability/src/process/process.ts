import { context, createContextKey, propagation } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { installHttpHooks } from '../http/http-hooks.js';
import { createPropagator } from '../propagation/propagator.js';

/**
 * Sets up what requests need even when no SDK runs: a context manager, a propagator, and the hooks into HTTP. Keeps a
 * context manager or propagator that exists already; another call has no effect.
 */
export const prepareProcess = (env: NodeJS.ProcessEnv = process.env): void => {
  if (!hasContextManager()) context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  if (propagation.fields().length === 0) propagation.setGlobalPropagator(createPropagator(env));
  installHttpHooks();
};

// The API has no query for this. Without a manager, a context does not reach the callback.
const hasContextManager = (): boolean => {
  const probe = createContextKey('probe');
  return context.with(
    context.active().setValue(probe, true),
    () => context.active().getValue(probe) === true,
  );
};
