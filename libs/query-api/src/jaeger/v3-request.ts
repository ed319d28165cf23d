import { parseGoBool, parseGoDuration, parseGoInt, parseRfc3339Nano } from '@lantern/go-syntax';
import { TRACE_ORDERS, type TimeRange, type TraceId, type TraceOrder } from '@lantern/telemetry-model';
import { BadRequest } from '../bad-request.js';
import { messageOf } from '../message-of.js';
import { parsePageToken, searchFingerprint } from './page-token.js';
import { DEFAULT_SEARCH_LIMIT, MAX_SEARCH_LIMIT, type TraceConditions, type TraceSearch } from './search.js';
import { parseStringMap } from './string-map.js';
import { parseStructuredFilter } from './structured-filter/structured-filter.js';
import { parseJaegerTraceId } from './trace-id.js';

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
  /** Whose values are asked for; empty asks for the keys. */
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

/** `GET /api/v3/operations`. Empty means any. */
export interface V3OperationsRequest {
  readonly service: string;
  readonly spanKind: string;
}

export const parseV3OperationsRequest = (params: URLSearchParams): V3OperationsRequest => ({
  service: params.get('service') ?? '',
  spanKind: find(params, 'spanKind')?.text ?? '',
});
