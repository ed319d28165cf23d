import type { LokiStream, LokiStreams } from '@lantern/query-api/wire';
import { NANOS_PER_MILLI, type UnixNano } from '@lantern/telemetry-model';
import { levelOf, type LogLevel } from './log-level.js';
import { textHash } from './trace/text-hash.js';

/** Parsed log line. */
export interface LogLine {
  /** Key, unique in a list and stable across responses, so that an expanded row stays with its line. */
  readonly key: string;
  /** Timestamp in Loki. Some senders truncate it to milliseconds. */
  readonly timeUnixNano: UnixNano;
  /** Time of writing: the time that the line contains, if it only refines the timestamp. */
  readonly writtenUnixNano: UnixNano;
  readonly service: string;
  readonly level: LogLevel;
  readonly message: string;
  readonly traceId: string | undefined;
  readonly spanId: string | undefined;
  /** Labels, structured metadata and the fields of a JSON line, each key once. */
  readonly fields: readonly (readonly [key: string, value: string])[];
  /** Labels of the stream. They include structured metadata if the response does not separate it. */
  readonly labels: Readonly<Record<string, string>>;
  /** Keys that a query can filter by without a parser. */
  readonly metadataKeys: ReadonlySet<string>;
  /** Line as received. */
  readonly line: string;
}

/**
 * Returns the lines of a `query_range` response, oldest first; lines of one time in order of arrival.
 *
 * @param direction of the query: a backward stream has its newest line first
 */
export const logLinesOf = (answer: unknown, direction: 'forward' | 'backward' = 'forward'): LogLine[] => {
  const { data } = answer as { data?: Partial<LokiStreams> };
  return withDistinctKeys(
    (data?.result ?? [])
      .flatMap((stream) => (direction === 'forward' ? linesOf(stream) : linesOf(stream).reverse()))
      .sort(
        (a, b) =>
          ascending(a.timeUnixNano, b.timeUnixNano) || ascending(a.writtenUnixNano, b.writtenUnixNano),
      ),
  );
};

/** Appends numbers to equal keys. */
export const withDistinctKeys = (lines: readonly LogLine[]): LogLine[] => {
  const taken = new Set<string>();
  return lines.map((line) => {
    let { key } = line;
    for (let copy = 1; taken.has(key); copy++) key = `${line.key}-${copy}`;
    taken.add(key);
    return key === line.key ? line : { ...line, key };
  });
};

const ascending = (a: UnixNano, b: UnixNano): number => (a < b ? -1 : a > b ? 1 : 0);

const linesOf = ({ stream, values }: LokiStream): LogLine[] =>
  values.map(([time, line, categories]) => {
    // The first source of a key wins, as in Loki: stream labels, then metadata, then the fields of the line.
    const own = fieldsOf(line);
    const known = new Map<string, string>(Object.entries(own));
    const outer = { ...categories?.parsed, ...categories?.structuredMetadata, ...stream };
    for (const [key, value] of Object.entries(outer)) known.set(key, value);

    const take = (...keys: readonly string[]): string | undefined => {
      const key = keys.find((candidate) => (known.get(candidate) ?? '') !== '');
      return key === undefined ? undefined : known.get(key);
    };
    const message = take('message', 'msg', 'body');
    const fields = fieldsInOrder(known);
    return {
      key: `${time}-${textHash(`${JSON.stringify(fields)} ${line}`)}`,
      timeUnixNano: BigInt(time),
      writtenUnixNano: finest(BigInt(time), own.timestamp ?? own.time ?? own.ts),
      service: take('service', 'service_name') ?? '',
      level: levelOf(take('level', 'severity', 'detected_level', 'severity_text')),
      message: message ?? line,
      traceId: take('trace_id', 'traceId', 'traceID'),
      spanId: take('span_id', 'spanId'),
      fields,
      labels: stream,
      metadataKeys: new Set(Object.keys({ ...categories?.parsed, ...categories?.structuredMetadata })),
      line,
    };
  });

const ISO_8601 = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.(\d{1,9})(Z|[+-]\d\d:\d\d)$/;

/** Returns the timestamp, or the time in the line if it differs below a millisecond only. */
const finest = (time: UnixNano, own: string | undefined): UnixNano => {
  if (own === undefined || time % NANOS_PER_MILLI !== 0n) return time;
  const [, second, fraction = '', zone] = ISO_8601.exec(own) ?? [];
  const millis = Date.parse(`${second}${zone}`);
  if (Number.isNaN(millis)) return time;
  const given = BigInt(millis) * NANOS_PER_MILLI + BigInt(fraction.padEnd(9, '0'));
  return time <= given && given < time + NANOS_PER_MILLI ? given : time;
};

/** Fields that the list shows in columns of their own. */
const SHOWN_ELSEWHERE = new Set(['message', 'msg', 'body', 'detected_level', 'timestamp', 'time', 'ts']);

/** Fields that are similar on every line of a trace. They follow the specific ones. */
const COMMON = [
  'level',
  'service',
  'service_name',
  'context',
  'trace_id',
  'span_id',
  'trace_flags',
  'correlation_id',
];

const fieldsInOrder = (known: ReadonlyMap<string, string>): (readonly [string, string])[] => {
  const fields = [...known].filter(([key, value]) => value !== '' && !SHOWN_ELSEWHERE.has(key));
  const isCommon = ([key]: readonly [string, string]) => COMMON.includes(key);
  return [...fields.filter((field) => !isCommon(field)), ...fields.filter(isCommon)];
};

/** Returns the members of a JSON line; values other than strings as JSON. Empty for any other line. */
const fieldsOf = (line: string): Record<string, string> => {
  if (!line.startsWith('{')) return {};
  try {
    const members = Object.entries(JSON.parse(line) as Record<string, unknown>);
    return Object.fromEntries(
      members.map(([key, value]) => [
        key,
        typeof value === 'string' ? value : JSON.stringify(value, null, 2),
      ]),
    );
  } catch {
    return {};
  }
};
