import { parseGoBool, parseGoDuration, parseGoInt, parseRfc3339Nano } from '@lantern/go-syntax';
import {
  NANOS_PER_MILLI,
  TRACE_ORDERS,
  isSpanId,
  type SpanId,
  type TimeRange,
  type TraceId,
  type TraceOrder,
} from '@lantern/telemetry-model';
import { BadRequest } from '../bad-request.js';
import { messageOf } from '../message-of.js';
import { parsePageToken, searchFingerprint } from './page-token.js';
import { DEFAULT_SEARCH_LIMIT, MAX_SEARCH_LIMIT, type TraceConditions, type TraceSearch } from './search.js';
import { parseStringMap } from './string-map.js';
import { parseStructuredFilter } from './structured-filter/structured-filter.js';
import { parseJaegerTraceId } from './trace-id.js';
import { V3_WAIT_UNTIL, type V3WaitUntil } from './v3-types.js';

/** Every parameter goes by its name in proto3 JSON, and still by its older name with underscores. */
const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

interface Parameter {
  readonly name: string;
  readonly text: string;
}

const find = (params: URLSearchParams, ...names: readonly string[]): Parameter | undefined => {
  for (const name of names.flatMap((camel) => [camel, snakeCase(camel)])) {
    const text = params.get(name) ?? '';
    if (text !== '') return { name, text };
  }
  return undefined;
};

const read = <T>(parameter: Parameter | undefined, parse: (text: string) => T, absent: T): T => {
  if (parameter === undefined) return absent;
  try {
    return parse(parameter.text);
  } catch (error) {
    throw new BadRequest(`malformed parameter ${parameter.name}: ${messageOf(error)}`);
  }
};

/** Lantern's own parameters: a prefix that Jaeger does not use keeps them apart from what it may add. */
const OWN = {
  traceDurationMin: 'lantern.traceDurationMin',
  traceDurationMax: 'lantern.traceDurationMax',
  pageToken: 'lantern.pageToken',
  total: 'lantern.total',
  orderBy: 'lantern.orderBy',
} as const;

/** `GET /api/v3/traces` and `GET /api/v3/trace-summaries`. */
export interface V3SearchRequest extends TraceSearch {
  /** How many traces match is wanted, too. */
  readonly wantsTotal: boolean;
  /** For the token of the next page, see `page-token.ts`. */
  readonly fingerprint: string;
}

/** @throws {BadRequest} in the words of Jaeger */
export const parseV3Search = (params: URLSearchParams): V3SearchRequest => {
  const conditions = readConditions(params);
  const range = readRange(params, 'query.startTimeMin', 'query.startTimeMax');
  const limit = read(
    find(params, 'query.searchDepth', 'query.numTraces'),
    (text) => Number(parseGoInt(text, 64, 'Atoi')),
    DEFAULT_SEARCH_LIMIT,
  );
  const raw = read(find(params, 'query.rawTraces'), parseGoBool, false);
  if (limit < 1 || limit > MAX_SEARCH_LIMIT) {
    throw new BadRequest('search depth must be greater than 0 and less than max traces');
  }
  const orderBy = read(find(params, OWN.orderBy), parseOrder, 'recent');
  const { filter: _, ...comparable } = conditions;
  const fingerprint = searchFingerprint([comparable, range, orderBy, find(params, 'query.filter')?.text]);
  const after = read(find(params, OWN.pageToken), (text) => parsePageToken(text, fingerprint), undefined);
  return {
    ...conditions,
    range,
    limit,
    raw,
    orderBy,
    ...(after && { after }),
    wantsTotal: read(find(params, OWN.total), parseGoBool, false),
    fingerprint,
  };
};

/**
 * `GET /api/v3/lantern/live`: the conditions of a search for what comes from now on.
 *
 * @throws {BadRequest} in the words of Jaeger
 */
export const parseV3LiveRequest = (params: URLSearchParams): TraceConditions => readConditions(params);

