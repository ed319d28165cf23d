import { styleText } from 'node:util';
import type { Level } from './log-level.js';
import type { LogRecord } from './log-record.js';
import { cut } from './plain-value.js';

/** In characters; at most 3 bytes each, so below the 256 KB that Loki takes. */
const MAX_LINE_LENGTH = 65_536;

/** Formats the record as one line of JSON. A line that is too long keeps its identity and loses its fields. */
export const jsonLine = (record: LogRecord): string => {
  const line = JSON.stringify(record);
  if (line.length <= MAX_LINE_LENGTH) return line;
  const { timestamp, level, message, service, context, trace_id, span_id, correlation_id, error, stack } =
    record;
  return JSON.stringify({
    timestamp,
    level,
    message: cut(message, 8192),
    service,
    context,
    trace_id,
    span_id,
    correlation_id,
    error: error && { name: error.name, message: cut(error.message, 2048), code: error.code },
    stack: stack === undefined ? undefined : cut(stack, 8192),
    truncated: `The line had ${line.length} characters, its fields were left out`,
  });
};

const colours: Record<Level, Parameters<typeof styleText>[0]> = {
  fatal: ['bgRed', 'white'],
  error: 'red',
  warn: 'yellow',
  info: 'green',
  debug: 'blue',
  trace: 'gray',
};

/** Formats the record for people: `10:22:11.123 ERROR [Payments] Payment processing failed product=laptop trace=4bf9…`. */
export const prettyLine = (record: LogRecord): string => {
  const {
    timestamp,
    level,
    message,
    context,
    trace_id,
    error,
    stack,
    service: _service,
    span_id: _spanId,
    correlation_id: _correlationId,
    ...fields
  } = record;
  // The text of a message may come from a client, and must not control the terminal.
  const parts = [
    styleText('gray', timestamp.slice(11, 23)),
    styleText(colours[level], level.toUpperCase().padEnd(5)),
    ...(context === undefined ? [] : [styleText('cyan', `[${printable(context)}]`)]),
    printable(message),
    ...Object.entries(fields)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => styleText('gray', `${printable(key)}=${brief(value)}`)),
    ...(trace_id === undefined ? [] : [styleText('gray', `trace=${trace_id}`)]),
  ];
  const below = stack ?? (error ? `${error.name}: ${error.message}` : undefined);
  return below === undefined ? parts.join(' ') : `${parts.join(' ')}\n${printable(below)}`;
};

const brief = (value: unknown): string =>
  printable(typeof value === 'string' && !/\s/.test(value) ? value : JSON.stringify(value));

// eslint-disable-next-line no-control-regex -- they are what is taken out
const printable = (text: string): string => text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '');
