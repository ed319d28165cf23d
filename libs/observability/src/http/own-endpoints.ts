import type { IncomingMessage, Server as HttpServer, ServerResponse } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import { splitTarget } from '../redaction/url.js';

/**
 * Endpoint that the library answers before the framework. Its response is the same on every framework; no guard, prefix
 * or catch-all of the application applies to it; and it is neither traced nor logged.
 */
export interface OwnEndpoint {
  path: string;
  isOn: (server: HttpServer | HttpsServer) => boolean;
  answer: (request: IncomingMessage, response: ServerResponse) => void;
}

const endpoints = new Set<OwnEndpoint>();

/** Answers GET and HEAD requests for the path from now on. Returns a function that stops it. */
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
