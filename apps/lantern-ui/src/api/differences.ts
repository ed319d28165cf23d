import type { V3Differences } from '@lantern/query-api/wire';
import { queryOptions } from '@tanstack/react-query';
import { rangeKey, resolveRange } from '../time-range/time-range.js';
import { getJson } from './http.js';
import { summaryParams, type TraceSearch } from './trace-summaries.js';

/** Traces that are compared with the other matches of a search: failed ones, or the slowest 5 %. */
export type ComparedSelection = 'failed' | 'slow';

/** Query for the attributes whose values differ between the selected traces and the other matches. */
export const differencesQuery = (search: TraceSearch, select: ComparedSelection) =>
  queryOptions({
    queryKey: ['differences', { ...search, range: rangeKey(search.range) }, select],
    queryFn: async ({ signal }) =>
      (await getJson({
        path: '/api/v3/lantern/differences',
        params: {
          ...summaryParams({ ...search, orderBy: 'recent' }, resolveRange(search.range, Date.now())),
          'lantern.select': select,
        },
        signal,
      })) as V3Differences,
  });
