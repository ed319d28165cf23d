import type { EventEmitter } from 'node:events';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import https from 'node:https';
import type { TLSSocket } from 'node:tls';
import {
  type Attributes,
  type Context,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  context,
} from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import {
  ATTR_CLIENT_ADDRESS,
  ATTR_CODE_FUNCTION_NAME,
  ATTR_ERROR_TYPE,
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_REQUEST_METHOD_ORIGINAL,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_HTTP_ROUTE,
  ATTR_NETWORK_PEER_ADDRESS,
  ATTR_NETWORK_PEER_PORT,
  ATTR_NETWORK_PROTOCOL_VERSION,
  ATTR_SERVER_ADDRESS,
  ATTR_SERVER_PORT,
  ATTR_URL_PATH,
  ATTR_URL_QUERY,
  ATTR_URL_SCHEME,
  ATTR_USER_AGENT_ORIGINAL,
} from '@opentelemetry/semantic-conventions';
import { errorType } from '../redaction/errors.js';
import { recordException } from '../tracing/failure.js';
import { tracer } from '../tracing/run-in-span.js';
import { answerWithCorrelationId, writeCorrelationHeaders } from './correlation-header.js';
import { inboundContext } from './inbound-context.js';
import { semanticMethod } from './method.js';
import { beginForeign } from './foreign-request.js';
import { makesHttpSpans } from './http-spans.js';
import { ownEndpoint } from './own-endpoints.js';
import { RequestContext } from './request-context.js';
import { reportFailure } from './safely.js';
import { type RequestOutcome, type ServedRequest, announceServed } from './served-request.js';
import { isUntraced } from './untraced-paths.js';
import { redactPath, redactQuery, splitHost, splitTarget } from '../redaction/url.js';

type AnyServer = http.Server | https.Server;

/**
 * Gives each request of every HTTP/1 server of the process a SERVER span and a correlation id. It wraps `emit` of the
 * server prototypes, which every framework goes through, and which needs no loader hook and no patched module.
 * Returns a function that undoes it.
 */
export const traceServers = (): (() => void) => {
  const undo = [
    ...[http.Server, https.Server].map(({ prototype }) => wrapEmit(prototype)),
    writeCorrelationHeaders(),
  ];
  return () => {
    for (const each of undo) each();
  };
};

/** Does the same for a server that is none of Node's HTTP/1 servers: of HTTP/2, which frameworks serve by its compatibility API. */
export const traceServer = (server: EventEmitter): (() => void) =>
  server instanceof http.Server || server instanceof https.Server ? () => undefined : wrapEmit(server);

const wrapEmit = (prototype: EventEmitter): (() => void) => {
  let active = true;
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its `this` below
  const { emit } = prototype;
  const traced = function (this: AnyServer, event: string | symbol, ...args: unknown[]): boolean {
    if (!active || (event !== 'request' && event !== 'checkContinue')) return emit.call(this, event, ...args);
    const [request, response] = args as [IncomingMessage, ServerResponse];
    const own = ownEndpoint(this, request);
    if (own) {
      own.answer(request, response);
      return true;
    }
    const inside = tryToBegin(this, request, response);
    return inside
      ? context.with(inside, () => emit.call(this, event, ...args))
      : emit.call(this, event, ...args);
  };
  prototype.emit = traced;
  return () => {
    active = false;
    // Other code may have wrapped the method again. Then this wrapper stays, and only calls the original.
    if (prototype.emit === traced) prototype.emit = emit;
  };
};

const tryToBegin = (
  server: AnyServer,
  request: IncomingMessage,
  response: ServerResponse,
): Context | undefined => {
  try {
    return beginRequest(server, request, response);
  } catch (error) {
    reportFailure('begin a server span', error);
    return undefined;
  }
};

/** Requests with an `Expect` header: a `checkContinue` listener may emit the same request again as `request`. */
const begun = new WeakSet<IncomingMessage>();

/** Returns the context in which to serve the request; undefined when the request is already served in one. */
export const beginRequest = (
  server: AnyServer,
  request: IncomingMessage,
  response: ServerResponse,
): Context | undefined => {
  if (request.headers.expect !== undefined) {
    if (begun.has(request)) return undefined;
    begun.add(request);
  }
  const { path: target, query } = splitTarget(request.url ?? '/');
  if (isUntraced(target)) return untraced;
  if (!makesHttpSpans()) return beginForeign(server, request, response);
  const path = redactPath(target);

  const startedAt = performance.now();
  const { parent, correlationId, links } = inboundContext(request);
  const inside = new RequestContext(parent, correlationId);
  const { attribute, spanName, original } = semanticMethod(request.method ?? 'GET');
  const span = tracer.startSpan(
    spanName,
    {
      kind: SpanKind.SERVER,
      attributes: {
        [ATTR_HTTP_REQUEST_METHOD]: attribute,
        [ATTR_URL_PATH]: path,
        [ATTR_URL_SCHEME]: schemeOf(request),
      },
      links,
    },
    inside,
  );
  if (span.isRecording()) {
    if (original !== undefined) span.setAttribute(ATTR_HTTP_REQUEST_METHOD_ORIGINAL, original);
    if (query) span.setAttribute(ATTR_URL_QUERY, redactQuery(query));
    span.setAttributes(requestAttributes(request));
  }

  const served: ServedRequest = { server, method: request.method ?? 'GET', path, span };
  inside.request = served;
  answerWithCorrelationId(response, correlationId);
  // 'close' comes exactly once, after a complete response as well as after a broken connection.
  response.on('close', () => {
    try {
      end(served, spanName, response, startedAt, inside);
    } catch (error) {
      reportFailure('end a server span', error);
    }
  });
  if (hasBody(request)) keepContext(request, inside);
  return inside;
};

