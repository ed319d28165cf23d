import type { V3TraceSummaries, V3TraceSummary } from '@lantern/query-api/wire';
import type { DurationNano, ServiceInTrace, UnixNano } from '@lantern/telemetry-model';
import { queryOptions } from '@tanstack/react-query';
import { rangeKey, resolveRange, rfc3339, type TimeRange } from '../shared/time-range.js';
import { getJson } from './http.js';

/** One search result. */
export interface TraceSummary {
  readonly traceId: string;
  /** Empty while the root span has not arrived. */
  readonly rootService: string;
  readonly rootOperation: string;
  readonly startUnixNano: UnixNano;
  readonly durationNano: DurationNano;
  readonly spanCount: number;
  readonly errorCount: number;
  /** Spans whose parent has not arrived. */
  readonly orphanCount: number;
  readonly services: readonly ServiceInTrace[];
}

/** Which traces to look for. Empty texts mean any. */
export interface TraceSearch {
  readonly service: string;
  readonly operation: string;
  readonly tags: Readonly<Record<string, string>>;
  /** As Go writes durations: `1.5s`, `250ms`. */
  readonly minDuration: string;
  readonly maxDuration: string;
  readonly limit: number;
  readonly range: TimeRange;
}

export const traceSummariesQuery = (search: TraceSearch) =>
  queryOptions({
    queryKey: ['trace-summaries', searchKey(search)],
    queryFn: async ({ signal }) => {
      const answer = await getJson({
        path: '/api/v3/trace-summaries',
        params: summaryParams(search, Date.now()),
        signal,
      });
      return ((answer as Partial<V3TraceSummaries>).summaries ?? []).map(summaryOf);
    },
  });

/** The search without bigints, which a query key cannot hold. */
const searchKey = ({ range, ...rest }: TraceSearch) => ({
  ...rest,
  range: rangeKey(range),
});

export const summaryParams = (search: TraceSearch, nowMillis: number): Record<string, string> => {
  const { startMicros, endMicros } = resolveRange(search.range, nowMillis);
  const optional = {
    'query.serviceName': search.service,
    'query.operationName': search.operation,
    'query.durationMin': search.minDuration,
    'query.durationMax': search.maxDuration,
    'query.attributes': Object.keys(search.tags).length === 0 ? '' : JSON.stringify(search.tags),
  };
  return {
    'query.startTimeMin': rfc3339(startMicros),
    'query.startTimeMax': rfc3339(endMicros),
    'query.searchDepth': String(search.limit),
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== '')),
  };
};

/** Go's JSON leaves out what is zero, so every count may be absent. */
export const summaryOf = (wire: Partial<V3TraceSummary>): TraceSummary => {
  const startUnixNano = BigInt(wire.minStartTimeUnixNano ?? 0);
  return {
    traceId: wire.traceId ?? '',
    rootService: wire.rootServiceName ?? '',
    rootOperation: wire.rootOperationName ?? '',
    startUnixNano,
    durationNano: BigInt(wire.maxEndTimeUnixNano ?? 0) - startUnixNano,
    spanCount: wire.spanCount ?? 0,
    errorCount: wire.errorSpanCount ?? 0,
    orphanCount: wire.orphanSpanCount ?? 0,
    services: (wire.services ?? []).map((service: Partial<(typeof wire.services & object)[number]>) => ({
      name: service.name ?? '',
      spanCount: service.spanCount ?? 0,
      errorCount: service.errorSpanCount ?? 0,
    })),
  };
};
