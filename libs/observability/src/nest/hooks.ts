import type { HttpAdapterHost } from '@nestjs/core';
import type * as RouterExecution from '@nestjs/core/router/router-execution-context.js';
import { context, diag } from '@opentelemetry/api';
import { type FrameworkRequest, enterForeign } from '../http/foreign-request.js';
import { makesHttpSpans } from '../http/http-spans.js';
import { currentRequest } from '../http/served-request.js';
import { load } from '../load.js';

/**
 * Records the route of each request as it is declared, prefix and version included. Must be called before Nest
 * registers its routes.
 */
export const watchRoutes = (adapterHost: HttpAdapterHost | undefined): void => {
  const adapter = adapterHost?.httpAdapter;
  if (typeof adapter?.setOnRouteTriggered !== 'function') return;
  const previous = adapter.getOnRouteTriggered();
  adapter.setOnRouteTriggered((method, path) => {
    const request = currentRequest();
    if (request) request.route = path;
    previous?.(method, path);
  });
};

const handlersWatched = Symbol.for('@lantern/observability handlers');

/**
 * Records which controller and handler serve the request, where Nest prepares a handler for its route. A guard would see
 * them too, at the cost of one more promise for each request of every application. Must be called before Nest
 * registers its routes, and therefore without waiting for an import.
 */
export const watchHandlers = (): void => {
  try {
    const { RouterExecutionContext } = load(
      '@nestjs/core/router/router-execution-context.js',
    ) as typeof RouterExecution;
    const prototype = RouterExecutionContext.prototype;
    if (Object.hasOwn(prototype, handlersWatched)) return;
    Object.defineProperty(prototype, handlersWatched, { value: true });
    // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its `this` below
    const { create } = prototype;
    prototype.create = function (instance, callback, ...rest) {
      const handler = `${instance.constructor.name}.${callback.name}`;
      const serve = create.call(this, instance, callback, ...rest);
      return (req, res, next) => {
        const foreign = makesHttpSpans() ? undefined : enterForeign(req as FrameworkRequest);
        if (foreign) {
          return context.with(foreign, () => {
            const request = currentRequest();
            if (request) request.handler = handler;
            return serve(req, res, next);
          });
        }
        const request = currentRequest();
        if (request) request.handler = handler;
        return serve(req, res, next);
      };
    };
  } catch (error) {
    diag.warn('This version of Nest hides its handlers: server spans go without code.function.name', error);
  }
};

const installed = Symbol.for('@lantern/observability exceptions');

/**
 * Records the error thrown while serving. Guards, pipes, handlers, middleware, body parsers and unknown routes all end
 * in Nest's ExceptionsHandler, where an exception filter of ours would take the place of the application's and an
 * interceptor would see only some of them.
 */
export const watchExceptions = async (): Promise<void> => {
  try {
    const { ExceptionsHandler } = await import('@nestjs/core/exceptions/exceptions-handler.js');
    const prototype = ExceptionsHandler.prototype;
    if (Object.hasOwn(prototype, installed)) return;
    Object.defineProperty(prototype, installed, { value: true });
    // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its `this` below
    const { next } = prototype;
    prototype.next = function (exception, host) {
      const request = currentRequest();
      if (request) request.error = exception;
      next.call(this, exception, host);
    };
  } catch (error) {
    diag.warn('This version of Nest hides its exceptions: server spans go without exception events', error);
  }
};
