import { type Context, type Span, context, createContextKey, diag, trace } from '@opentelemetry/api';
import {
  ATTR_DB_OPERATION_NAME,
  ATTR_DB_RESPONSE_STATUS_CODE,
  ATTR_ERROR_TYPE,
} from '@opentelemetry/semantic-conventions';
import { type ServedRequest, servedKey } from '../http/served-request.js';
import { LayeredContext } from '../propagation/layered-context.js';
import { errorType } from '../redaction/errors.js';
import { recordFailure } from '../tracing/failure.js';
import { tracer } from '../tracing/run-in-span.js';
import type { Statement } from './statement.js';

/** Time, in seconds, until the pool had a connection, as the metric of that name has it. */
export const ATTR_POOL_WAIT = 'db.client.connection.wait_time';

/** Waits below this, in milliseconds, are those of a connection that was free. */
const LEAST_POOL_WAIT_MILLIS = 1;

const insideKey = createContextKey('inside a database call');

/** Returns a context in which the calls of lower layers get no span, because the caller's span describes them. */
export const insideCall = (outer: Context): Context => new LayeredContext(outer, insideKey, true);

/** Returns whether a call gets a span: within a recorded span, but not within a call whose span describes it too. */
export const isTraced = (parent: Context = context.active()): boolean =>
  trace.getSpan(parent)?.isRecording() === true && parent.getValue(insideKey) !== true;

/** Begins a call by `begin`; a failure to trace it is reported and does not reach the caller. */
export const beginSafely = (begin: () => DatabaseCall | undefined): DatabaseCall | undefined => {
  try {
    return isTraced() ? begin() : undefined;
  } catch (error) {
    diag.error('A database call could not be traced; it is sent as it is', error);
    return undefined;
  }
};

/** Statement or command under way. */
export class DatabaseCall {
  private readonly startedAt = performance.now();

  private constructor(
    /** Span of the call; the caller's span for a command of a transaction, which is an event on it. */
    readonly span: Span,
    private readonly served: ServedRequest | undefined,
    private readonly transaction: string | undefined,
    private readonly poolWaitMillis: number,
  ) {}

  /**
   * Starts the span of a call; undefined where {@link isTraced} is false.
   *
   * @param poolWaitMillis time until the connection was free
   */
  static begin(
    { name, options, transaction }: Statement,
    poolWaitMillis = 0,
    parent: Context = context.active(),
  ): DatabaseCall | undefined {
    const caller = trace.getSpan(parent);
    if (!caller || !isTraced(parent)) return undefined;
    const served = parent.getValue(servedKey) as ServedRequest | undefined;
    if (transaction !== undefined) return new DatabaseCall(caller, served, transaction, poolWaitMillis);
    const span = tracer.startSpan(name, options, parent);
    if (poolWaitMillis >= LEAST_POOL_WAIT_MILLIS) span.setAttribute(ATTR_POOL_WAIT, poolWaitMillis / 1000);
    return new DatabaseCall(span, served, undefined, poolWaitMillis);
  }

  /** Ends the call, failed if an error is given. */
  end(error?: unknown): void {
    const { span, served, transaction } = this;
    const durationMillis = performance.now() - this.startedAt;
    if (served) {
      served.queryCount = (served.queryCount ?? 0) + 1;
      served.queryMillis = (served.queryMillis ?? 0) + durationMillis;
    }
    if (transaction !== undefined) {
      if (span.isRecording()) this.addTransactionEvent(transaction, durationMillis, error);
      return;
    }
    if (error !== undefined && error !== null) failCall(span, error);
    span.end();
  }

  private addTransactionEvent(transaction: string, durationMillis: number, error: unknown): void {
    this.span.addEvent(`db.${transaction.toLowerCase()}`, {
      [ATTR_DB_OPERATION_NAME]: transaction,
      'db.duration_ms': Math.round(durationMillis * 1000) / 1000,
      ...(this.poolWaitMillis >= LEAST_POOL_WAIT_MILLIS
        ? { [ATTR_POOL_WAIT]: this.poolWaitMillis / 1000 }
        : {}),
      ...(error === undefined || error === null
        ? {}
        : { [ATTR_ERROR_TYPE]: statusCodeOf(error) ?? errorType(error) }),
    });
  }
}

/** Marks the span of a failed call, with the status code of the database where it has one. */
export const failCall = (span: Span, error: unknown): void => {
  const status = statusCodeOf(error);
  if (status !== undefined) span.setAttribute(ATTR_DB_RESPONSE_STATUS_CODE, status);
  span.setAttribute(ATTR_ERROR_TYPE, status ?? errorType(error));
  recordFailure(span, error);
};

/**
 * Returns the status code by https://opentelemetry.io/docs/specs/semconv/db/: SQLSTATE of PostgreSQL, error number of MySQL
 * and SQLite, name of better-sqlite3, prefix of a Redis error.
 */
const statusCodeOf = (error: unknown): string | undefined => {
  if (typeof error !== 'object' || error === null) return undefined;
  const { errcode, errno, sqlState, code, name, message } = error as Record<string, unknown>;
  if (typeof errcode === 'number') return String(errcode);
  if (typeof errno === 'number' && sqlState !== undefined) return String(errno);
  if (typeof code === 'string' || typeof code === 'number') return String(code);
  if (isRedisReply(error, name) && typeof message === 'string') return /^[A-Z]+(?= )/.exec(message)?.[0];
  return undefined;
};

/** ioredis names its class, node-redis does not. */
const isRedisReply = (error: object, name: unknown): boolean =>
  name === 'ReplyError' || /^(?:Simple|Blob|Reply)Error$/.test(error.constructor.name);
