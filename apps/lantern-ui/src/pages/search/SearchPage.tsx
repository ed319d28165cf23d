import { MAX_SEARCH_LIMIT } from '@lantern/query-api/wire';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearchParams } from 'react-router';
import { servicesQuery } from '../../api/services.js';
import { traceSummariesQuery } from '../../api/trace-summaries.js';
import { LoadFailed } from '../../shared/LoadFailed.js';
import { NoMatches } from './NoMatches.js';
import { NoServices } from './NoServices.js';
import { ResultList, ResultListSkeleton } from './ResultList.js';
import { ResultsBar } from './ResultsBar.js';
import { SearchForm } from './SearchForm.js';
import classes from './SearchPage.module.css';
import { ScatterPlot } from './ScatterPlot.js';
import { parseSearchParams, searchPath, type SearchPageState } from './search-params.js';
import { sortSummaries } from './sort-order.js';

/** How often to look while nothing has arrived yet: somebody is waiting for the first trace. */
const WAITING_MILLIS = 2_000;

const SearchPage = () => {
  const [params] = useSearchParams();
  const navigate = useNavigate();
  const state = parseSearchParams(params);

  const services = useQuery({
    ...servicesQuery(),
    refetchInterval: ({ state: { data } }) => (data?.length === 0 ? WAITING_MILLIS : false),
  });
  const isWaiting = services.data?.length === 0;
  const results = useQuery({
    ...traceSummariesQuery(searchOf(state)),
    placeholderData: keepPreviousData,
    refetchInterval: isWaiting ? WAITING_MILLIS : false,
  });

  const go = (next: SearchPageState) => {
    const path = searchPath(next);
    // The same question again is asked again: time has gone on.
    if (path === searchPath(state)) void results.refetch();
    else void navigate(path);
  };

  const found = results.data?.filter((summary) => takesPart(summary.services, state.with)) ?? [];
  const summaries = sortSummaries(found.slice(0, state.limit), state.sort);

  return (
    <div className={classes.page}>
      <title>{titleOf(state)}</title>
      <h1 className={classes.heading}>Search for traces</h1>
      <aside className={classes.form} aria-label="Search form">
        <SearchForm state={state} services={services} onSearch={go} />
      </aside>
      <section className={classes.results} aria-label="Results" aria-busy={results.isFetching}>
        {isWaiting && summaries.length === 0 ? (
          <NoServices />
        ) : results.isError && results.data === undefined ? (
          <LoadFailed
            what="The traces"
            error={results.error}
            onRetry={() => void results.refetch()}
            isRetrying={results.isFetching}
          />
        ) : (
          <>
            <ResultsBar state={state} summaries={results.data && summaries} query={results} onChange={go} />
            {results.data === undefined ? (
              <ResultListSkeleton />
            ) : summaries.length === 0 ? (
              <NoMatches state={state} />
            ) : (
              <div className={classes.found} data-stale={results.isPlaceholderData}>
                <ScatterPlot summaries={summaries} />
                <ResultList summaries={summaries} />
              </div>
            )}
          </>
        )}
      </section>
    </div>
  );
};

export default SearchPage;

/** One service is all that the server can ask for. To find traces of two it takes more of them to choose from. */
const WITH_FACTOR = 10;

const searchOf = (state: SearchPageState) => ({
  service: state.service,
  operation: state.operation,
  tags: state.tags,
  minDuration: state.minDuration,
  maxDuration: state.maxDuration,
  limit: state.with === '' ? state.limit : Math.min(state.limit * WITH_FACTOR, MAX_SEARCH_LIMIT),
  range: state.range,
});

const takesPart = (services: readonly { readonly name: string }[], service: string): boolean =>
  service === '' || services.some(({ name }) => name === service);

const titleOf = ({ service, operation }: SearchPageState): string =>
  `${[service, operation].filter((part) => part !== '').join(' ') || 'Search'} · Lantern`;
