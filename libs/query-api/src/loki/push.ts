import { goQuote } from '@lantern/go-syntax';
import type { LogEntry, LogLabels, LogStream } from '@lantern/telemetry-model';
import { BadRequest } from '../bad-request.js';
import { readLabelTexts } from './push-label-texts.js';

/** Nanoseconds in 64 bits, not negative. */
const TIMESTAMP = /^\d{1,19}$/;

/**
 * Reads the JSON body of a push:
 * `{"streams":[{"stream":{"service":"a"},"values":[["1700000000000000000","line",{"trace_id":"…"}]]}]}`.
 * As in Loki, a label that is no string counts as the text that it was written with: `2` is `"2"`.
 *
 * @param body what `json` means
 * @throws {BadRequest} when the body is not of this form; nothing of it is kept then
 */
export const parsePush = (body: unknown, json: string): LogStream[] => {
  const list = isObject(body) ? body.streams : undefined;
  if (!Array.isArray(list)) throw new BadRequest('the body must be an object with the array "streams"');
  const streams = list.map((stream: unknown, index) => parseStream(stream, `streams[${index}]`));
  if (streams.every(hasTextLabels)) return streams.map(toLogStream);
  const texts = readLabelTexts(json);
  return streams.map(({ entries }, index) => ({
    labels: texts[index]?.labels ?? {},
    entries: entries.map(({ structuredMetadata: _, ...entry }, at) => ({
      ...entry,
      structuredMetadata: dropEmpty(texts[index]?.metadata[at] ?? {}),
    })),
  }));
};

/** A stream whose labels and structured metadata may have values that are no strings. */
interface PushedStream {
  readonly labels: Readonly<Record<string, unknown>>;
  readonly entries: readonly PushedEntry[];
}

type PushedEntry = Omit<LogEntry, 'structuredMetadata'> & {
  readonly structuredMetadata: Readonly<Record<string, unknown>>;
};

const hasTextLabels = ({ labels, entries }: PushedStream): boolean =>
  isStringMap(labels) && entries.every(({ structuredMetadata }) => isStringMap(structuredMetadata));

const isStringMap = (labels: Readonly<Record<string, unknown>>): labels is LogLabels => {
  for (const name in labels) if (typeof labels[name] !== 'string') return false;
  return true;
};

const toLogStream = ({ labels, entries }: PushedStream): LogStream => ({
  labels: labels as LogLabels,
  entries: entries.map(({ timeUnixNano, line, structuredMetadata }) => ({
    timeUnixNano,
    line,
    structuredMetadata: dropEmpty(structuredMetadata as LogLabels),
  })),
});

/** As Loki writes a stream: `{env="dev", service="a"}`, sorted by name. */
export const formatLabels = (labels: LogLabels): string =>
  `{${Object.keys(labels)
    .sort()
    .map((name) => `${name}=${goQuote(labels[name] ?? '')}`)
    .join(', ')}}`;

const parseStream = (stream: unknown, at: string): PushedStream => {
  if (!isObject(stream)) throw new BadRequest(`${at} must be an object`);
  const labels = labelSet(stream.stream, `${at}.stream`);
  const values = stream.values;
  if (!Array.isArray(values)) throw new BadRequest(`${at}.values must be an array`);
  return {
    labels,
    entries: values.map((value: unknown, entry) => parseEntry(value, `${at}.values[${entry}]`)),
  };
};

/** As in Loki, what follows the structured metadata is ignored. */
const parseEntry = (value: unknown, at: string): PushedEntry => {
  if (!Array.isArray(value) || value.length < 2) {
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
    structuredMetadata: metadata === undefined ? {} : labelSet(metadata, `${at}[2]`),
  };
};

/** Loki drops structured metadata with an empty value: absent and empty read the same. */
export const dropEmpty = (metadata: LogLabels): LogLabels =>
  Object.values(metadata).includes('')
    ? Object.fromEntries(Object.entries(metadata).filter(([, value]) => value !== ''))
    : metadata;

const labelSet = (value: unknown, at: string): Record<string, unknown> => {
  if (!isObject(value)) throw new BadRequest(`${at} must be an object`);
  return value;
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
