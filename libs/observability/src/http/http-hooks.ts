import http from 'node:http';
import { traceClients } from './client.js';
import { traceServers } from './server.js';

/** On an object that all copies of the library in this process share. */
const slot = Symbol.for('@lantern/observability http hooks');

interface Hooks {
  remove: () => void;
}

let own: Hooks | undefined;

/** Stops what {@link installHttpHooks} of this copy began; does nothing otherwise. */
export const removeHttpHooks = (): void => {
  const host = http.Server.prototype as { [slot]?: Hooks | undefined };
  if (!own || host[slot] !== own) return;
  own.remove();
  host[slot] = undefined;
  own = undefined;
};

/**
 * Traces incoming and outgoing HTTP of this process from now on. Calling it again does nothing. Another copy of the
 * library gives way to this one, so that no span is doubled: under Jest each test file has its own copy, while
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
