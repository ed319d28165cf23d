import Fastify, { type FastifyInstance } from 'fastify';
import type { AccessToken } from './access-token.js';
import { boundBodies } from './bounded-bodies.js';
import { compressAnswers } from './compress.js';
import { failureOf, type Report } from './failure.js';
import { boundAnswers, type AnswerBytes } from './answer-bytes.js';
import type { AllowedHosts } from './allowed-hosts.js';
import { guardAgainstForeignPages } from './foreign-pages.js';
import type { InFlightBytes } from './in-flight-bytes.js';
import { MAX_BODY_BYTES, REQUEST_TIMEOUT_MILLIS } from './limits.js';
import { rewriteTarget } from './request-target.js';
import { requireToken } from './require-token.js';
import { sendNotFound, sendText } from './text.js';

export interface ServerOptions {
  /** `Host` headers that are accepted. */
  readonly hosts: AllowedHosts;
  readonly report: Report;
  readonly requestTimeoutMillis?: number;
  /** Bearer token required from every client. Undefined disables authentication. */
  readonly token?: AccessToken | undefined;
  /** Shared by all servers of the process. */
  readonly inFlight: InFlightBytes;
  /** Shared by all servers of the process. */
  readonly answers: AnswerBytes;
}

/** What all servers have in common. Each one adds its routes, its content types and its error format. */
export const createServer = ({
  hosts,
  report,
  inFlight,
  answers,
  token,
  requestTimeoutMillis = REQUEST_TIMEOUT_MILLIS,
}: ServerOptions): FastifyInstance => {
  const server = Fastify({
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: requestTimeoutMillis,
    rewriteUrl: rewriteTarget,
    // Node looks for slow requests this often.
    http: { connectionsCheckingInterval: Math.min(requestTimeoutMillis, 5_000) },
    // Service names stand in paths, and may be longer than the router's default of 100 characters.
    routerOptions: { maxParamLength: 8_192 },
    // What the router cannot read never comes to a route and its error format: it is refused as Go's server does it.
    frameworkErrors: (error, _request, reply) => {
      void sendText(reply, error.statusCode ?? 400, '400 Bad Request: the path cannot be read');
    },
    schemaController: { compilersFactory: { buildValidator: noSchemas, buildSerializer: noSchemas } },
  });
  // Node exchanges the two limits when the one for the headers is the longer one.
  server.server.headersTimeout = requestTimeoutMillis;
  server.removeAllContentTypeParsers();
  // Every API writes errors in its own format; the format of all other paths is the one of Go's `http.Error`.
  server.setErrorHandler(async (error, _request, reply) => {
    const { status, message } = failureOf(error, report);
    return sendText(reply, status, message);
  });
  guardAgainstForeignPages(server, hosts);
  if (token) requireToken(server, token);
  refuseEmptyParameters(server);
  boundBodies(server, inFlight);
  boundAnswers(server, answers);
  compressAnswers(server);
  endConnectionsOnClose(server);
  return server;
};

/** Fastify loads its own compilers of JSON schemas when it starts, 170 modules, and here no route has a schema. */
const noSchemas = (): never => {
  throw new TypeError('No route of Lantern has a JSON schema.');
};

/** A parameter of a path stands for at least one character in Go's routers: `/api/traces/` is not a trace without an ID. */
const refuseEmptyParameters = (server: FastifyInstance): void => {
  server.addHook('onRequest', async (request, reply) => {
    const { '*': _, ...parameters } = request.params as Record<string, string>;
    if (Object.values(parameters).includes('')) return sendNotFound(reply);
    return undefined;
  });
};

/**
 * Ends connections that would hold up the end of the server: those that are kept alive after their last answer,
 * and those whose upgrade was rejected. Node hands over the socket of an upgrade, and closes it no more.
 */
const endConnectionsOnClose = (server: FastifyInstance): void => {
  let closing = false;
  server.addHook('preClose', async () => {
    closing = true;
  });
  server.addHook('onSend', async (request, reply) => {
    const isUpgrade = request.headers.upgrade !== undefined;
    if (closing || isUpgrade) reply.header('connection', 'close');
    if (isUpgrade) reply.raw.once('finish', () => request.raw.socket.destroySoon());
  });
};
