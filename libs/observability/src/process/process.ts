import { context, createContextKey, propagation } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { booleanSetting } from '../environment.js';
import { installHttpHooks } from '../http/http-hooks.js';
import { setHttpSpans } from '../http/http-spans.js';
import { foreignHttpTracer } from './foreign-tracing.js';
import { createPropagator } from '../propagation/propagator.js';

/**
 * Sets up what requests need even when no SDK runs: a context manager, a propagator, and the hooks into HTTP. Keeps a
 * context manager or propagator that exists already. Another call only decides again who makes the spans of HTTP: another
 * tracer may have been loaded since.
 *
 * @param httpSpans whether this library makes the spans of HTTP; default: unless another tracer makes them
 */
export const prepareProcess = (env: NodeJS.ProcessEnv = process.env, httpSpans?: boolean): void => {
  if (!hasContextManager()) context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  if (propagation.fields().length === 0) propagation.setGlobalPropagator(createPropagator(env));
  setHttpSpans(
    httpSpans ?? booleanSetting(env, 'OBSERVABILITY_HTTP_SPANS') ?? foreignHttpTracer() === undefined,
  );
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
