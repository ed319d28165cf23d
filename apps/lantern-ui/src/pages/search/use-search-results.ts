import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { recoveryInterval } from '../../api/query-client.js';
import {
  traceSummariesQuery,
  type TraceConditions,
  type TraceSearch,
  type TraceSummary,
} from '../../api/trace-summaries.js';
import { mergeArrivals } from './live-traces.js';
import type { SearchPageState } from './search-params.js';
import { serverOrder, sortSummaries } from './sort-order.js';
import { useLiveTraces } from './use-live-traces.js';

interface SearchOptions {
  readonly state: SearchPageState;
  readonly search: TraceSearch;
  readonly isEnabled: boolean;
  /** Whether new traces are held back, so that nothing moves. */
  readonly isReading: boolean;
  /** Polling interval in milliseconds. */
  readonly interval: number | false;
}

/** Returns search results merged with live traces, in display order. */
export const useSearchResults = ({ state, search, isEnabled, isReading, interval }: SearchOptions) => {
  const query = useInfiniteQuery({
    ...traceSummariesQuery(search),
    enabled: isEnabled,
    placeholderData: keepPreviousData,
    refetchInterval: (asked) => interval || recoveryInterval(asked),
  });
  const live = useLiveTraces({
    conditions: state.isLive && isEnabled ? conditionsOf(search) : undefined,
    isReading,
    onGap: () => void query.refetch(),
  });

  const { sort, with: partner } = state;
  const pages = query.data?.pages;
  const { summaries, added } = useMemo(() => {
    const found = distinct((pages ?? []).flatMap((page) => page.summaries));
    const merged = mergeArrivals(found, live.arrivals);
    const shown = merged.filter(
      ({ services }) => partner === '' || services.some(({ name }) => name === partner),
    );
    return { summaries: sortSummaries(shown, sort), added: merged.length - found.length };
  }, [pages, live.arrivals, partner, sort]);

  const shownIds = useMemo(() => new Set(summaries.map(({ traceId }) => traceId)), [summaries]);
  const total = pages?.[0]?.total;
  const { hasNextPage } = query;
  return {
    query,
    live,
    /** Undefined until the first response. */
    summaries: pages === undefined ? undefined : summaries,
    /** Total number of matches. Undefined if the page itself filters them. */
    total: total === undefined || partner !== '' ? undefined : total + added,
    /** Whether the sort order, or the filter by a second service, covers the loaded traces only. */
    isPartial: hasNextPage && (serverOrder(sort) === undefined || partner !== ''),
    /** Time range of the search while only a part of the matches is loaded. */
    partOf: hasNextPage ? pages?.[0]?.range : undefined,
    /** Number of new traces that are held back. */
    heldCount: [...live.held.keys()].filter((traceId) => !shownIds.has(traceId)).length,
  };
};

/** A trace may move to another page while more of its spans arrive. */
const distinct = (summaries: readonly TraceSummary[]): TraceSummary[] => [
  ...new Map(summaries.map((summary) => [summary.traceId, summary])).values(),
];

const conditionsOf = ({
  limit: _limit,
  range: _range,
  orderBy: _orderBy,
  ...conditions
}: TraceSearch): TraceConditions => conditions;