const readConditions = (params: URLSearchParams): TraceConditions => {
  const attributes = Object.fromEntries(read(find(params, 'query.attributes'), parseStringMap, []));
  const filter = read(find(params, 'query.filter'), parseStructuredFilter, undefined);
  const minDurationNano = read(find(params, 'query.durationMin'), parseGoDuration, 0n);
  const maxDurationNano = read(find(params, 'query.durationMax'), parseGoDuration, 0n);
  const service = find(params, 'query.serviceName')?.text ?? '';
  const operation = find(params, 'query.operationName')?.text ?? '';
  if (filter !== undefined) {
    const others = [
      service !== '' && 'service_name',
      operation !== '' && 'operation_name',
      minDurationNano !== 0n && 'duration_min',
      maxDurationNano !== 0n && 'duration_max',
      Object.keys(attributes).length > 0 && 'attributes',
    ].filter((name) => name !== false);
    if (others.length > 0) {
      throw new BadRequest(
        `invalid query filter: it cannot be combined with [${others.join(' ')}]; ` +
          'express those predicates in the filter instead',
      );
    }
  }
  const minTraceDurationNano = read(find(params, OWN.traceDurationMin), parseGoDuration, undefined);
  const maxTraceDurationNano = read(find(params, OWN.traceDurationMax), parseGoDuration, undefined);
  return {
    service,
    operation,
    attributes,
    minDurationNano,
    maxDurationNano,
    ...(filter && { filter }),
    ...(minTraceDurationNano === undefined ? undefined : { minTraceDurationNano }),
    ...(maxTraceDurationNano === undefined ? undefined : { maxTraceDurationNano }),
  };
};

const parseOrder = (text: string): TraceOrder => {
  const order = TRACE_ORDERS.find((known) => known === text);
  if (order === undefined) throw new Error(`expected one of ${TRACE_ORDERS.join(', ')}, received: ${text}`);
  return order;
};

const readRange = (params: URLSearchParams, startName: string, endName: string): TimeRange => {
  const start = find(params, startName);
  const end = find(params, endName);
  if (start === undefined || end === undefined)
    throw new BadRequest(`${startName} and ${endName} are required`);
  const startUnixNano = read(start, parseRfc3339Nano, 0n);
  const endUnixNano = read(end, parseRfc3339Nano, 0n);
  if (startUnixNano >= endUnixNano) throw new BadRequest(`${startName} must be before ${endName}`);
  return { startUnixNano, endUnixNano };
};

/** `GET /api/v3/lantern/dependencies`. */
export interface V3DependenciesRequest {
  readonly range: TimeRange;
  /** Only edges that have this service on one side; empty for all. */
  readonly service: string;
}

/** @throws {BadRequest} */
export const parseV3DependenciesRequest = (params: URLSearchParams): V3DependenciesRequest => ({
  range: readRange(params, 'startTime', 'endTime'),
  service: params.get('service') ?? '',
});

/** `GET /api/v3/lantern/attributes`. */
export interface V3AttributesRequest {
  readonly range: TimeRange;
  /** Only of spans of this service; empty for all. */
  readonly service: string;
  /** Key whose values are requested. Empty requests the keys. */
  readonly key: string;
  /** Prefix of the keys, or of the values, in any case. */
  readonly prefix: string;
}

/** @throws {BadRequest} */
export const parseV3AttributesRequest = (params: URLSearchParams): V3AttributesRequest => ({
  range: readRange(params, 'startTime', 'endTime'),
  service: params.get('service') ?? '',
  key: params.get('key') ?? '',
  prefix: params.get('prefix') ?? '',
});

/** `GET /api/v3/lantern/operations`. */
export interface V3OperationStatsRequest {
  readonly range: TimeRange;
  /** Only of this service; empty for all. */
  readonly service: string;
}

/** @throws {BadRequest} */
export const parseV3OperationStatsRequest = (params: URLSearchParams): V3OperationStatsRequest => ({
  range: readRange(params, 'startTime', 'endTime'),
  service: params.get('service') ?? '',
});

