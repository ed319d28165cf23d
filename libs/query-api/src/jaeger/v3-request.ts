import type { TraceId } from '@lantern/telemetry-model';
import { BadRequest } from '../bad-request.js';
import { parseGoDuration } from '../go/duration.js';
import { parseGoBool, parseGoInt } from '../go/number.js';
import { parseRfc3339Nano } from '../go/rfc3339.js';
import { messageOf } from '../message-of.js';
import { DEFAULT_SEARCH_LIMIT, MAX_SEARCH_LIMIT, type TraceSearch } from './search.js';
import { parseStringMap } from './string-map.js';
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

/**
 * `GET /api/v3/traces` and `GET /api/v3/trace-summaries`.
 *
 * @throws {BadRequest} in the words of Jaeger
 */
export const parseV3Search = (params: URLSearchParams): TraceSearch => {
  const attributes = read(find(params, 'query.attributes'), parseStringMap, []);
  const start = find(params, 'query.startTimeMin');
  const end = find(params, 'query.startTimeMax');
  if (start === undefined || end === undefined) {
    throw new BadRequest('query.startTimeMin and query.startTimeMax are required');
  }
  const startUnixNano = read(start, parseRfc3339Nano, 0n);
  const endUnixNano = read(end, parseRfc3339Nano, 0n);
  if (startUnixNano >= endUnixNano) {
    throw new BadRequest('query.startTimeMin must be before query.startTimeMax');
  }
  const limit = read(
    find(params, 'query.searchDepth', 'query.numTraces'),
    (text) => Number(parseGoInt(text, 64, 'Atoi')),
    DEFAULT_SEARCH_LIMIT,
  );
  const minDurationNano = read(find(params, 'query.durationMin'), parseGoDuration, 0n);
  const maxDurationNano = read(find(params, 'query.durationMax'), parseGoDuration, 0n);
  const raw = read(find(params, 'query.rawTraces'), parseGoBool, false);
  if (find(params, 'query.filter') !== undefined) {
    // A predicate that is ignored would answer with every trace in the range, so it is refused.
    throw new BadRequest(
      'the structured query filter is disabled: enable the "jaeger.query.structuredFilters" feature gate to use it',
    );
  }
  if (limit < 1 || limit > MAX_SEARCH_LIMIT) {
    throw new BadRequest('search depth must be greater than 0 and less than max traces');
  }
  return {
    service: find(params, 'query.serviceName')?.text ?? '',
    operation: find(params, 'query.operationName')?.text ?? '',
    attributes: Object.fromEntries(attributes),
    minDurationNano,
    maxDurationNano,
    range: { startUnixNano, endUnixNano },
    limit,
    raw,
  };
};

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
