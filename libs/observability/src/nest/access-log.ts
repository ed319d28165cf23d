import type { HttpAdapterHost } from '@nestjs/core';
import { context } from '@opentelemetry/api';
import { errorType } from '../redaction/errors.js';
import type { LogFields } from '../logging/log-record.js';
import type { TraceLogger } from '../logging/trace-logger.js';
import { type RequestOutcome, type ServedRequest, onRequestServed } from '../http/served-request.js';

const LOGGER_CONTEXT = 'AccessLog';

/**
 * Writes one line for each request that this application served: `POST /orders 201 12ms`, at level info, warn from
 * 400 on and for clients that left before the answer, error from 500 on. Returns a function that stops it.
 */
export const writeAccessLog = (logger: TraceLogger, adapterHost: HttpAdapterHost): (() => void) => {
  return onRequestServed((request, outcome, inside) => {
    if (request.server !== adapterHost.httpAdapter.getHttpServer()) return;
    const { status } = outcome;
    const level = status === undefined ? 'warn' : status >= 500 ? 'error' : status >= 400 ? 'warn' : 'log';
    context.with(inside, () =>
      logger[level](message(request, outcome), fields(request, outcome), LOGGER_CONTEXT),
    );
  });
};

const message = ({ method, path }: ServedRequest, { status, durationMillis }: RequestOutcome): string => {
  return `${method} ${path} ${status ?? 'aborted'} ${Math.round(durationMillis)}ms`;
};

const fields = (
  { method, path, route, handler, error }: ServedRequest,
  outcome: RequestOutcome,
): LogFields => {
  const { status, durationMillis, aborted } = outcome;
  return {
    method,
    path,
    ...(route === undefined ? {} : { route }),
    ...(handler === undefined ? {} : { handler }),
    ...(status === undefined ? {} : { status }),
    duration_ms: Math.round(durationMillis * 1000) / 1000,
    ...(aborted ? { aborted } : {}),
    ...(error === undefined || (status ?? 500) < 400 ? {} : { error_type: errorType(error) }),
  };
};
