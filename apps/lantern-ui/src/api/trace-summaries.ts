import type { V3TraceSummaries, V3TraceSummary } from '@lantern/query-api/wire';
import type { DurationNano, TraceOrder, UnixNano } from '@lantern/telemetry-model';
import { infiniteQueryOptions } from '@tanstack/react-query';
import {
  rangeKey,
  resolveRange,
  rfc3339,
  type ResolvedRange,
  type TimeRange,
} from '../time-range/time-range.js';
import { getJson } from './http.js';

export interface ServiceInTrace {
  readonly name: string;
  readonly spanCount: number;
  readonly errorCount: number;
}

/** Search result. */
export interface TraceSummary {
  readonly traceId: string;
  /** Service of the root span. Empty while it is missing. */
  readonly rootService: string;
  readonly rootOperation: string;
  readonly startUnixNano: UnixNano;
  readonly durationNano: DurationNano;
  readonly spanCount: number;
  readonly errorCount: number;
  /** Number of spans whose parent is missing. */
  readonly orphanCount: number;
  readonly services: readonly ServiceInTrace[];
}

/** Conditions on traces. Empty strings match anything. */
export interface TraceConditions {
  readonly service: string;
  readonly operation: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Minimum duration of a span, in Go syntax: `1.5s`, `250ms`. */
  readonly minDuration: string;
  readonly maxDuration: string;
  /** Minimum duration of the trace. */
  readonly minTraceDuration: string;
  readonly maxTraceDuration: string;
  /** Structured filter in JSON. It replaces all conditions on spans above. */
  readonly filter: string;
}

/** Search request. */
export interface TraceSearch extends TraceConditions {
  /** Order of all matches, of which a page is the first part. */
  readonly orderBy: TraceOrder;
  readonly limit: number;
  readonly range: TimeRange;
}

/** Start of the next page. Its token is valid for the exact time range of the first page only. */
interface NextPage {
  readonly token: string;
  readonly range: ResolvedRange;
}

export interface SummaryPage {
  /** Summaries in the requested order. */
  readonly summaries: readonly TraceSummary[];
  /** Time range of the search. */
  readonly range: ResolvedRange;
  /** Total number of matches. */
  readonly total: number | undefined;
  readonly next: NextPage | undefined;
}

/** Paginated query for matching traces. */
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

/** Converts a summary. Go's JSON omits zero values, so every count may be missing. */
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
