import http from 'node:http';
import { traceClients } from './client.js';
import { traceServers } from './server.js';

/** On an object that all copies of the library in this process share. */
const slot = Symbol.for('@lantern/observability http hooks');

interface Hooks {
  remove: () => void;
}

let own: Hooks | undefined;

/** Removes the hooks that {@link installHttpHooks} of this copy installed; does nothing otherwise. */
export const removeHttpHooks = (): void => {
  const host = http.Server.prototype as { [slot]?: Hooks | undefined };
  if (!own || host[slot] !== own) return;
  own.remove();
  host[slot] = undefined;
  own = undefined;
};

/**
 * Traces incoming and outgoing HTTP of this process from now on. Another call does nothing. The hooks of another copy of
 * the library are replaced by these, so that no span is duplicated: under Jest each test file has its own copy, while
 * Node's modules are shared by all.
 */
export const installHttpHooks = (): void => {
  const host = http.Server.prototype as { [slot]?: Hooks | undefined };
  if (own && host[slot] === own) return;
  host[slot]?.remove();
  const undo = [traceServers(), traceClients()];
  own = {
    remove: () => {
      for (const each of undo) each();
    },
  };
  host[slot] = own;
};
