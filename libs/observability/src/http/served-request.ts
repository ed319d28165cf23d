import type { Server as HttpServer } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import { type Context, type Span, context, createContextKey } from '@opentelemetry/api';

/** Request that this process serves. The library's Nest hooks add the properties that only Nest knows. */
export interface ServedRequest {
  readonly server: HttpServer | HttpsServer;
  readonly method: string;
  /** Path as requested, without the query. */
  readonly path: string;
  /** Span of the request, by this library or another tracer. */
  span: Span;
  /** Route as declared, `/users/:id`; absent when none matched. */
  route?: string;
  /** Name of the span where method and route do not tell what is asked: `query products` of GraphQL. */
  spanName?: string;
  /** `UsersController.find` */
  handler?: string;
  /** Error thrown while serving, regardless of the response. */
  error?: unknown;
  /** Number of database calls made while serving, and the sum of their durations in milliseconds. */
  queryCount?: number;
  queryMillis?: number;
  call?: InterceptedCall;
}

/** Call of a handler with a `TraceLoggerInterceptor`, as the line of its request shows it. */
export interface InterceptedCall {
  /** Level that the outcome of the call asks for: `error` for a failure, `warn` for a 4xx. */
  level: 'info' | 'warn' | 'error';
  /** Type and name of a GraphQL operation: `query Dashboard`. */
  operation?: string;
}

/** Outcome of a request. */
export interface RequestOutcome {
  /** Undefined when the client disconnected before there was a response. */
  status: number | undefined;
  durationMillis: number;
  /** Whether the connection closed before the response was complete. */
  aborted: boolean;
}

/** Context key of the request; see `RequestContext`. */
export const servedKey = createContextKey('served request');

/** The request in which the caller runs; undefined outside of any, and in an untraced one. */
export const currentRequest = (): ServedRequest | undefined =>
  context.active().getValue(servedKey) as ServedRequest | undefined;

type Listener = (request: ServedRequest, outcome: RequestOutcome, context: Context) => void;

const listeners = new Set<Listener>();

/** Calls the listener, with the context of the request, after each request. Returns a function that stops it. */
export const onRequestServed = (listener: Listener): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export const announceServed = (request: ServedRequest, outcome: RequestOutcome, inside: Context): void => {
  for (const listener of listeners) listener(request, outcome, inside);
};
