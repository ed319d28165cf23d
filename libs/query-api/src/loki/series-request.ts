import { parseSelector, type Matcher } from '@lantern/logql';
import type { UnixNano } from '@lantern/telemetry-model';
import { BadRequest } from '../bad-request.js';
import { checkLength } from './params.js';
import { DEFAULT_LABELS_SINCE, parseRange, type LokiTimeRange } from './time-range.js';

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

/** Limit on the selectors of one request: each of them is compared with every stream. */
const MAX_SELECTORS = 100;

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
