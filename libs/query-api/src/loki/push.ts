import type { LogEntry, LogLabels, LogStream } from '@lantern/telemetry-model';
import { BadRequest } from '../bad-request.js';
import { goQuote } from '../go/quote.js';

/** Nanoseconds in 64 bits, not negative. */
const TIMESTAMP = /^\d{1,19}$/;

/**
 * Reads the JSON body of a push:
 * `{"streams":[{"stream":{"service":"a"},"values":[["1700000000000000000","line",{"trace_id":"…"}]]}]}`.
 *
 * @throws {BadRequest} when the body is not of this form; nothing of it is kept then
 */
export const parsePush = (body: unknown): LogStream[] => {
  const list = isObject(body) ? body.streams : undefined;
  if (!Array.isArray(list)) throw new BadRequest('the body must be an object with the array "streams"');
  return list.map((stream: unknown, index) => parseStream(stream, `streams[${index}]`));
};

/** As Loki writes a stream: `{env="dev", service="a"}`, sorted by name. */
export const formatLabels = (labels: LogLabels): string =>
  `{${Object.keys(labels)
    .sort()
    .map((name) => `${name}=${goQuote(labels[name] ?? '')}`)
    .join(', ')}}`;

const parseStream = (stream: unknown, at: string): LogStream => {
  if (!isObject(stream)) throw new BadRequest(`${at} must be an object`);
  const labels = stringMap(stream.stream, `${at}.stream`);
  const values = stream.values;
  if (!Array.isArray(values)) throw new BadRequest(`${at}.values must be an array`);
  return {
    labels,
    entries: values.map((value: unknown, entry) => parseEntry(value, `${at}.values[${entry}]`)),
  };
};

const parseEntry = (value: unknown, at: string): LogEntry => {
  if (!Array.isArray(value) || value.length < 2 || value.length > 3) {
    throw new BadRequest(`${at} must be an array of timestamp, line and, if any, structured metadata`);
  }
  const [time, line, metadata] = value as unknown[];
  if (typeof time !== 'string' || !TIMESTAMP.test(time)) {
    throw new BadRequest(`${at}: the timestamp must be a string of Unix nanoseconds`);
  }
  if (typeof line !== 'string') throw new BadRequest(`${at}: the line must be a string`);
  return {
    timeUnixNano: BigInt(time),
    line,
    structuredMetadata: metadata === undefined ? {} : dropEmpty(stringMap(metadata, `${at}[2]`)),
  };
};

/** Loki drops structured metadata with an empty value: absent and empty read the same. */
export const dropEmpty = (metadata: Record<string, string>): Record<string, string> =>
  Object.values(metadata).includes('')
    ? Object.fromEntries(Object.entries(metadata).filter(([, value]) => value !== ''))
    : metadata;

const stringMap = (value: unknown, at: string): Record<string, string> => {
  if (!isObject(value)) throw new BadRequest(`${at} must be an object of strings`);
  for (const [key, entry] of Object.entries(value)) {
    if (typeof entry !== 'string') {
      throw new BadRequest(`${at}: the value of ${goQuote(key)} must be a string`);
    }
  }
  return value as Record<string, string>;
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
