import type { V3TraceSummaries, V3TraceSummary } from '@lantern/query-api/wire';
import type { DurationNano, TraceOrder, UnixNano } from '@lantern/telemetry-model';
import { infiniteQueryOptions } from '@tanstack/react-query';
import { rangeKey, resolveRange, rfc3339, type ResolvedRange, type TimeRange } from '../shared/time-range.js';
import { getJson } from './http.js';

export interface ServiceInTrace {
  readonly name: string;
  readonly spanCount: number;
  readonly errorCount: number;
}

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

/** What a trace has to be like. Empty texts mean any. */
export interface TraceConditions {
  readonly service: string;
  readonly operation: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Of a span, as Go writes durations: `1.5s`, `250ms`. */
  readonly minDuration: string;
  readonly maxDuration: string;
  /** Of the whole trace. */
  readonly minTraceDuration: string;
  readonly maxTraceDuration: string;
  /** A structured filter in JSON. It takes the place of all conditions on spans above. */
  readonly filter: string;
}

/** Which traces to look for. */
export interface TraceSearch extends TraceConditions {
  /** Order of all traces that match, of which a page is the first part. */
  readonly orderBy: TraceOrder;
  readonly limit: number;
  readonly range: TimeRange;
}

/** Where the next page begins. Its token holds for the very times that the first page was asked for. */
interface NextPage {
  readonly token: string;
  readonly range: ResolvedRange;
}

export interface SummaryPage {
  /** In the order that was asked for. */
  readonly summaries: readonly TraceSummary[];
  /** Times that were searched. */
  readonly range: ResolvedRange;
  /** How many traces match in all. */
  readonly total: number | undefined;
  readonly next: NextPage | undefined;
}

/** The traces that match, page by page in the order of the search. */
export const traceSummariesQuery = (search: TraceSearch) =>
  infiniteQueryOptions({
    queryKey: ['trace-summaries', { ...search, range: rangeKey(search.range) }],
    initialPageParam: undefined as NextPage | undefined,
    queryFn: async ({ signal, pageParam }) => {
      const range = pageParam?.range ?? resolveRange(search.range, Date.now());
      const answer = await getJson({
        path: '/api/v3/trace-summaries',
        params: summaryParams(search, range, pageParam?.token),
        signal,
      });
      return summaryPageOf(answer, range);
    },
    getNextPageParam: ({ next }) => next,
  });

export const summaryParams = (
  search: TraceSearch,
  { startMicros, endMicros }: ResolvedRange,
  pageToken?: string,
): Record<string, string> => ({
  'query.startTimeMin': rfc3339(startMicros),
  'query.startTimeMax': rfc3339(endMicros),
  'query.searchDepth': String(search.limit),
  ...(search.orderBy === 'recent' ? {} : { 'lantern.orderBy': search.orderBy }),
  ...conditionParams(search),
  ...(pageToken === undefined ? { 'lantern.total': 'true' } : { 'lantern.pageToken': pageToken }),
});

export const conditionParams = (conditions: TraceConditions): Record<string, string> => {
  const { tags } = conditions;
  const params = {
    'query.serviceName': conditions.service,
    'query.operationName': conditions.operation,
    'query.durationMin': conditions.minDuration,
    'query.durationMax': conditions.maxDuration,
    'query.attributes': Object.keys(tags).length === 0 ? '' : JSON.stringify(tags),
    'query.filter': conditions.filter,
    'lantern.traceDurationMin': conditions.minTraceDuration,
    'lantern.traceDurationMax': conditions.maxTraceDuration,
  };
  return Object.fromEntries(Object.entries(params).filter(([, value]) => value !== ''));
};

export const summaryPageOf = (answer: unknown, range: ResolvedRange): SummaryPage => {
  const { summaries = [], total, nextPageToken } = answer as Partial<V3TraceSummaries>;
  return {
    summaries: summaries.map(summaryOf),
    range,
    total,
    next: nextPageToken === undefined ? undefined : { token: nextPageToken, range },
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
