import { ConsoleLogger } from '@nestjs/common';
import { context, diag } from '@opentelemetry/api';
import { addTraceIds } from './trace-ids.js';

/** Method of `ConsoleLogger` that makes a line of `json: true`, which Nest offers for overriding. */
interface JsonLogger {
  getJsonLogObject?: (message: unknown, options: unknown) => object;
}

const installed = Symbol.for('@lantern/observability console logger');

/**
 * Gives each line of Nest's `ConsoleLogger` with `json: true` the ids of the trace in which it is written, also in an
 * application's own class that extends it. Lines of text stay as they are.
 */
export const correlateConsoleLogger = (): void => {
  const prototype = ConsoleLogger.prototype as unknown as JsonLogger;
  if (Object.hasOwn(prototype, installed)) return;
  const { getJsonLogObject } = prototype;
  if (typeof getJsonLogObject !== 'function') {
    diag.warn('This version of Nest hides the lines of its JSON logger: they go without trace ids');
    return;
  }
  Object.defineProperty(prototype, installed, { value: true });
  prototype.getJsonLogObject = function (message, options) {
    return addTraceIds(getJsonLogObject.call(this, message, options), context.active());
  };
};
