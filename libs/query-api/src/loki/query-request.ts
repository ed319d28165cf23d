import { formatPrometheusDuration } from '@lantern/go-syntax';
import {
  expressionsIn,
  parseLogql,
  type LogExpr,
  type LogqlExpr,
  type MetricExpr,
  type Steps,
} from '@lantern/logql';
import { NANOS_PER_SECOND, type UnixNano } from '@lantern/telemetry-model';
import { BadRequest } from '../bad-request.js';
import { parseDirection, parseLimit, readParam } from './params.js';
import {
  floorMod,
  parseCheckedRange,
  parseLokiTime,
  parseStep,
  parseStepText,
  type LokiTimeRange,
} from './time-range.js';

/** `query_range`: lines, or numbers at each step. */
export type RangeQueryRequest = LogRangeRequest | MetricRangeRequest;

export interface LogRangeRequest extends LokiTimeRange {
  readonly kind: 'log';
  readonly expression: LogExpr;
  readonly limit: number;
  readonly direction: 'forward' | 'backward';
  /** Minimum distance between two lines of a stream; 0 for all lines. */
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

/** Aligns steps to multiples of the step, so that a query that is repeated a little later has the same steps. */
const alignedSteps = ({ startUnixNano, endUnixNano }: LokiTimeRange, stepNanos: bigint): Steps => {
  const first = startUnixNano - floorMod(startUnixNano, stepNanos);
  const last = endUnixNano + floorMod(-endUnixNano, stepNanos);
  return { startUnixNano: first, stepNanos, count: Number((last - first) / stepNanos) + 1 };
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
  const intervalNanos = readParam(params, 'interval', parseStepText) ?? 0n;
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
  const startUnixNano = readParam(params, 'time', parseLokiTime) ?? now;
  const expression = parseLogql(params.get('query') ?? '');
  if (expression.kind === 'log') {
    throw new BadRequest(
      'log queries are not supported as an instant query type, please change your query to a range query type',
    );
  }
  checkQueryLength(longestWindow(expression));
  return { expression, steps: { startUnixNano, stepNanos: 1n, count: 1 } };
};
