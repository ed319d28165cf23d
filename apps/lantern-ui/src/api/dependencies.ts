import { queryOptions } from '@tanstack/react-query';
import { getJson } from './http.js';

/** Calls from one service to another. */
export interface Call {
  readonly caller: string;
  readonly callee: string;
  readonly count: number;
}

/** Who called whom in the time that ends now, the busiest first. */
export const callsQuery = (lookbackMillis: number) =>
  queryOptions({
    queryKey: ['dependencies', lookbackMillis],
    queryFn: async ({ signal }) => {
      const answer = await getJson({
        path: '/api/dependencies',
        params: { endTs: String(Date.now()), lookback: String(lookbackMillis) },
        signal,
      });
      return callsOf(answer);
    },
  });

interface WireDependency {
  readonly parent: string;
  readonly child: string;
  readonly callCount?: number;
}

export const callsOf = (answer: unknown): Call[] =>
  ((answer as { data?: readonly WireDependency[] | null }).data ?? [])
    .map(({ parent, child, callCount = 0 }) => ({ caller: parent, callee: child, count: callCount }))
    .sort(
      (a, b) => b.count - a.count || a.caller.localeCompare(b.caller) || a.callee.localeCompare(b.callee),
    );
