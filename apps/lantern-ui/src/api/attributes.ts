import type { V3AttributeKeys, V3AttributeValues } from '@lantern/query-api/wire';
import { queryOptions } from '@tanstack/react-query';
import { resolveRange, rangeKey, rfc3339, type TimeRange } from '../time-range/time-range.js';
import { getJson } from './http.js';

/** Time for which responses are fresh: names change rarely while the user types. */
const FRESH_MILLIS = 30_000;

/** Spans and time range to collect attributes from. An empty service means any. */
export interface AttributeScope {
  readonly service: string;
  readonly range: TimeRange;
}

const ask = (scope: AttributeScope, params: Readonly<Record<string, string>>, signal: AbortSignal) => {
  const { startMicros, endMicros } = resolveRange(scope.range, Date.now());
  return getJson({
    path: '/api/v3/lantern/attributes',
    params: {
      startTime: rfc3339(startMicros),
      endTime: rfc3339(endMicros),
      ...(scope.service === '' ? {} : { service: scope.service }),
      ...params,
    },
    signal,
  });
};

const keyOf = ({ service, range }: AttributeScope) => [service, rangeKey(range)];

/** Query for attribute keys, most frequent first. */
export const attributeKeysQuery = (scope: AttributeScope) =>
  queryOptions({
    queryKey: ['attribute-keys', ...keyOf(scope)],
    staleTime: FRESH_MILLIS,
    queryFn: async ({ signal }) => {
      const { keys } = (await ask(scope, {}, signal)) as Partial<V3AttributeKeys>;
      return keys ?? [];
    },
  });

/** Query for the values of an attribute with a prefix, most frequent first. */
export const attributeValuesQuery = (scope: AttributeScope, key: string, prefix: string) =>
  queryOptions({
    queryKey: ['attribute-values', ...keyOf(scope), key, prefix],
    staleTime: FRESH_MILLIS,
    queryFn: async ({ signal }) => {
      const { values } = (await ask(scope, { key, prefix }, signal)) as Partial<V3AttributeValues>;
      return values ?? [];
    },
  });
