import { inspect } from 'node:util';
import { type Context, context } from '@opentelemetry/api';
import { type ErrorDescription, describeError, isErrorLike } from '../redaction/errors.js';
import { redactText } from '../redaction/url.js';
import type { SensitiveNames } from '../redaction/sensitive-names.js';
import { now, timestamp } from './timestamp.js';
import type { Level } from './log-level.js';
import { cut, plainValue } from './plain-value.js';
import { addTraceIds } from './trace-ids.js';

/** Extra keys of a log line: `logger.error('Payment processing failed', { product, err } satisfies LogFields)`. */
export type LogFields = Record<string, unknown>;

/** One line of the log, its keys in the order in which they are read. */
export interface LogRecord {
  /** ISO 8601, UTC, with microseconds. */
  timestamp: string;
  level: Level;
  message: string;
  service: string;
  /** Class that logs: the name given to Nest's `Logger`. */
  context?: string;
  trace_id?: string;
  span_id?: string;
  correlation_id?: string;
  error?: Omit<ErrorDescription, 'stack'>;
  stack?: string;
  [field: string]: unknown;
}

/** Keys that identify the origin of a line; a field of that name is written as `field_<name>`. */
const reserved = new Set([
  'timestamp',
  'level',
  'message',
  'service',
  'context',
  'trace_id',
  'span_id',
  'correlation_id',
]);

/** Parsed arguments of a call to Nest's logger. */
export interface LogCall {
  message: string;
  context?: string;
  fields: LogFields;
  error?: unknown;
  stack?: string;
}

/**
 * Reads the arguments of a logger call the way Nest's ConsoleLogger does: the last string is the context, for errors
 * the string before it is a stack. Objects become fields, the first error among them the error of the line; all
 * other arguments are kept under `params`.
 */
export const readLogCall = (level: Level, message: unknown, params: readonly unknown[]): LogCall => {
  const call: LogCall = { message: '', fields: {} };
  const rest = params.filter((param) => param !== undefined);
  const last = rest.at(-1);
  if (typeof last === 'string' && !(level === 'error' && rest.length === 1 && isStack(last))) {
    call.context = last;
    rest.pop();
  }
  const beforeLast = rest.at(-1);
  if (level === 'error' && typeof beforeLast === 'string') {
    call.stack = beforeLast;
    rest.pop();
  }
  const others: unknown[] = [];
  call.message = readMessage(message, call);
  for (const param of rest) {
    if (isErrorLike(param)) setError(call, param);
    else if (typeof param === 'object' && param !== null && !Array.isArray(param)) addFields(call, param);
    else others.push(param);
  }
  if (others.length > 0) call.fields.params = others;
  return call;
};

const isStack = (text: string): boolean => /\n\s+at /.test(text);

const readMessage = (message: unknown, call: LogCall): string => {
  if (typeof message === 'string') return message;
  if (isErrorLike(message)) {
    setError(call, message);
    return describeError(message).message;
  }
  if (typeof message === 'object' && message !== null) {
    if (Array.isArray(message)) return inspect(message, { depth: 2, breakLength: Infinity });
    const { message: text, ...fields } = message as { message?: unknown };
    addFields(call, fields);
    return typeof text === 'string' ? text : Object.keys(fields).join(', ');
  }
  return typeof message === 'function' ? message.name : String(message);
};

const addFields = (call: LogCall, fields: object): void => {
  for (const [key, value] of Object.entries(fields)) {
    if (call.error === undefined && isErrorLike(value)) setError(call, value);
    else call.fields[key] = value;
  }
};

const setError = (call: LogCall, error: unknown): void => {
  if (call.error === undefined) call.error = error;
  else call.fields.other_error = error;
};

/**
 * Completes a call to a log record: adds the service, the trace and the span, and keeps only values that a log may hold.
 *
 * @param time in milliseconds since 1970, with a fraction
 */
export const logRecord = (
  level: Level,
  call: LogCall,
  service: string,
  sensitive: SensitiveNames,
  ctx: Context = context.active(),
  time = now(),
): LogRecord => {
  const record = recordOrigin(level, redactText(cut(call.message)), service, ctx, time, call.context);
  const fields = plainValue(call.fields, sensitive) as LogFields;
  for (const [key, value] of Object.entries(fields)) record[reserved.has(key) ? `field_${key}` : key] = value;
  if (call.error !== undefined) {
    const { stack, ...error } = describeError(call.error);
    record.error = plainValue(withoutStacks(error), sensitive) as Omit<ErrorDescription, 'stack'>;
    if (stack !== undefined) record.stack = cut(stack);
  }
  if (call.stack !== undefined) record.stack ??= redactText(cut(call.stack));
  return record;
};

/** Returns the part of a record that says where the line comes from; `message` is free of secrets. */
export const recordOrigin = (
  level: Level,
  message: string,
  service: string,
  ctx: Context,
  time: number,
  context: string | undefined,
): LogRecord => {
  const record: LogRecord = { timestamp: timestamp(time), level, message, service };
  if (context !== undefined) record.context = context;
  return addTraceIds(record, ctx);
};

// The stack of an error already contains those of its causes.
const withoutStacks = ({ cause, ...error }: ErrorDescription): ErrorDescription => {
  delete error.stack;
  return cause ? { ...error, cause: withoutStacks(cause) } : error;
};