const untraced = suppressTracing(ROOT_CONTEXT);

const end = (
  served: ServedRequest,
  method: string,
  response: ServerResponse,
  startedAt: number,
  inside: Context,
): void => {
  const outcome: RequestOutcome = {
    status: response.headersSent ? response.statusCode : undefined,
    durationMillis: performance.now() - startedAt,
    aborted: !response.writableFinished,
  };
  if (served.span.isRecording()) finishSpan(served, method, outcome);
  announceServed(served, outcome, inside);
};

// https://opentelemetry.io/docs/specs/semconv/http/http-spans/#status
const finishSpan = (
  { span, route, spanName, handler, error, queryCount, queryMillis }: ServedRequest,
  method: string,
  outcome: RequestOutcome,
): void => {
  const { status } = outcome;
  if (route !== undefined) {
    span.updateName(`${method} ${route}`);
    span.setAttribute(ATTR_HTTP_ROUTE, route);
  }
  if (spanName !== undefined) span.updateName(spanName);
  if (handler !== undefined) span.setAttribute(ATTR_CODE_FUNCTION_NAME, handler);
  if (queryCount !== undefined) {
    span.setAttribute('db.query.count', queryCount);
    span.setAttribute('db.query.duration_ms', Math.round((queryMillis ?? 0) * 1000) / 1000);
  }
  if (status === undefined) {
    span.setAttribute(ATTR_ERROR_TYPE, 'aborted');
    span.setStatus({
      code: SpanStatusCode.ERROR,
      message: 'The connection was closed before a response was sent',
    });
  } else {
    span.setAttribute(ATTR_HTTP_RESPONSE_STATUS_CODE, status);
    if (status >= 500) {
      const known = error !== undefined;
      span.setAttribute(ATTR_ERROR_TYPE, known ? errorType(error) : String(status));
      span.setStatus({
        code: SpanStatusCode.ERROR,
        ...(known ? { message: recordException(span, error) } : {}),
      });
    }
  }
  span.end();
};

// https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-server-span
const requestAttributes = (request: IncomingMessage): Attributes => {
  const { headers, socket } = request;
  const { httpVersion } = request;
  const attributes: Attributes = {
    [ATTR_NETWORK_PROTOCOL_VERSION]: httpVersion === '2.0' ? '2' : httpVersion,
  };
  const peer = socket.remoteAddress;
  if (peer !== undefined) {
    attributes[ATTR_NETWORK_PEER_ADDRESS] = peer;
    attributes[ATTR_NETWORK_PEER_PORT] = socket.remotePort;
  }
  const client = firstOf(headers['x-forwarded-for']) ?? peer;
  if (client !== undefined) attributes[ATTR_CLIENT_ADDRESS] = client;
  const authority = firstOf(headers['x-forwarded-host']) ?? headers.host ?? firstOf(headers[':authority']);
  if (authority !== undefined) {
    const { host, port } = hostOf(authority);
    attributes[ATTR_SERVER_ADDRESS] = host;
    if (port !== undefined) attributes[ATTR_SERVER_PORT] = port;
  }
  const userAgent = headers['user-agent'];
  if (userAgent !== undefined) attributes[ATTR_USER_AGENT_ORIGINAL] = userAgent;
  return attributes;
};

/** Callers name the same few hosts over and over. */
let lastAuthority = '';
let lastHost = splitHost(lastAuthority);

const hostOf = (authority: string): ReturnType<typeof splitHost> => {
  if (authority !== lastAuthority) {
    lastAuthority = authority;
    lastHost = splitHost(authority);
  }
  return lastHost;
};

const schemeOf = (request: IncomingMessage): string => {
  const forwarded = firstOf(request.headers['x-forwarded-proto']);
  if (forwarded === 'http' || forwarded === 'https') return forwarded;
  return (request.socket as Partial<TLSSocket>).encrypted ? 'https' : 'http';
};

const firstOf = (header: string | string[] | undefined): string | undefined => {
  const text = Array.isArray(header) ? header[0] : header;
  const first = text?.split(',', 1)[0]?.trim();
  return first === '' ? undefined : first;
};

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined ||
  (headers['content-length'] !== undefined && headers['content-length'] !== '0');

/**
 * The events of a body come from the parser, outside the request's context. Body parsers that do not bind their
 * callbacks themselves (multer) would lose the trace, so the request's own events are emitted inside it.
 */
const keepContext = (request: IncomingMessage, inside: Context): void => {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its `this` below
  const { emit } = request;
  request.emit = function (this: IncomingMessage, ...args: Parameters<typeof emit>): boolean {
    return context.with(inside, () => emit.apply(this, args));
  } as typeof emit;
};
