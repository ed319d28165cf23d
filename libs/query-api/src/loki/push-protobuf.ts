import { goQuote } from '@lantern/go-syntax';
import { LogqlParseError, parseSelector } from '@lantern/logql';
import { MAX_HASHED_LENGTH, type LogEntry, type LogStream } from '@lantern/telemetry-model';
import { BadRequest } from '../bad-request.js';
import { dropEmpty } from './push.js';

const decoder = new TextDecoder();

/** One field of a message: its number, and its value as the wire type gives it. */
type Field = { readonly number: number } & (
  { readonly kind: 'varint'; readonly value: bigint } | { readonly kind: 'bytes'; readonly value: Uint8Array }
);

const malformed = (reason: string) => new BadRequest(`the body is no protobuf of a push: ${reason}`);

/** @see https://protobuf.dev/programming-guides/encoding/ */
function* fieldsOf(bytes: Uint8Array): Generator<Field> {
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[at++];
      if (byte === undefined) throw malformed('it ends in the middle of a number');
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw malformed('a number has more than 64 bits');
  };
  const take = (count: number): Uint8Array => {
    if (count > bytes.length - at) throw malformed(`it ends ${count - (bytes.length - at)} bytes too early`);
    at += count;
    return bytes.subarray(at - count, at);
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    const number = Math.floor(tag / 8);
    switch (tag & 7) {
      case 0:
        yield { number, kind: 'varint', value: varint() };
        break;
      case 1:
        take(8);
        break;
      case 2:
        yield { number, kind: 'bytes', value: take(Number(varint())) };
        break;
      case 5:
        take(4);
        break;
      default:
        throw malformed(`wire type ${tag & 7}`);
    }
  }
}

const textOf = (field: Field): string => (field.kind === 'bytes' ? decoder.decode(field.value) : '');

/**
 * Reads a `PushRequest` in protobuf, decompressed.
 *
 * @throws {BadRequest} when it is none; nothing of it is kept then
 * @see https://github.com/grafana/loki/blob/main/pkg/push/push.proto
 */
export const decodePush = (bytes: Uint8Array): LogStream[] => {
  const streams: LogStream[] = [];
  for (const field of fieldsOf(bytes)) {
    if (field.number === 1 && field.kind === 'bytes') streams.push(decodeStream(field.value));
  }
  return streams;
};

const decodeStream = (bytes: Uint8Array): LogStream => {
  const entries: LogEntry[] = [];
  let labels = '';
  for (const field of fieldsOf(bytes)) {
    if (field.number === 1) labels = textOf(field);
    else if (field.number === 2 && field.kind === 'bytes') entries.push(decodeEntry(field.value));
  }
  return { labels: parseLabels(labels), entries };
};

/** The labels of a stream are text: `{env="dev", service="a"}`. */
const parseLabels = (text: string): Record<string, string> => {
  const refuse = (reason: string) => new BadRequest(`error parsing labels '${text}' with error: ${reason}`);
  let matchers;
  try {
    matchers = parseSelector(text);
  } catch (error) {
    if (error instanceof LogqlParseError) throw refuse(error.message);
    throw error;
  }
  const other = matchers.find(({ operator }) => operator !== '=');
  if (other) throw refuse(`only equality is a label, not ${goQuote(other.name + other.operator)}`);
  return Object.fromEntries(matchers.map(({ name, value }) => [name, value]));
};

const decodeEntry = (bytes: Uint8Array): LogEntry => {
  const metadata: Record<string, string> = {};
  let timeUnixNano = 0n;
  let line = '';
  for (const field of fieldsOf(bytes)) {
    if (field.number === 1 && field.kind === 'bytes') timeUnixNano = decodeTime(field.value);
    else if (field.number === 2) line = textOf(field);
    else if (field.number === 3 && field.kind === 'bytes') {
      const [name, value] = decodePair(field.value);
      metadata[name] = value;
    }
  }
  return { timeUnixNano, line, structuredMetadata: dropEmpty(metadata) };
};

const decodeTime = (bytes: Uint8Array): bigint => {
  let seconds = 0n;
  let nanos = 0n;
  for (const field of fieldsOf(bytes)) {
    if (field.kind !== 'varint') continue;
    if (field.number === 1) seconds = BigInt.asIntN(64, field.value);
    else if (field.number === 2) nanos = BigInt.asIntN(32, field.value);
  }
  const time = seconds * 1_000_000_000n + nanos;
  if (time < 0n || time >= 1n << 63n) throw malformed('a timestamp is out of range');
  return time;
};

/** Longer names would be slow as the name of a property. */
const nameOf = (field: Field): string => {
  const name = textOf(field);
  if (name.length > MAX_HASHED_LENGTH)
    throw malformed(`a name is longer than ${MAX_HASHED_LENGTH} characters`);
  return name;
};

const decodePair = (bytes: Uint8Array): readonly [name: string, value: string] => {
  let name = '';
  let value = '';
  for (const field of fieldsOf(bytes)) {
    if (field.number === 1) name = nameOf(field);
    else if (field.number === 2) value = textOf(field);
  }
  return [name, value];
};
