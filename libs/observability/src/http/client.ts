import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ClientRequest, IncomingMessage } from 'node:http';
import {
  type Attributes,
  type Context,
  type Span,
  SpanKind,
  SpanStatusCode,
  context,
  propagation,
  trace,
} from '@opentelemetry/api';
import { isTracingSuppressed } from '@opentelemetry/core';
import {
  ATTR_ERROR_TYPE,
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_REQUEST_METHOD_ORIGINAL,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_NETWORK_PROTOCOL_VERSION,
  ATTR_SERVER_ADDRESS,
  ATTR_SERVER_PORT,
  ATTR_URL_FULL,
} from '@opentelemetry/semantic-conventions';
import { errorType } from '../redaction/errors.js';
import { recordException } from '../tracing/failure.js';
import { isDropped, tracer } from '../tracing/run-in-span.js';
import { CORRELATION_HEADER, getCorrelationId } from '../propagation/correlation.js';
import { makesHttpSpans } from './http-spans.js';
import { semanticMethod } from './method.js';
import { safely } from './safely.js';
import { isUntracedHost } from './untraced-hosts.js';
import { redactUrl, splitHost } from '../redaction/url.js';

/**
 * Gives each outgoing request of `node:http` and `node:https` (axios, got, …) and of `fetch` (undici) one CLIENT span
 * and the headers of the trace. It listens on Node's diagnostic channels, so the way in which an application
 * imports its client makes no difference. Returns a function that stops it.
 */
export const traceClients = (): (() => void) => {
  const undo = [
    // https://nodejs.org/api/diagnostics_channel.html#http
    on('http.client.request.created', ({ request }: ClientMessage) => beginRequest(request)),
    on('http.client.response.finish', ({ request, response }: ClientMessage) => {
      const call = calls.get(request);
      if (call) call.response = response;
    }),
    on('http.client.request.error', ({ request, error }: ClientMessage) => {
      const call = calls.get(request);
      if (call) call.error = error;
    }),
    // https://github.com/nodejs/undici/blob/main/docs/docs/api/DiagnosticsChannel.md
    on('undici:request:create', ({ request }: UndiciMessage) => beginFetch(request)),
    on('undici:request:headers', ({ request, response }: UndiciMessage) => {
      const span = fetches.get(request);
      if (span && response) setStatusCode(span, response.statusCode);
    }),
    on('undici:request:trailers', ({ request }: UndiciMessage) => endFetch(request)),
    on('undici:request:error', ({ request, error }: UndiciMessage) => {
      const span = fetches.get(request);
      if (span) setError(span, error);
      endFetch(request);
    }),
  ];
  return () => {
    for (const each of undo) each();
  };
};

interface ClientMessage {
  request: ClientRequest;
  response?: IncomingMessage;
  error?: unknown;
}

interface UndiciMessage {
  request: UndiciRequest;
  response?: { statusCode: number };
  error?: unknown;
}

const on = (channel: string, listener: (message: never) => void): (() => void) => {
  const guarded = (message: unknown): void => {
    // Each channel publishes what is documented for it, which the listener declares.
    safely('follow an outgoing request', () => listener(message as never));
  };
  subscribe(channel, guarded);
  return () => unsubscribe(channel, guarded);
};

interface Call {
  span: Span;
  response?: IncomingMessage;
  error?: unknown;
}

const calls = new WeakMap<ClientRequest, Call>();

const beginRequest = (request: ClientRequest): void => {
  if (isTracingSuppressed(context.active())) return;
  if (!makesHttpSpans()) {
    const id = getCorrelationId(context.active());
    if (id !== undefined && !request.headersSent) request.setHeader(CORRELATION_HEADER, id);
    return;
  }
  const authority = headerText(request.getHeader('host')) ?? request.host;
  if (isUntracedHost(authority)) return;
  const origin = `${request.protocol}//${authority}`;
  const { span, inside } = startSpan(request.method, () => urlAttributes(origin, request.path));
  // Headers given as an array, or with `Expect`, are already written and cannot be added to.
  if (!request.headersSent) {
    inject(inside, {
      remove: (name) => request.removeHeader(name),
      set: (name, value) => void request.setHeader(name, value),
    });
  }
  if (!span) return;
  calls.set(request, { span });
  // 'close' comes exactly once: after the response, an error, a timeout, an abort.
  request.once('close', () => {
    safely('end a client span', () => endRequest(request));
  });
};

const endRequest = (request: ClientRequest): void => {
  const call = calls.get(request);
  if (!call) return;
  const { span, response } = call;
  if (response) {
    span.setAttribute(ATTR_NETWORK_PROTOCOL_VERSION, response.httpVersion);
    setStatusCode(span, response.statusCode ?? 0);
  }
  // An aborted response emits its error itself; the request does not.
  const error = call.error ?? response?.errored;
  if (error !== undefined && error !== null) setError(span, error);
  span.end();
};

