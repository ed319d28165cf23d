import Fastify, { type FastifyInstance } from 'fastify';
import { guardAgainstForeignPages } from './foreign-pages.js';
import { MAX_BODY_BYTES, REQUEST_TIMEOUT_MILLIS } from './limits.js';

export interface ServerOptions {
  /** The address that it will listen on: it decides which `Host` headers are believed. */
  readonly host: string;
  readonly requestTimeoutMillis?: number;
}

/** What all three servers have in common. Each one adds its routes, its content types and its error format. */
export const createServer = ({
  host,
  requestTimeoutMillis = REQUEST_TIMEOUT_MILLIS,
}: ServerOptions): FastifyInstance => {
  const server = Fastify({
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: requestTimeoutMillis,
    // Node looks for slow requests this often.
    http: { connectionsCheckingInterval: Math.min(requestTimeoutMillis, 5_000) },
    // Service names stand in paths, and may be longer than the router's default of 100 characters.
    routerOptions: { maxParamLength: 8_192 },
  });
  server.removeAllContentTypeParsers();
  guardAgainstForeignPages(server, host);
  return server;
};
