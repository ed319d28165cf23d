import type { IncomingMessage, Server as HttpServer, ServerResponse } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import { splitTarget } from './url.js';

/**
 * What the library answers itself, before the framework: so it is the same on each of them, behind no guard, prefix
 * or catch-all of the application, and neither traced nor logged.
 */
export interface OwnEndpoint {
  path: string;
  isOn: (server: HttpServer | HttpsServer) => boolean;
  answer: (request: IncomingMessage, response: ServerResponse) => void;
}

const endpoints = new Set<OwnEndpoint>();

/** Answers GET and HEAD of the path from now on. Returns how to stop that. */
export const addOwnEndpoint = (endpoint: OwnEndpoint): (() => void) => {
  endpoints.add(endpoint);
  return () => endpoints.delete(endpoint);
};

export const ownEndpoint = (
  server: HttpServer | HttpsServer,
  { method, url = '/' }: IncomingMessage,
): OwnEndpoint | undefined => {
  if (method !== 'GET' && method !== 'HEAD') return undefined;
  for (const endpoint of endpoints) {
    if (url.startsWith(endpoint.path) && splitTarget(url).path === endpoint.path && endpoint.isOn(server)) {
      return endpoint;
    }
  }
  return undefined;
};