/** `GET /api/v3/traces/{trace_id}`. */
export interface V3TraceRequest {
  readonly traceId: TraceId | undefined;
  readonly raw: boolean;
}

/** @throws {BadRequest} */
export const parseV3TraceRequest = (id: string, params: URLSearchParams): V3TraceRequest => {
  const traceId = read({ name: 'trace_id', text: id }, parseJaegerTraceId, undefined);
  // The time hints are checked, and otherwise not needed: a trace is found by its id alone.
  read(find(params, 'startTime'), parseRfc3339Nano, 0n);
  read(find(params, 'endTime'), parseRfc3339Nano, 0n);
  return { traceId, raw: read(find(params, 'rawTraces'), parseGoBool, false) };
};

/** Questions that `GET /api/v3/lantern/traces/{trace_id}/explanation` answers. */
export const V3_EXPLANATIONS = ['describe', 'slow', 'failed'] as const;
export type V3ExplanationQuestion = (typeof V3_EXPLANATIONS)[number];

/** `GET /api/v3/lantern/traces/{trace_id}/explanation`. */
export interface V3ExplanationRequest {
  readonly traceId: TraceId | undefined;
  readonly question: V3ExplanationQuestion;
  /** Maximum length of the text in characters. */
  readonly limit: number;
}

/** @throws {BadRequest} */
export const parseV3ExplanationRequest = (id: string, params: URLSearchParams): V3ExplanationRequest => {
  const { traceId } = parseV3TraceRequest(id, params);
  const text = params.get('question') ?? 'describe';
  const question = V3_EXPLANATIONS.find((known) => known === text);
  if (question === undefined)
    throw new BadRequest(`question must be one of ${V3_EXPLANATIONS.join(', ')}, not "${text}"`);
  const limitText = params.get('limit') ?? '4000';
  const limit = Number(limitText);
  if (!/^\d+$/.test(limitText) || limit < 500 || limit > 100_000) {
    throw new BadRequest(`limit must be a number of characters from 500 to 100000, not "${limitText}"`);
  }
  return { traceId, question, limit };
};

/** Traces that `GET /api/v3/lantern/differences` compares with the rest: failed ones, or the slowest 5 %. */
export const V3_SELECTIONS = ['failed', 'slow'] as const;
export type V3Selection = (typeof V3_SELECTIONS)[number];

/** `GET /api/v3/lantern/differences`: the conditions of a search, and which of the found traces are the selection. */
export interface V3DifferencesRequest {
  readonly search: V3SearchRequest;
  /** Undefined when durations make the selection. */
  readonly select: V3Selection | undefined;
  /** Durations of the selected traces, both inclusive. */
  readonly minDurationNano: bigint;
  readonly maxDurationNano: bigint;
}

/** @throws {BadRequest} */
export const parseV3DifferencesRequest = (params: URLSearchParams): V3DifferencesRequest => {
  const text = find(params, 'lantern.select')?.text;
  const select = V3_SELECTIONS.find((known) => known === text);
  if (text !== undefined && select === undefined) {
    throw new BadRequest(`lantern.select must be one of ${V3_SELECTIONS.join(', ')}, not "${text}"`);
  }
  const minimum = find(params, 'lantern.selectDurationMin');
  const maximum = find(params, 'lantern.selectDurationMax');
  const hasDurations = minimum !== undefined || maximum !== undefined;
  if (hasDurations === (select !== undefined)) {
    throw new BadRequest(
      'a selection is needed: either lantern.select, or lantern.selectDurationMin and lantern.selectDurationMax',
    );
  }
  return {
    search: parseV3Search(params),
    select,
    minDurationNano: read(minimum, parseGoDuration, 0n),
    maxDurationNano: read(maximum, parseGoDuration, MAX_DURATION_NANO),
  };
};

/** What nanoseconds in 64 bits can hold. */
const MAX_DURATION_NANO = 0x7fff_ffff_ffff_ffffn;

/** `GET /api/v3/operations`. Empty means any. */
export interface V3OperationsRequest {
  readonly service: string;
  readonly spanKind: string;
}

