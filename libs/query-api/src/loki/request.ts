import {
  formatPrometheusDuration,
  goQuote,
  parseGoFloat,
  parseGoInt,
  parsePrometheusDuration,
  parseRfc3339Nano,
} from '@lantern/go-syntax';
import {
  expressionsIn,
  parseLogql,
  parseSelector,
  type LogExpr,
  type LogqlExpr,
  type Matcher,
  type MetricExpr,
  type Steps,
} from '@lantern/logql';
import { NANOS_PER_SECOND, type UnixNano } from '@lantern/telemetry-model';
import { BadRequest } from '../bad-request.js';
import { messageOf } from '../message-of.js';
import { TIME_RANGE, checkListLength, within } from '../number-range.js';

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

/** `query_range`: lines, or numbers at each step. */
export type RangeQueryRequest = LogRangeRequest | MetricRangeRequest;

export interface LogRangeRequest extends LokiTimeRange {
  readonly kind: 'log';
  readonly expression: LogExpr;
  readonly limit: number;
  readonly direction: 'forward' | 'backward';
  /** Of a stream, only lines at least this far from the one before; 0 for all. */
  readonly intervalNanos: bigint;
}

export interface MetricRangeRequest {
  readonly kind: 'metric';
  readonly expression: MetricExpr;
  readonly steps: Steps;
}

/** `query`: numbers at one moment. */
export interface InstantQueryRequest {
  readonly expression: MetricExpr;
  readonly steps: Steps;
}

/** Limit on the selectors of one request: each of them looks at every stream. */
const MAX_SELECTORS = 100;
const MAX_TARGET_LABELS = 100;

const checkLength = (name: string, list: readonly string[], max: number): readonly string[] => {
  try {
    checkListLength(list.length, max);
  } catch (error) {
    throw new BadRequest(`could not parse '${name}' parameter: ${messageOf(error)}`);
  }
  return list;
};

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
export const parseLokiTime = (text: string): UnixNano => lokiTime(text);

