import type { LogEntry, LogLabels, LogStream } from '@lantern/telemetry-model';
import { BadRequest } from '../bad-request.js';
import { goQuote } from '../go/quote.js';

/** Loki's default, in bytes of UTF-8. */
const MAX_LINE_BYTES = 256 * 1024;

const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/** Nanoseconds in 64 bits, not negative. */
const TIMESTAMP = /^\d{1,19}$/;

export interface Push {
  readonly streams: readonly LogStream[];
  /** Why some streams or entries are not among them, one sentence each. The others are kept all the same. */
  readonly refusals: readonly string[];
}

/**
 * Reads the JSON body of a push:
 * `{"streams":[{"stream":{"service":"a"},"values":[["1700000000000000000","line",{"trace_id":"…"}]]}]}`.
 *
 * @throws {BadRequest} when the body is not of this form; nothing of it is kept then
 */
export const parsePush = (body: unknown): Push => {
  const streams: LogStream[] = [];
  const refusals: string[] = [];
  const list = isObject(body) ? body.streams : undefined;
  if (!Array.isArray(list)) throw new BadRequest('the body must be an object with the array "streams"');
  for (const [index, stream] of list.entries()) {
    const at = `streams[${index}]`;
    if (!isObject(stream)) throw new BadRequest(`${at} must be an object`);
    const labels = stringMap(stream.stream, `${at}.stream`);
    const values = stream.values;
    if (!Array.isArray(values)) throw new BadRequest(`${at}.values must be an array`);
    const entries = values.map((value: unknown, entry) => parseEntry(value, `${at}.values[${entry}]`));
    const wrongName = Object.keys(labels).find((name) => !LABEL_NAME.test(name));
    if (wrongName !== undefined) {
      refusals.push(
        `error parsing labels '${formatLabels(labels)}': ${goQuote(wrongName)} is not a valid label name`,
      );
      continue;
    }
    const kept = entries.filter((entry) => {
      const bytes = byteLength(entry.line);
      if (bytes <= MAX_LINE_BYTES) return true;
      refusals.push(
        `max entry size '${MAX_LINE_BYTES}' bytes exceeded for stream '${formatLabels(labels)}' ` +
          `while adding an entry with length '${bytes}' bytes`,
      );
      return false;
    });
    if (kept.length > 0) streams.push({ labels, entries: kept });
  }
  return { streams, refusals };
};

/** As Loki writes a stream: `{env="dev", service="a"}`, sorted by name. */
export const formatLabels = (labels: LogLabels): string =>
  `{${Object.keys(labels)
    .sort()
    .map((name) => `${name}=${goQuote(labels[name] ?? '')}`)
    .join(', ')}}`;

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
const dropEmpty = (metadata: Record<string, string>): Record<string, string> =>
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

/** Cheap for most lines: no line of so few characters can be too long. */
const byteLength = (line: string): number =>
  line.length * 3 <= MAX_LINE_BYTES ? line.length : new TextEncoder().encode(line).length;
