import { context, createContextKey, propagation } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { installHttpHooks } from '../http/http-hooks.js';
import { createPropagator } from '../propagation/propagator.js';

/**
 * What requests need even where no SDK runs: a context that follows them, a propagator, and the hooks into HTTP. Keeps
 * what is there already; calling it again does nothing.
 */
export const prepareProcess = (env: NodeJS.ProcessEnv = process.env): void => {
  if (!hasContextManager()) context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  if (propagation.fields().length === 0) propagation.setGlobalPropagator(createPropagator(env));
  installHttpHooks();
};

// The API does not tell; without a manager a context is not carried into the callback.
const hasContextManager = (): boolean => {
  const probe = createContextKey('probe');
  return context.with(
    context.active().setValue(probe, true),
    () => context.active().getValue(probe) === true,
  );
};