export const parseV3OperationsRequest = (params: URLSearchParams): V3OperationsRequest => ({
  service: params.get('service') ?? '',
  spanKind: find(params, 'spanKind')?.text ?? '',
});

/** `GET /api/v3/lantern/traces/{trace_id}/wait`. */
export interface V3WaitRequest {
  readonly traceId: TraceId;
  readonly until: V3WaitUntil;
  readonly timeoutMillis: number;
  /** Time without an arriving span after which the trace counts as settled. */
  readonly settleMillis: number;
  /** Parent outside the trace that its roots name, such as the span ID of a test's headers. */
  readonly parentSpanId: SpanId | undefined;
  /** Number of roots that must end. */
  readonly roots: number;
  /** Services that the caller knows to be instrumented: their names, hosts or `host:port`. */
  readonly instrumented: readonly string[];
  /** With `until=span`: service and name of the span. Empty means any. */
  readonly service: string;
  readonly span: string;
}

const DEFAULT_WAIT_MILLIS = 10_000;
const MAX_WAIT_MILLIS = 60_000;
const DEFAULT_SETTLE_MILLIS = 50;
const MAX_ROOTS = 1_000;
const MAX_INSTRUMENTED = 200;

/** @throws {BadRequest} */
export const parseV3WaitRequest = (id: string, params: URLSearchParams): V3WaitRequest => {
  const traceId = read({ name: 'trace_id', text: id }, parseJaegerTraceId, undefined);
  if (traceId === undefined)
    throw new BadRequest('malformed parameter trace_id: no trace has an ID of zeros');
  const instrumented = params.getAll('instrumented').filter((name) => name !== '');
  if (instrumented.length > MAX_INSTRUMENTED) {
    throw new BadRequest(`too many parameters instrumented: the limit is ${MAX_INSTRUMENTED}`);
  }
  const timeoutMillis = read(find(params, 'timeout'), parseWaitMillis, DEFAULT_WAIT_MILLIS);
  const request = {
    traceId,
    until: read(find(params, 'until'), parseWaitUntil, 'complete' as const),
    timeoutMillis,
    settleMillis: read(
      find(params, 'settle'),
      parseWaitMillis,
      Math.min(DEFAULT_SETTLE_MILLIS, timeoutMillis),
    ),
    parentSpanId: read(find(params, 'parent'), parseSpanId, undefined),
    roots: read(find(params, 'roots'), parseRoots, 1),
    instrumented,
    service: params.get('service') ?? '',
    span: params.get('span') ?? '',
  };
  if (request.until === 'span' && request.service === '' && request.span === '') {
    throw new BadRequest('until=span needs the parameter service or span');
  }
  if (request.settleMillis > request.timeoutMillis) {
    throw new BadRequest('settle must not be longer than timeout');
  }
  return request;
};

const parseWaitUntil = (text: string): V3WaitUntil => {
  const until = V3_WAIT_UNTIL.find((known) => known === text);
  if (until === undefined) throw new Error(`expected one of ${V3_WAIT_UNTIL.join(', ')}, received: ${text}`);
  return until;
};

const parseWaitMillis = (text: string): number => {
  const millis = Number(parseGoDuration(text)) / Number(NANOS_PER_MILLI);
  if (millis < 0 || millis > MAX_WAIT_MILLIS) {
    throw new Error(`expected a duration from 0 to ${MAX_WAIT_MILLIS / 1_000}s, received: ${text}`);
  }
  return millis;
};

const parseSpanId = (text: string): SpanId => {
  const id = text.toLowerCase();
  if (!isSpanId(id)) throw new Error(`expected a span ID of 16 hex digits, received: ${text}`);
  return id;
};

const parseRoots = (text: string): number => {
  const roots = Number(parseGoInt(text, 64, 'Atoi'));
  if (roots < 1 || roots > MAX_ROOTS) {
    throw new Error(`expected a number from 1 to ${MAX_ROOTS}, received: ${text}`);
  }
  return roots;
};
