import { NANOS_PER_SECOND, type UnixNano } from '@lantern/telemetry-model';
import { BadRequest } from '../bad-request.js';
import { parseGoDuration } from '../go/duration.js';
import { goQuote } from '../go/quote.js';
import { parseGoInt } from '../go/number.js';
import { parseRfc3339Nano } from '../go/rfc3339.js';
import { messageOf } from '../message-of.js';
import { parseLogql, parseSelector } from '../logql/parser.js';
import type { LogqlExpr, Matcher } from '../logql/ast.js';

const DEFAULT_SINCE = 3_600n * NANOS_PER_SECOND;
const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 5_000;
const MAX_RANGE_POINTS = 11_000n;

/** The default time range of `series`, `labels` and label values. */
const DEFAULT_LABELS_SINCE = 6n * DEFAULT_SINCE;

export interface LokiTimeRange {
  readonly startUnixNano: UnixNano;
  readonly endUnixNano: UnixNano;
}

export interface LogRangeRequest extends LokiTimeRange {
  readonly query: string;
  readonly expression: LogqlExpr;
  readonly limit: number;
  readonly direction: 'forward' | 'backward';
}

/** Reads one parameter; absent or empty gives undefined. */
const read = <T>(params: URLSearchParams, name: string, parse: (text: string) => T): T | undefined => {
  const text = params.get(name) ?? '';
  if (text === '') return undefined;
  try {
    return parse(text);
  } catch (error) {
    throw new BadRequest(`could not parse '${name}' parameter: ${messageOf(error)}`);
  }
};

/**
 * Reads a time in any of Loki's forms: with a decimal point, or of up to ten digits, seconds; a longer
 * integer, nanoseconds; otherwise RFC 3339.
 *
 * @throws {GoSyntaxError}
 */
export const parseLokiTime = (text: string): UnixNano => {
  const [, sign, seconds = '', fraction] = /^([-+]?)(\d+)(?:\.(\d*))?$/.exec(text) ?? [];
  if (sign !== undefined && (fraction !== undefined || text.length <= 10)) {
    // Loki keeps no more than milliseconds of a fraction.
    const millis = Math.round(Number(`0.${fraction ?? ''}0`) * 1_000);
    const nanos = BigInt(seconds) * NANOS_PER_SECOND + BigInt(millis) * 1_000_000n;
    return sign === '-' ? -nanos : nanos;
  }
  try {
    return parseGoInt(text);
  } catch (error) {
    try {
      return parseRfc3339Nano(text);
    } catch {
      throw error;
    }
  }
};

/** `start`, `end` and `since`: the start is `since` before the end, or before now if that is earlier. */
const parseRange = (params: URLSearchParams, now: UnixNano, defaultSince: bigint): LokiTimeRange => {
  const since = read(params, 'since', parseDuration) ?? defaultSince;
  const endUnixNano = read(params, 'end', parseLokiTime) ?? now;
  const latestStart = endUnixNano < now ? endUnixNano : now;
  const startUnixNano = read(params, 'start', parseLokiTime) ?? latestStart - since;
  return { startUnixNano, endUnixNano };
};

/** Prometheus' durations: Go's, and days, weeks, years in whole numbers. */
const parseDuration = (text: string): bigint => {
  const [, count = '', unit] = /^(\d{1,9})([dwy])$/.exec(text) ?? [];
  if (unit === undefined) return parseGoDuration(text);
  const days = { d: 1n, w: 7n, y: 365n }[unit as 'd' | 'w' | 'y'];
  return BigInt(count) * days * 86_400n * NANOS_PER_SECOND;
};

const parseStep = (text: string): bigint => {
  if (/^[-+]?\d+(?:\.\d+)?$/.test(text)) return BigInt(Math.round(Number(text) * 1e9));
  try {
    return parseDuration(text);
  } catch {
    throw new BadRequest(`cannot parse ${goQuote(text)} to a valid duration`);
  }
};

/** Grafana sends a step with every query, also where nothing is stepped over: it has to be valid all the same. */
const checkStep = (params: URLSearchParams, { startUnixNano, endUnixNano }: LokiTimeRange): void => {
  const text = params.get('step') ?? '';
  if (text === '') return;
  const step = parseStep(text);
  if (step <= 0n) {
    throw new BadRequest(
      'zero or negative query resolution step widths are not accepted. Try a positive integer',
    );
  }
  if ((endUnixNano - startUnixNano) / step > MAX_RANGE_POINTS) {
    throw new BadRequest(
      'exceeded maximum resolution of 11,000 points per time series. Try increasing the value of the step parameter',
    );
  }
};

const parseLimit = (text: string): number => {
  if (text === '') return DEFAULT_LIMIT;
  let limit: bigint;
  try {
    limit = parseGoInt(text, 64, 'Atoi');
  } catch (error) {
    throw new BadRequest(messageOf(error));
  }
  if (limit <= 0n) throw new BadRequest('limit must be a positive value');
  if (limit > MAX_LIMIT) {
    throw new BadRequest(
      `max entries limit per query exceeded, limit > max_entries_limit_per_query (${limit} > ${MAX_LIMIT})`,
    );
  }
  return Number(limit);
};

const parseDirection = (text: string): 'forward' | 'backward' => {
  const direction = (text || 'backward').toLowerCase();
  if (direction === 'forward' || direction === 'backward') return direction;
  throw new BadRequest(`invalid direction '${text}'`);
};

/**
 * `query_range`.
 *
 * @throws {BadRequest | LogqlParseError} in the words of Loki
 */
export const parseLogRangeRequest = (params: URLSearchParams, now: UnixNano): LogRangeRequest => {
  const limit = parseLimit(params.get('limit') ?? '');
  const direction = parseDirection(params.get('direction') ?? '');
  const range = parseRange(params, now, DEFAULT_SINCE);
  if (range.endUnixNano <= range.startUnixNano) {
    throw new BadRequest('end timestamp must not be before or equal to start time');
  }
  checkStep(params, range);
  const query = params.get('query') ?? '';
  return { query, expression: parseLogql(query), limit, direction, ...range };
};

export interface LabelsRequest extends LokiTimeRange {
  /** Only streams that match all of them; empty for every stream. */
  readonly matchers: readonly Matcher[];
}

/**
 * `labels` and `label/<name>/values`.
 *
 * @throws {BadRequest | LogqlParseError}
 */
export const parseLabelsRequest = (params: URLSearchParams, now: UnixNano): LabelsRequest => {
  const query = params.get('query') ?? '';
  return {
    ...parseRange(params, now, DEFAULT_LABELS_SINCE),
    matchers: query === '' ? [] : parseSelector(query),
  };
};

export interface SeriesRequest extends LokiTimeRange {
  /** A series is listed when it matches all matchers of any group. */
  readonly groups: readonly (readonly Matcher[])[];
}

/**
 * `series`.
 *
 * @throws {BadRequest | LogqlParseError}
 */
export const parseSeriesRequest = (params: URLSearchParams, now: UnixNano): SeriesRequest => {
  const selectors = [...params.getAll('match'), ...params.getAll('match[]')];
  if (selectors.length === 0) throw new BadRequest('0 matcher groups supplied');
  return { ...parseRange(params, now, DEFAULT_LABELS_SINCE), groups: selectors.map(parseSelector) };
};
