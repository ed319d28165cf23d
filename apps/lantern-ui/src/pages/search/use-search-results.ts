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
  /** What comes in by itself waits, so that nothing moves. */
  readonly isReading: boolean;
  /** How often to ask again, in milliseconds. */
  readonly interval: number | false;
}

/** What was found and what has come in since, in the order in which it is shown. */
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
    /** Undefined until the first answer. */
    summaries: pages === undefined ? undefined : summaries,
    /** How many match in all; unknown where the page itself chooses among them. */
    total: total === undefined || partner !== '' ? undefined : total + added,
    /** The sort, or the required second service, was applied to the loaded traces alone. */
    isPartial: hasNextPage && (serverOrder(sort) === undefined || partner !== ''),
    /** Times that were searched, while only a part of the matches is loaded. */
    partOf: hasNextPage ? pages?.[0]?.range : undefined,
    /** How many new traces wait to be shown. */
    heldCount: [...live.held.keys()].filter((traceId) => !shownIds.has(traceId)).length,
  };
};

/** A trace may move from one page to the next while more of its spans arrive. */
const distinct = (summaries: readonly TraceSummary[]): TraceSummary[] => [
  ...new Map(summaries.map((summary) => [summary.traceId, summary])).values(),
];

const conditionsOf = ({
  limit: _limit,
  range: _range,
  orderBy: _orderBy,
  ...conditions
}: TraceSearch): TraceConditions => conditions;
