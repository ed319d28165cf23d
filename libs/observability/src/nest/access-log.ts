import type { HttpAdapterHost } from '@nestjs/core';
import { errorType } from '../redaction/errors.js';
import type { AccessLine, TraceLogger } from '../logging/trace-logger.js';
import {
  type InterceptedCall,
  type RequestOutcome,
  type ServedRequest,
  onRequestServed,
} from '../http/served-request.js';
import { serversOf } from './own-servers.js';

/** Requests that get a line: all, or those that reached a handler with a `TraceLoggerInterceptor`. */
export type AccessLogScope = 'all' | 'intercepted';

/**
 * Writes one line for each request that this application served: `POST /orders 201 12ms`, at level info, warn from
 * 400 on and for clients that left before the answer, error from 500 on. Returns a function that stops it.
 */
export const writeAccessLog = (
  logger: TraceLogger,
  adapterHost: HttpAdapterHost,
  scope: AccessLogScope,
): (() => void) => {
  const isOwn = serversOf(adapterHost);
  return onRequestServed((request, outcome, inside) => {
    if (!isOwn(request.server)) return;
    if (scope === 'intercepted' && !request.call) return;
    const level = worse(levelOfStatus(outcome.status), request.call?.level ?? 'info');
    if (logger.writes(level)) logger.writeAccessLine(level, accessLine(request, outcome), inside);
  });
};

export const levelOfStatus = (status: number | undefined): InterceptedCall['level'] => {
  if (status === undefined) return 'warn';
  return status >= 500 ? 'error' : status >= 400 ? 'warn' : 'info';
};

/** Returns the more severe of two levels. A GraphQL call may fail within an answer of status 200. */
const worse = (one: InterceptedCall['level'], other: InterceptedCall['level']): InterceptedCall['level'] =>
  one === 'error' || other === 'error' ? 'error' : one === 'warn' || other === 'warn' ? 'warn' : 'info';

/** The line of a request. */
export const accessLine = (
  { method, path, route, handler, error, call }: Omit<ServedRequest, 'server' | 'span'>,
  { status, durationMillis, aborted }: RequestOutcome,
): AccessLine => {
  const fields: AccessLine['fields'] = { method, path };
  if (route !== undefined) fields.route = route;
  if (handler !== undefined) fields.handler = handler;
  if (call?.operation !== undefined) fields.operation = call.operation;
  if (status !== undefined) fields.status = status;
  fields.duration_ms = roundedMillis(durationMillis);
  if (call) fields.outcome = aborted ? 'aborted' : error === undefined ? 'ok' : 'exception';
  if (aborted) fields.aborted = aborted;
  if (error !== undefined && (call !== undefined || (status ?? 500) >= 400))
    fields.error_type = errorType(error);
  return { message: `${method} ${path} ${status ?? 'aborted'} ${Math.round(durationMillis)}ms`, fields };
};

export const roundedMillis = (millis: number): number => Math.round(millis * 1000) / 1000;
