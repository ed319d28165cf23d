import type { V3CallStats, V3OperationStats } from '@lantern/query-api/wire';
import { queryOptions } from '@tanstack/react-query';
import {
  rfc3339,
  resolveRange,
  rangeKey,
  type ResolvedRange,
  type TimeRange,
} from '../time-range/time-range.js';
import { getJson } from './http.js';

export type CallStats = V3CallStats;
export type OperationStats = V3OperationStats['operations'][number];
export type ServiceStats = V3OperationStats['services'][number];

/** Statistics of a time range and of an earlier one of the same length. */
export interface ComparedStats {
  readonly seconds: number;
  readonly now: V3OperationStats;
  readonly before: V3OperationStats;
}

/**
 * @param service empty for all services
 * @param earlierMillis distance of the earlier range; undefined for the one right before
 */
export const operationStatsQuery = (service: string, range: TimeRange, earlierMillis: number | undefined) =>
  queryOptions({
    queryKey: ['operation-stats', service, rangeKey(range), earlierMillis],
    queryFn: async ({ signal }): Promise<ComparedStats> => {
      const resolved = resolveRange(range, Date.now());
      const length = resolved.endMicros - resolved.startMicros;
      const shift = earlierMillis === undefined ? length : BigInt(earlierMillis) * 1_000n;
      const earlier = { startMicros: resolved.startMicros - shift, endMicros: resolved.endMicros - shift };
      const ask = async ({ startMicros, endMicros }: ResolvedRange): Promise<V3OperationStats> => {
        const { operations = [], services = [] } = (await getJson({
          path: '/api/v3/lantern/operations',
          params: {
            startTime: rfc3339(startMicros),
            endTime: rfc3339(endMicros),
            ...(service === '' ? {} : { service }),
          },
          signal,
        })) as Partial<V3OperationStats>;
        return { operations, services };
      };
      const [now, before] = await Promise.all([ask(resolved), ask(earlier)]);
      return { seconds: Number(length) / 1e6, now, before };
    },
  });
