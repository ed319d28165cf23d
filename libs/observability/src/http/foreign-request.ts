import type { IncomingMessage, Server as HttpServer, ServerResponse } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import { type Context, INVALID_SPAN_CONTEXT, context, trace } from '@opentelemetry/api';
import { RPCType, getRPCMetadata } from '@opentelemetry/core';
import { redactPath, splitTarget } from '../redaction/url.js';
import { answerWithCorrelationId, onResponseHead } from './correlation-header.js';
import { inboundContext } from './inbound-context.js';
import { RequestContext } from './request-context.js';
import { safely } from './safely.js';
import { type ServedRequest, announceServed } from './served-request.js';

const key = Symbol('request that another tracer follows');

const noSpan = trace.wrapSpanContext(INVALID_SPAN_CONTEXT);

/**
 * Request whose spans another tracer makes. Its log lines carry the ids of that tracer's span, and it has a correlation id,
 * an access line and metrics as any other request.
 */
class ForeignRequest {
  readonly served: ServedRequest;
  private readonly correlationId: string;
  private inside: Context;

  constructor(server: HttpServer | HttpsServer, request: IncomingMessage, response: ServerResponse) {
    const startedAt = performance.now();
    this.correlationId = inboundContext(request).correlationId;
    const path = redactPath(splitTarget(request.url ?? '/').path);
    this.served = { server, method: request.method ?? 'GET', path, span: noSpan };
    this.inside = this.join(context.active());
    answerWithCorrelationId(response, this.correlationId);
    onResponseHead(response, () => this.enter());
    response.on('close', () => {
      const outcome = {
        status: response.headersSent ? response.statusCode : undefined,
        durationMillis: performance.now() - startedAt,
        aborted: !response.writableFinished,
      };
      safely('end a request', () => announceServed(this.served, outcome, this.inside));
    });
  }

  /**
   * Returns the context of the caller with the request in it. The other tracer may have replaced the one that this request
   * began with, and its span is found in the context of the code that it runs.
   */
  enter(): Context {
    const active = context.active();
    if (trace.getSpan(active) !== undefined || this.served.span === noSpan) this.inside = this.join(active);
    return this.inside;
  }

  private join(active: Context): Context {
    this.served.span = trace.getSpan(active) ?? this.served.span;
    const inside = new RequestContext(active, this.correlationId);
    inside.request = this.served;
    return inside;
  }
}

interface Following {
  [key]?: ForeignRequest;
}

/** Follows a request of which another tracer makes the spans. Returns the context in which to serve it. */
export const beginForeign = (
  server: HttpServer | HttpsServer,
  request: IncomingMessage,
  response: ServerResponse,
): Context | undefined => {
  const following: Following = request as IncomingMessage & Following;
  if (following[key]) return undefined;
  const foreign = new ForeignRequest(server, request, response);
  following[key] = foreign;
  return foreign.enter();
};

/** Request as Express has it, or as Fastify has it around Node's. */
export interface FrameworkRequest {
  raw?: object;
  /** Route of Express. */
  route?: { path?: unknown };
  /** Route of Fastify. */
  routeOptions?: { url?: unknown };
}

/** Returns the context in which a handler runs for a request that another tracer follows; undefined for other requests. */
export const enterForeign = (request: FrameworkRequest): Context | undefined => {
  const following: Following = request.raw ?? request;
  const foreign = following[key];
  if (!foreign) return undefined;
  const route = request.route?.path ?? request.routeOptions?.url;
  if (typeof route === 'string') {
    foreign.served.route ??= route;
    // Instrumentations of OpenTelemetry name their span by it.
    const metadata = getRPCMetadata(context.active());
    if (metadata?.type === RPCType.HTTP) metadata.route = route;
  }
  return foreign.enter();
};