/** Request as undici publishes it. */
interface UndiciRequest {
  method: string;
  origin: string | URL | undefined;
  path: string;
  /** Names and values in turn. */
  headers: unknown;
  addHeader(name: string, value: string): unknown;
}

const fetches = new WeakMap<UndiciRequest, Span>();

const beginFetch = (request: UndiciRequest): void => {
  if (isTracingSuppressed(context.active())) return;
  if (!makesHttpSpans()) {
    const id = getCorrelationId(context.active());
    if (id !== undefined) request.addHeader(CORRELATION_HEADER, id);
    return;
  }
  const origin = request.origin instanceof URL ? request.origin.origin : (request.origin ?? '');
  if (isUntracedHost(origin.replace(/^[a-z]+:\/\//, ''))) return;
  const { span, inside } = startSpan(request.method, () => urlAttributes(origin, request.path));
  inject(inside, {
    remove: (name) => removePair(request.headers, name),
    set: (name, value) => void request.addHeader(name, value),
  });
  if (span) fetches.set(request, span);
};

const endFetch = (request: UndiciRequest): void => {
  fetches.get(request)?.end();
  fetches.delete(request);
};

/**
 * The span of a call and the context that its headers announce. No span below one that was sampled out: the call
 * then announces that decision. A call outside of any request makes a root span, as the conventions specify.
 */
const startSpan = (
  method: string,
  attributes: () => Attributes,
): { span: Span | undefined; inside: Context } => {
  const active = context.active();
  const parent = trace.getSpan(active);
  if (parent && isDropped(parent)) return { span: undefined, inside: active };
  const { attribute, spanName, original } = semanticMethod(method);
  const span = tracer.startSpan(
    spanName,
    {
      kind: SpanKind.CLIENT,
      attributes: {
        [ATTR_HTTP_REQUEST_METHOD]: attribute,
        ...(original === undefined ? {} : { [ATTR_HTTP_REQUEST_METHOD_ORIGINAL]: original }),
        ...attributes(),
      },
    },
    active,
  );
  return { span: span.isRecording() ? span : undefined, inside: trace.setSpan(active, span) };
};

// https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-client-span
const urlAttributes = (origin: string, target: string): Attributes => {
  const scheme = /^([a-z]+):\/\//.exec(origin);
  const { host, port } = splitHost(origin.slice(scheme?.[0].length ?? 0));
  return {
    // Through a proxy the target is a whole URL.
    [ATTR_URL_FULL]: redactUrl(target.startsWith('/') ? origin + target : target),
    [ATTR_SERVER_ADDRESS]: host,
    [ATTR_SERVER_PORT]: port ?? (scheme?.[1] === 'https' ? 443 : 80),
  };
};

interface Headers {
  remove: (name: string) => void;
  set: (name: string, value: string) => void;
}

/** Headers that are not replaced when the application set them. */
const shared = new Set(['baggage', 'tracestate']);

/**
 * Writes the headers of the trace. Those that an application forwarded from the request it serves name the wrong
 * parent; a stale `b3` would even win over fresh `X-B3-*`, so they go first.
 */
const inject = (inside: Context, headers: Headers): void => {
  const carrier: Record<string, string> = {};
  propagation.inject(inside, carrier);
  // The propagator may be another tracer's, which does not know the header.
  const correlationId = getCorrelationId(inside);
  if (correlationId !== undefined) carrier[CORRELATION_HEADER] ??= correlationId;
  const entries = Object.entries(carrier);
  if (entries.length === 0) return;
  for (const name of propagation.fields()) {
    if (!(name in carrier) && !shared.has(name)) headers.remove(name);
  }
  for (const [name, value] of entries) {
    headers.remove(name);
    headers.set(name, value);
  }
};

const removePair = (headers: unknown, name: string): void => {
  if (!Array.isArray(headers)) return;
  for (let at = headers.length - 2; at >= 0; at -= 2) {
    const key: unknown = headers[at];
    if (typeof key === 'string' && key.toLowerCase() === name) headers.splice(at, 2);
  }
};

// https://opentelemetry.io/docs/specs/semconv/http/http-spans/#status: for a client, 4xx is an error too.
const setStatusCode = (span: Span, status: number): void => {
  span.setAttribute(ATTR_HTTP_RESPONSE_STATUS_CODE, status);
  if (status < 400) return;
  span.setAttribute(ATTR_ERROR_TYPE, String(status));
  span.setStatus({ code: SpanStatusCode.ERROR });
};

const setError = (span: Span, error: unknown): void => {
  span.setAttribute(ATTR_ERROR_TYPE, errorType(error));
  span.setStatus({ code: SpanStatusCode.ERROR, message: recordException(span, error) });
};

const headerText = (value: number | string | string[] | undefined): string | undefined =>
  typeof value === 'string' ? value : undefined;
