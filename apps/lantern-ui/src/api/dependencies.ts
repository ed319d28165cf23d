import type { V3Dependencies, V3Dependency, V3Latency } from '@lantern/query-api/wire';
import { queryOptions } from '@tanstack/react-query';
import {
  rangeBefore,
  rangeKey,
  resolveRange,
  rfc3339,
  type ResolvedRange,
  type TimeRange,
} from '../time-range/time-range.js';
import { getJson } from './http.js';

/** Calls from one service to another. */
export interface Call {
  readonly caller: string;
  readonly callee: string;
  readonly count: number;
  /** Number of calls that failed at the callee. */
  readonly errorCount: number;
  /** Latency at the callee in milliseconds. Undefined if it was not measured. */
  readonly latency: V3Latency | undefined;
}

/** Calls in a time range, and in the previous one of the same length. */
export interface Calls {
  /** Calls of the range, most frequent first. */
  readonly now: readonly Call[];
  readonly before: readonly Call[];
}

export const callsQuery = (range: TimeRange) =>
  queryOptions({
    queryKey: ['dependencies', rangeKey(range)],
    queryFn: async ({ signal }): Promise<Calls> => {
      const resolved = resolveRange(range, Date.now());
      const ask = async (time: ResolvedRange) =>
        callsOf(
          await getJson({
            path: '/api/v3/lantern/dependencies',
            params: { startTime: rfc3339(time.startMicros), endTime: rfc3339(time.endMicros) },
            signal,
          }),
        );
      const [now, before] = await Promise.all([ask(resolved), ask(rangeBefore(resolved))]);
      return { now, before };
    },
  });

export const callsOf = (answer: unknown): Call[] =>
  ((answer as Partial<V3Dependencies>).dependencies ?? [])
    .map(({ parent, child, callCount, errorCount, latencyMs }: V3Dependency) => ({
      caller: parent,
      callee: child,
      count: callCount,
      errorCount,
      latency: latencyMs,
    }))
    .sort(
      (a, b) => b.count - a.count || a.caller.localeCompare(b.caller) || a.callee.localeCompare(b.callee),
    );
