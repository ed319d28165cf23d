import { ConsoleLogger, Logger } from '@nestjs/common';
import type * as Errors from '@nestjs/core/errors/exception-handler.js';
import { diag } from '@opentelemetry/api';
import { load } from '../load.js';
import { TraceLogger } from '../logging/trace-logger.js';
import type { ObservabilityOptions } from '../observability.options.js';

const installed = Symbol.for('@lantern/observability start failures');

/**
 * Gives the lines of a start that fails to a `TraceLogger`, where the application buffers its logs until it sets a logger
 * (`bufferLogs: true`): it never comes to `app.useLogger()`, and Nest would print them as text and to stdout alone. A logger
 * that the application has set stays.
 */
export const logStartFailures = (options: ObservabilityOptions): void => {
  try {
    const { ExceptionHandler } = load('@nestjs/core/errors/exception-handler.js') as typeof Errors;
    const prototype = ExceptionHandler.prototype;
    if (Object.hasOwn(prototype, installed)) return;
    Object.defineProperty(prototype, installed, { value: true });
    // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its `this` below
    const { handle } = prototype;
    prototype.handle = function (exception) {
      if (waitsForLogger()) Logger.overrideLogger(new TraceLogger(options));
      handle.call(this, exception);
    };
  } catch (error) {
    diag.warn('This version of Nest hides its start failures: they are logged as text', error);
  }
};

const waitsForLogger = (): boolean => {
  const { isBufferAttached, staticInstanceRef } = Logger as unknown as {
    isBufferAttached?: boolean;
    staticInstanceRef?: object;
  };
  return isBufferAttached === true && staticInstanceRef?.constructor === ConsoleLogger;
};
