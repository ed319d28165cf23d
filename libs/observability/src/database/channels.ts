import type { AsyncLocalStorage } from 'node:async_hooks';
import { channel, subscribe } from 'node:diagnostics_channel';
import { type Context, context, diag } from '@opentelemetry/api';
import type { DatabaseCall } from './database-call.js';

/** Message of a tracing channel: https://nodejs.org/api/diagnostics_channel.html#tracingchannel-channels */
interface TracedMessage {
  error?: unknown;
  [callKey]?: DatabaseCall | undefined;
}

const callKey = Symbol('database call');

/**
 * Follows the calls that a driver publishes on a tracing channel. A channel costs nothing as long as no driver publishes on it.
 *
 * @param begin starts the span of a call, from the message that the driver documents
 */
export const followCalls = (name: string, begin: (message: never) => DatabaseCall | undefined): void => {
  const end = (message: TracedMessage): void => {
    const call = message[callKey];
    if (!call) return;
    message[callKey] = undefined;
    call.end(message.error);
  };
  on(`tracing:${name}:start`, (message: TracedMessage) => {
    message[callKey] = begin(message as never);
  });
  on(`tracing:${name}:asyncEnd`, end);
  // A call that throws at once has no asynchronous part.
  on(`tracing:${name}:end`, (message: TracedMessage) => {
    if ('error' in message) end(message);
  });
};

/** Subscribes a listener whose failure is reported: Node would end the process by it. */
export const on = (name: string, listener: (message: never) => void): void => {
  subscribe(name, (message) => {
    try {
      // Each channel publishes what its driver documents, which the listener declares.
      listener(message as never);
    } catch (error) {
      diag.error(`A database call on ${name} could not be traced`, error);
    }
  });
};

/**
 * Runs the callbacks of a tracing channel in the context that `outerOf` returns. Drivers call back from a socket, in the
 * context of the request that opened the connection.
 */
export const restoreContext = (name: string, outerOf: (message: never) => Context | undefined): void => {
  const storage = contextStorage();
  if (!storage) return;
  channel(`tracing:${name}:asyncStart`).bindStore(
    storage,
    (message) => outerOf(message as never) ?? context.active(),
  );
};

/** Storage of the context manager of OpenTelemetry, which has no public name. */
const contextStorage = (): AsyncLocalStorage<Context> | undefined => {
  const api = context as unknown as {
    _getContextManager?: () => { _asyncLocalStorage?: AsyncLocalStorage<Context> };
  };
  return api._getContextManager?.()._asyncLocalStorage;
};
