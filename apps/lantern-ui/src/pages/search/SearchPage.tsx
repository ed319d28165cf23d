import { useHotkeys } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { useNavigate, useSearchParams } from 'react-router';
import { recoveryInterval } from '../../api/query-client.js';
import { servicesQuery } from '../../api/services.js';
import { loadCode } from '../../shared/load-code.js';
import { LoadFailed } from '../../shared/LoadFailed.js';
import { FileDrop } from './FileDrop.js';
import { FileTraces } from './FileTraces.js';
import { FoundTraces } from './FoundTraces.js';
import { NoMatches } from './NoMatches.js';
import { NoServices } from './NoServices.js';
import { QueryBox } from './QueryBox.js';
import { QueryUnreadable } from './QueryUnreadable.js';
import { RecentSearches } from './RecentSearches.js';
import { useRecentSearches } from './recent-searches.js';
import { ResultListSkeleton } from './ResultList.js';
import { ResultsBar } from './ResultsBar.js';
import { parseSearchParams, searchPath, type SearchPageState } from './search-params.js';
import { SearchForm } from './SearchForm.js';
import frame from '../../shared/PageFrame.module.css';
import classes from './SearchPage.module.css';
import { traceSearchOf } from './trace-search.js';
import { useReading } from './use-reading.js';
import { useSearchResults } from './use-search-results.js';
import { visibleText } from '../../shared/visible-text.js';

const Differences = lazy(loadCode(() => import('./differences/Differences.js')));

/** Polling interval while no service has sent a span. */
const WAITING_MILLIS = 2_000;

const SearchPage = () => {
  const [params] = useSearchParams();
  const navigate = useNavigate();
  const state = parseSearchParams(params);
  const { search, problem } = traceSearchOf(state);
  const { recent, remember, forget } = useRecentSearches();
  const reading = useReading();
  const [isComparing, setComparing] = useState(false);

  const services = useQuery({
    ...servicesQuery(),
    refetchInterval: (asked) => (asked.state.data?.length === 0 ? WAITING_MILLIS : recoveryInterval(asked)),
  });
  const isWaiting = services.data?.length === 0;
  const { query, live, summaries, total, isPartial, partOf, heldCount } = useSearchResults({
    state,
    search,
    isEnabled: problem === undefined && state.file === '',
    isReading: reading.isReading,
    interval: isWaiting ? WAITING_MILLIS : false,
  });

  const go = (next: SearchPageState) => {
    remember(next);
    const path = searchPath(next);
    // Submitting an unchanged search refetches it: relative time ranges have moved.
    if (path === searchPath(state)) void query.refetch();
    else void navigate(path);
  };
  const show = (next: SearchPageState) => void navigate(searchPath(next), { replace: true });

  useHotkeys([
    ['c', () => show({ ...state, view: state.view === 'table' ? 'cards' : 'table' })],
    ['l', () => show({ ...state, isLive: !state.isLive })],
    ['r', () => void query.refetch()],
    ['/', () => document.querySelector<HTMLElement>('search input')?.focus()],
  ]);

  return (
    <div className={classes.page}>
      <title>{titleOf(state)}</title>
      <h1 className={frame.hiddenHeading}>Search for traces</h1>
      <aside className={classes.form} aria-label="Search form">
        <SearchForm state={state} services={services} onSearch={go}>
          <RecentSearches recent={recent} onForget={forget} />
        </SearchForm>
        <FileDrop />
      </aside>
      <section className={classes.results} aria-label="Results" aria-busy={query.isFetching}>
        {state.file !== '' ? (
          <FileTraces state={state} onShow={show} />
        ) : isWaiting && (summaries ?? []).length === 0 ? (
          <NoServices />
        ) : (
          <>
            <QueryBox state={state} onSearch={go} />
            {problem !== undefined ? (
              <QueryUnreadable />
            ) : query.isError && summaries === undefined ? (
              <LoadFailed
                what="The traces"
                error={query.error}
                onRetry={() => void query.refetch()}
                isRetrying={query.isFetching}
              />
            ) : (
              <>
                <ResultsBar
                  state={state}
                  summaries={summaries}
                  total={total}
                  isPartial={isPartial}
                  live={live}
                  query={query}
                  onChange={show}
                  isComparing={isComparing}
                  onCompare={setComparing}
                />
                {isComparing && (
                  <Suspense>
                    <Differences
                      search={search}
                      onFilter={(condition) => go({ ...state, query: withCondition(state.query, condition) })}
                      onClose={() => setComparing(false)}
                    />
                  </Suspense>
                )}
                {summaries === undefined ? (
                  <ResultListSkeleton />
                ) : summaries.length === 0 ? (
                  <NoMatches
                    state={state}
                    onOlder={query.hasNextPage ? () => void query.fetchNextPage() : undefined}
                    isLoadingOlder={query.isFetchingNextPage}
                  />
                ) : (
                  <FoundTraces
                    state={state}
                    summaries={summaries}
                    partOf={partOf}
                    isStale={query.isPlaceholderData}
                    heldCount={heldCount}
                    onRelease={() => {
                      live.release();
                      reading.loseFocus();
                      document.getElementById('main')?.scrollTo({ top: 0 });
                    }}
                    onShow={show}
                    onOlder={query.hasNextPage ? () => void query.fetchNextPage() : undefined}
                    isLoadingOlder={query.isFetchingNextPage}
                    handlers={reading.handlers}
                  />
                )}
              </>
            )}
          </>
        )}
      </section>
    </div>
  );
};

export default SearchPage;

/** Returns the query that a trace also has to match the condition. */
const withCondition = (query: string, condition: string): string => {
  const known = query.trim();
  if (known === '') return condition;
  return / or |\|\|/i.test(known) ? `(${known}) and ${condition}` : `${known} and ${condition}`;
};

const titleOf = ({ service, operation }: SearchPageState): string =>
  `${visibleText([service, operation].filter((part) => part !== '').join(' ')) || 'Search'} · Lantern`;
