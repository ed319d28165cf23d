import { parseGoBool, parseGoDuration, parseGoInt } from '@lantern/go-syntax';
import { NANOS_PER_SECOND, type TimeRange, type TraceId, type UnixNano } from '@lantern/telemetry-model';
import { BadRequest } from '../bad-request.js';
import { messageOf } from '../message-of.js';
import { microTime, milliDuration, milliTime, read, readAll } from './legacy-params.js';
import { DEFAULT_SEARCH_LIMIT, MAX_SEARCH_LIMIT, type TraceSearch } from './search.js';
import { parseStringMap } from './string-map.js';
import { parseJaegerHexId, parseJaegerTraceId } from './trace-id.js';

const NANOS_PER_HOUR = 3_600n * NANOS_PER_SECOND;
const DEFAULT_SEARCH_LOOKBACK = 48n * NANOS_PER_HOUR;
const DEFAULT_DEPENDENCY_LOOKBACK = 24n * NANOS_PER_HOUR;

const parseTags = (params: URLSearchParams): Record<string, string> => {
  const tags = new Map<string, string>();
  for (const tag of params.getAll('tag')) {
    const colon = tag.indexOf(':');
    if (colon < 0) {
      throw new BadRequest(`malformed 'tag' parameter, expecting key:value, received: ${tag}`);
    }
    tags.set(tag.slice(0, colon), tag.slice(colon + 1));
  }
  for (const json of params.getAll('tags')) {
    try {
      for (const [key, value] of parseStringMap(json)) tags.set(key, value);
    } catch (error) {
      throw new BadRequest(`malformed 'tags' parameter, cannot unmarshal JSON: ${messageOf(error)}`);
    }
  }
  return Object.fromEntries(tags);
};

/** `GET /api/traces`. Ids and a search exclude each other: with ids, everything else is a hint. */
export interface LegacyTracesRequest extends TraceSearch {
  /** One entry per `traceID` parameter; undefined for an id that can name no trace. */
  readonly traceIds: readonly { readonly text: string; readonly id: TraceId | undefined }[];
}

/** @throws {BadRequest} in the words of Jaeger v2.20 */
export const parseLegacyTracesRequest = (params: URLSearchParams, now: UnixNano): LegacyTracesRequest => {
  const startUnixNano = read(params, 'start', microTime, now - DEFAULT_SEARCH_LOOKBACK);
  const endUnixNano = read(params, 'end', microTime, now);
  const attributes = parseTags(params);
  const limit = parseLimit(params.get('limit') ?? '');
  const minDurationNano = read(params, 'minDuration', parseGoDuration, 0n);
  const maxDurationNano = read(params, 'maxDuration', parseGoDuration, 0n);
  const traceIds = readAll(params, 'traceID', MAX_SEARCH_LIMIT).map((text) => ({
    text,
    id: parseSearchedId(text),
  }));
  const raw = read(params, 'raw', parseGoBool, false);
  const service = params.get('service') ?? '';
  if (traceIds.length === 0) {
    if (service === '') throw new BadRequest("parameter 'service' is required");
    // Jaeger's memory store answers this one with status 500; the fault is the caller's all the same.
    if (limit < 1 || limit > MAX_SEARCH_LIMIT) {
      throw new BadRequest('search depth must be greater than 0 and less than max traces');
    }
  }
  if (minDurationNano !== 0n && maxDurationNano !== 0n && maxDurationNano < minDurationNano) {
    throw new BadRequest("'maxDuration' should be greater than 'minDuration'");
  }
  return {
    service,
    operation: params.get('operation') ?? '',
    attributes,
    minDurationNano,
    maxDurationNano,
    range: { startUnixNano, endUnixNano },
    limit,
    raw,
    traceIds,
  };
};

/** Jaeger reports a wrong limit without naming the parameter. */
const parseLimit = (text: string): number => {
  if (text === '') return DEFAULT_SEARCH_LIMIT;
  try {
    return Number(parseGoInt(text, 32));
  } catch (error) {
    throw new BadRequest(messageOf(error));
  }
};

const parseSearchedId = (text: string): TraceId | undefined => {
  try {
    return parseJaegerHexId(text);
  } catch (error) {
    throw new BadRequest(`cannot parse traceID param: ${messageOf(error)}`);
  }
};

/** `GET /api/traces/{id}`. */
export interface LegacyTraceRequest {
  readonly traceId: TraceId | undefined;
  readonly raw: boolean;
}

/** @throws {BadRequest} */
export const parseLegacyTraceRequest = (id: string, params: URLSearchParams): LegacyTraceRequest => {
  const traceId = parseJaegerTraceId(id);
  // The time hints are checked, and otherwise not needed: a trace is found by its id alone.
  read(params, 'start', microTime, 0n);
  read(params, 'end', microTime, 0n);
  return { traceId, raw: read(params, 'raw', parseGoBool, false) };
};

/** `GET /api/dependencies`. */
export interface LegacyDependenciesRequest {
  readonly range: TimeRange;
  /** Only links that have this service on one side; empty for all. */
  readonly service: string;
}

/** @throws {BadRequest} */
export const parseLegacyDependenciesRequest = (
  params: URLSearchParams,
  now: UnixNano,
): LegacyDependenciesRequest => {
  const endUnixNano = read(params, 'endTs', milliTime, now);
  const lookback = read(params, 'lookback', milliDuration, DEFAULT_DEPENDENCY_LOOKBACK);
  return {
    range: { startUnixNano: endUnixNano - lookback, endUnixNano },
    service: params.get('service') ?? '',
  };
};
