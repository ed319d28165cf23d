import Fastify, { type FastifyInstance } from 'fastify';
import type { AccessToken } from '../access/access-token.js';
import { boundBodies } from '../requests/bounded-bodies.js';
import { compressAnswers } from '../answers/compress.js';
import { failureOf, type Report } from '../errors/failure.js';
import { boundAnswers, type AnswerBytes } from '../answers/answer-bytes.js';
import type { AllowedHosts } from '../access/allowed-hosts.js';
import { guardAgainstForeignPages } from '../access/foreign-pages.js';
import { allowPages, type PageOrigins } from '../access/page-origins.js';
import type { InFlightBytes } from '../requests/in-flight-bytes.js';
import { MAX_BODY_BYTES, REQUEST_TIMEOUT_MILLIS } from '../requests/limits.js';
import { rewriteTarget } from '../requests/request-target.js';
import { requireToken } from '../access/require-token.js';
import { sendNotFound, sendText } from '../answers/text.js';

export interface ServerOptions {
  /** `Host` headers that are accepted. */
  readonly hosts: AllowedHosts;
  /** Pages of other origins that may use the server. Undefined allows none. */
  readonly pages?: PageOrigins;
  readonly report: Report;
  readonly requestTimeoutMillis?: number;
  /** Bearer token required from every client. Undefined disables authentication. */
  readonly token?: AccessToken | undefined;
  /** Shared by all servers of the process. */
  readonly inFlight: InFlightBytes;
  /** Shared by all servers of the process. */
  readonly answers: AnswerBytes;
}

/** Creates a server with the settings that all servers share. Each one adds its routes, content types and error format. */
export const createServer = ({
  hosts,
  pages,
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
    // Interval at which Node checks for slow requests.
    http: { connectionsCheckingInterval: Math.min(requestTimeoutMillis, 5_000) },
    // Paths contain service names, which may be longer than the router's default limit of 100 characters.
    routerOptions: { maxParamLength: 8_192 },
    // A path that the router cannot parse reaches no route and no error handler. It gets the answer of Go's server.
    frameworkErrors: (error, _request, reply) => {
      void sendText(reply, error.statusCode ?? 400, '400 Bad Request: the path cannot be read');
    },
    schemaController: { compilersFactory: { buildValidator: noSchemas, buildSerializer: noSchemas } },
  });
  // Node swaps the two timeouts when the one for the headers is longer.
  server.server.headersTimeout = requestTimeoutMillis;
  server.removeAllContentTypeParsers();
  // Each API has an error format of its own. All other paths have that of Go's `http.Error`.
  server.setErrorHandler(async (error, _request, reply) => {
    const { status, message } = failureOf(error, report);
    return sendText(reply, status, message);
  });
  if (pages) allowPages(server, pages);
  guardAgainstForeignPages(server, hosts, pages);
  if (token) requireToken(server, token);
  refuseEmptyParameters(server);
  boundBodies(server, inFlight);
  boundAnswers(server, answers);
  compressAnswers(server);
  endConnectionsOnClose(server);
  return server;
};

/** Replaces Fastify's compilers of JSON schemas, which load 170 modules at start: no route of Lantern has a schema. */
const noSchemas = (): never => {
  throw new TypeError('No route of Lantern has a JSON schema.');
};

/** Answers 404 to empty path parameters, as Go's routers do: `/api/traces/` is not a trace without an ID. */
const refuseEmptyParameters = (server: FastifyInstance): void => {
  server.addHook('onRequest', async (request, reply) => {
    const { '*': _, ...parameters } = request.params as Record<string, string>;
    if (Object.values(parameters).includes('')) return sendNotFound(reply);
    return undefined;
  });
};

/**
 * Closes connections that would delay the shutdown of the server: keep-alive connections after their last answer,
 * and those whose upgrade was rejected. Node does not close the socket of an upgrade itself.
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
