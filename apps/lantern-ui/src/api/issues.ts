import type { V3Issues } from '@lantern/query-api/wire';
import { queryOptions } from '@tanstack/react-query';
import { rangeKey, resolveRange, rfc3339, type TimeRange } from '../time-range/time-range.js';
import { getJson } from './http.js';

/** Query for what is detected in the newest traces of a service, and where their failures start. */
export const issuesQuery = (service: string, range: TimeRange) =>
  queryOptions({
    queryKey: ['issues', service, rangeKey(range)],
    queryFn: async ({ signal }) => {
      const { startMicros, endMicros } = resolveRange(range, Date.now());
      return (await getJson({
        path: '/api/v3/lantern/issues',
        params: { service, startTime: rfc3339(startMicros), endTime: rfc3339(endMicros) },
        signal,
      })) as V3Issues;
    },
  });
