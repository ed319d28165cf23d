import { type Context, type Span, SpanStatusCode, context, trace } from '@opentelemetry/api';
import { ATTR_ERROR_TYPE, ATTR_HTTP_ROUTE } from '@opentelemetry/semantic-conventions';
import { describeError, errorType } from '../redaction/errors.js';
import { type ServedRequest, currentRequest } from '../http/served-request.js';
import { semanticMethod } from '../http/method.js';
import { withB3Sampling } from '../propagation/b3-propagator.js';
import { exitTimeoutMillis } from '../delivery/exit-timeout.js';
import { recordException } from '../tracing/failure.js';
import { tracer } from '../tracing/run-in-span.js';
import { safely } from '../http/safely.js';

/** Operations of the running tracing that the handling of a crash needs. */
export interface CrashRecorder {
  /** Writes one log line. */
  report: (message: string, error: unknown) => void;
  /**
   * Sends the held telemetry, blocking for at most `timeoutMillis`. `crashed` distinguishes an uncaught error from a
   * plain `process.exit()`.
   */
  flush: (timeoutMillis: number, crashed: boolean) => void;
}

/** Fraction of the exit timeout that sending spans may take. */
const SHARE_OF_SPANS = 0.625;

/** The error that is about to end the process, unless a listener of the host keeps it alive. */
interface Crash {
  error: unknown;
  request: ServedRequest | undefined;
  active: Span | undefined;
}

/**
 * Records an uncaught exception or unhandled rejection as a span and a log line, and sends what is held before the
 * process ends, also by `process.exit()`. It only observes: whether the process ends, its exit code and what Node writes
 * to stderr stay as they are without it, and so do the host's own listeners. Returns a function that stops it.
 * https://nodejs.org/api/process.html#event-uncaughtexceptionmonitor
 */
export const recordCrashes = ({ report, flush }: CrashRecorder): (() => void) => {
  let crash: Crash | undefined;
  const onUncaught = (error: unknown, origin: string): void => {
    safely('record an uncaught error', () => {
      const request = currentRequest();
      crash = { error, request, active: trace.getActiveSpan() };
      record(origin, crash);
      const name = origin === 'unhandledRejection' ? 'Unhandled rejection' : 'Uncaught exception';
      report(`${name}: ${describeError(error).message}`, error);
    });
  };
  const onExit = (code: number): void => {
    safely('send what is held before the end', () => {
      // A host that continued after the error ends later, for its own reasons; the error has been sent by then.
      if (crash && code !== 0) endWith(crash);
      flush(SHARE_OF_SPANS * exitTimeoutMillis(), crash !== undefined);
    });
  };
  process.on('uncaughtExceptionMonitor', onUncaught);
  process.on('exit', onExit);
  return () => {
    process.off('uncaughtExceptionMonitor', onUncaught);
    process.off('exit', onExit);
  };
};

const record = (origin: string, { error, request, active }: Crash): void => {
  const parent = request?.span ?? active;
  const recorded = parent?.isRecording() ? parent : undefined;
  const inside: Context = recorded
    ? trace.setSpan(context.active(), recorded)
    : // Too rare and too important to be sampled out by a ratio.
      withB3Sampling(trace.deleteSpan(context.active()), 'accept');
  const span = tracer.startSpan(
    origin,
    {
      attributes: { [ATTR_ERROR_TYPE]: errorType(error) },
      links: parent && !recorded ? [{ context: parent.spanContext() }] : [],
    },
    inside,
  );
  span.setStatus({ code: SpanStatusCode.ERROR, message: recordException(span, error) });
  span.end();
};

/** Ends the spans in which the error occurred; no other code will. */
const endWith = ({ error, request, active }: Crash): void => {
  if (active && active !== request?.span) endSpan(active, error);
  if (!request) return;
  const { span, method, route } = request;
  if (route !== undefined && span.isRecording()) {
    span.updateName(`${semanticMethod(method).spanName} ${route}`);
    span.setAttribute(ATTR_HTTP_ROUTE, route);
  }
  endSpan(span, error);
};

const endSpan = (span: Span, error: unknown): void => {
  if (!span.isRecording()) return;
  span.setAttribute(ATTR_ERROR_TYPE, errorType(error));
  span.setStatus({ code: SpanStatusCode.ERROR, message: recordException(span, error) });
  span.end();
};