const parseAnyLokiTime = (text: string): UnixNano => {
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

const lokiTime = within(TIME_RANGE, parseAnyLokiTime);

/** `start`, `end` and `since`: the start is `since` before the end, or before now if that is earlier. */
const parseRange = (params: URLSearchParams, now: UnixNano, defaultSince: bigint): LokiTimeRange => {
  const since = read(params, 'since', parsePrometheusDuration) ?? defaultSince;
  const endUnixNano = read(params, 'end', parseLokiTime) ?? now;
  const latestStart = endUnixNano < now ? endUnixNano : now;
  const startUnixNano = read(params, 'start', parseLokiTime) ?? latestStart - since;
  return { startUnixNano, endUnixNano };
};

const parseStepText = (text: string): bigint => {
  const seconds = secondsOf(text);
  if (seconds !== undefined) {
    const nanos = Math.round(seconds * 1e9);
    if (Math.abs(nanos) < 2 ** 63) return BigInt(nanos);
    throw new BadRequest(`cannot parse ${goQuote(text)} to a valid duration. It overflows int64`);
  }
  try {
    return parsePrometheusDuration(text);
  } catch {
    throw new BadRequest(`cannot parse ${goQuote(text)} to a valid duration`);
  }
};

/** Undefined for a text that is no number. */
const secondsOf = (text: string): number | undefined => {
  try {
    const seconds = parseGoFloat(text);
    return Number.isNaN(seconds) ? undefined : seconds;
  } catch {
    return undefined;
  }
};

/** Grafana sends a step with every query, also where nothing is stepped over: it has to be valid all the same. */
const parseStep = (params: URLSearchParams, { startUnixNano, endUnixNano }: LokiTimeRange): bigint => {
  const rangeSeconds = (endUnixNano - startUnixNano) / NANOS_PER_SECOND;
  const defaultSeconds = rangeSeconds / 250n > 1n ? rangeSeconds / 250n : 1n;
  const text = params.get('step') ?? '';
  const step = text === '' ? defaultSeconds * NANOS_PER_SECOND : parseStepText(text);
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
  return step;
};

/** Loki's default for `max_query_length`. Lines may be read over any range: their number is limited. */
const MAX_METRIC_RANGE = 721n * 3_600n * NANOS_PER_SECOND;

const checkQueryLength = (nanos: bigint): void => {
  if (nanos <= MAX_METRIC_RANGE) return;
  throw new BadRequest(
    `the query time range exceeds the limit (query length: ${formatPrometheusDuration(nanos)}, ` +
      `limit: ${formatPrometheusDuration(MAX_METRIC_RANGE)})`,
  );
};

/** Returns the longest window of a query. The query reads that far back before its first step. */
export const longestWindow = (query: LogqlExpr): bigint => {
  let longest = 0n;
  for (const expression of expressionsIn(query))
    if (expression.kind === 'range-aggregation' && expression.intervalNanos > longest)
      longest = expression.intervalNanos;
  return longest;
};

/** Steps stand at multiples of the step, so that a query that is asked again a little later finds the same ones. */
const alignedSteps = ({ startUnixNano, endUnixNano }: LokiTimeRange, stepNanos: bigint): Steps => {
  const first = startUnixNano - floorMod(startUnixNano, stepNanos);
  const last = endUnixNano + floorMod(-endUnixNano, stepNanos);
  return { startUnixNano: first, stepNanos, count: Number((last - first) / stepNanos) + 1 };
};

const floorMod = (value: bigint, modulus: bigint): bigint => ((value % modulus) + modulus) % modulus;

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

const parseCheckedRange = (params: URLSearchParams, now: UnixNano): LokiTimeRange => {
  const range = parseRange(params, now, DEFAULT_SINCE);
  if (range.endUnixNano <= range.startUnixNano) {
    throw new BadRequest('end timestamp must not be before or equal to start time');
  }
  return range;
};

/**
 * `query_range`.
 *
 * @throws {BadRequest | LogqlParseError} in the words of Loki
 */
export const parseRangeQuery = (params: URLSearchParams, now: UnixNano): RangeQueryRequest => {
  const limit = parseLimit(params.get('limit') ?? '');
  const direction = parseDirection(params.get('direction') ?? '');
  const range = parseCheckedRange(params, now);
  const step = parseStep(params, range);
  const intervalNanos = read(params, 'interval', parseStepText) ?? 0n;
  if (intervalNanos < 0n) throw new BadRequest('interval must be >= 0');
  const expression = parseLogql(params.get('query') ?? '');
  if (expression.kind === 'log')
    return { kind: 'log', expression, limit, direction, intervalNanos, ...range };
  const steps = alignedSteps(range, step);
  checkQueryLength(range.endUnixNano - range.startUnixNano + longestWindow(expression));
  return { kind: 'metric', expression, steps };
};

/**
 * `query`.
 *
 * @throws {BadRequest | LogqlParseError}
 */
export const parseInstantQuery = (params: URLSearchParams, now: UnixNano): InstantQueryRequest => {
  parseLimit(params.get('limit') ?? '');
  parseDirection(params.get('direction') ?? '');
  const startUnixNano = read(params, 'time', parseLokiTime) ?? now;
  const expression = parseLogql(params.get('query') ?? '');
  if (expression.kind === 'log') {
    throw new BadRequest(
      'log queries are not supported as an instant query type, please change your query to a range query type',
    );
  }
  checkQueryLength(longestWindow(expression));
  return { expression, steps: { startUnixNano, stepNanos: 1n, count: 1 } };
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
  checkLength('match[]', selectors, MAX_SELECTORS);
  if (selectors.length === 0) throw new BadRequest('0 matcher groups supplied');
  return { ...parseRange(params, now, DEFAULT_LABELS_SINCE), groups: selectors.map(parseSelector) };
};

/** A query for lines that an endpoint looks into, for example to tell what fields they have. */
export interface LinesRequest extends LokiTimeRange {
  readonly expression: LogExpr;
}

/** The pipeline may be anything; a metric query is not asked for lines. */
const parseLogExpression = (text: string): LogExpr => {
  const expression = parseLogql(text);
  if (expression.kind === 'log') return expression;
  throw new BadRequest('only log selector is supported');
};

const parsePositive = (params: URLSearchParams, name: string, fallback: number): number => {
  const value = read(params, name, (text) => Number(parseGoInt(text, 32, 'Atoi'))) ?? fallback;
  if (value <= 0) throw new BadRequest('limit must be a positive value');
  return value;
};

/**
 * `index/stats`: how much a selector selects.
 *
 * @throws {BadRequest | LogqlParseError}
 */
export const parseStatsRequest = (params: URLSearchParams, now: UnixNano): LinesRequest => {
  const range = parseCheckedRange(params, now);
  return { ...range, expression: parseOnlySelector(params.get('query') ?? '') };
};

/** `{}` selects every stream here. */
const parseOnlySelector = (query: string): LogExpr => {
  const matchers = query === '' ? [] : parseSelector(query);
  return { kind: 'log', matchers, stages: [] };
};

export interface VolumeRequest extends LinesRequest {
  readonly limit: number;
  /** The labels that the volume is told apart by; empty: those that the selector names. */
  readonly targetLabels: readonly string[];
  readonly aggregateBy: 'series' | 'labels';
  /** Undefined: all in one. */
  readonly steps: Steps | undefined;
}

/**
 * `index/volume` and, with `stepped`, `index/volume_range`.
 *
 * @throws {BadRequest | LogqlParseError}
 */
export const parseVolumeRequest = (
  params: URLSearchParams,
  now: UnixNano,
  stepped: boolean,
): VolumeRequest => {
  const range = parseCheckedRange(params, now);
  const aggregateBy = read(params, 'aggregateBy', String) ?? 'series';
  if (aggregateBy !== 'series' && aggregateBy !== 'labels')
    throw new BadRequest('invalid aggregation option');
  const targetLabels = checkLength(
    'targetLabels',
    (params.get('targetLabels') ?? '').split(',').filter((name) => name !== ''),
    MAX_TARGET_LABELS,
  );
  const stepNanos = stepped ? parseStep(params, range) : 0n;
  return {
    ...range,
    expression: parseOnlySelector(params.get('query') ?? ''),
    limit: parsePositive(params, 'limit', 100),
    targetLabels,
    aggregateBy,
    steps: stepped ? volumeSteps(range, stepNanos) : undefined,
  };
};

/** Returns periods that begin at multiples of the step, as in Loki. The range cuts the first and the last one. */
const volumeSteps = ({ startUnixNano, endUnixNano }: LokiTimeRange, stepNanos: bigint): Steps => {
  const first = startUnixNano - floorMod(startUnixNano, stepNanos);
  return { startUnixNano: first, stepNanos, count: Number((endUnixNano - first - 1n) / stepNanos) + 1 };
};

export interface DetectedFieldsRequest extends LinesRequest {
  /** How many lines are looked at. */
  readonly lineLimit: number;
  /** How many fields, or values, are told. */
  readonly limit: number;
}

/**
 * `detected_fields` and `detected_field/<name>/values`.
 *
 * @throws {BadRequest | LogqlParseError}
 */
export const parseDetectedFieldsRequest = (
  params: URLSearchParams,
  now: UnixNano,
): DetectedFieldsRequest => ({
  ...parseCheckedRange(params, now),
  expression: parseLogExpression(params.get('query') ?? ''),
  lineLimit: Math.min(parsePositive(params, 'line_limit', 100), MAX_LIMIT),
  limit: Math.min(parsePositive(params, 'limit', 1_000), MAX_LIMIT),
});

/**
 * `detected_labels`: no query means every stream.
 *
 * @throws {BadRequest | LogqlParseError}
 */
export const parseDetectedLabelsRequest = (params: URLSearchParams, now: UnixNano): LinesRequest => ({
  ...parseCheckedRange(params, now),
  expression: parseOnlySelector(params.get('query') ?? ''),
});

export interface PatternsRequest extends LinesRequest {
  readonly stepNanos: bigint;
}

/**
 * `patterns`.
 *
 * @throws {BadRequest | LogqlParseError}
 */
export const parsePatternsRequest = (params: URLSearchParams, now: UnixNano): PatternsRequest => {
  const range = parseCheckedRange(params, now);
  const stepNanos = parseStep(params, range);
  return { ...range, expression: parseLogExpression(params.get('query') ?? ''), stepNanos };
};

export interface TailRequest {
  readonly expression: LogExpr;
  readonly startUnixNano: UnixNano;
  readonly limit: number;
  /** How long lines are held back, so that late ones still find their place. */
  readonly delaySeconds: number;
}

const MAX_TAIL_DELAY = 5;

/**
 * `tail`.
 *
 * @throws {BadRequest | LogqlParseError}
 */
export const parseTailRequest = (params: URLSearchParams, now: UnixNano): TailRequest => {
  const delaySeconds = Number(read(params, 'delay_for', (text) => parseGoInt(text, 64, 'Atoi')) ?? 0n);
  if (delaySeconds > MAX_TAIL_DELAY)
    throw new BadRequest(`delay_for can't be greater than ${MAX_TAIL_DELAY}`);
  return {
    expression: parseLogExpression(params.get('query') ?? ''),
    startUnixNano: read(params, 'start', parseLokiTime) ?? now - DEFAULT_SINCE,
    limit: parseLimit(params.get('limit') ?? ''),
    delaySeconds: Math.max(0, delaySeconds),
  };
};
