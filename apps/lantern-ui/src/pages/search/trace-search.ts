import { MAX_SEARCH_LIMIT } from '@lantern/query-api/wire';
import type { TraceSearch } from '../../api/trace-summaries.js';
import { all, parseQuery, QuerySyntaxError } from '@lantern/query-api/search-query';
import { formFilters } from './query/form-filter.js';
import type { SearchPageState } from './search-params.js';
import { serverOrder } from './sort-order.js';

/**
 * Factor on the limit when the page filters by a second service, because the server searches one service at a time.
 */
const WITH_FACTOR = 10;

/** Returns the server request, and the syntax error of the query, with which no request must be sent. */
export const traceSearchOf = (
  state: SearchPageState,
): { readonly search: TraceSearch; readonly problem: QuerySyntaxError | undefined } => {
  const { service, operation, tags, minDuration, maxDuration, minTraceDuration, maxTraceDuration } = state;
  const bounds = {
    minTraceDuration,
    maxTraceDuration,
    limit: state.with === '' ? state.limit : Math.min(state.limit * WITH_FACTOR, MAX_SEARCH_LIMIT),
    range: state.range,
    orderBy: serverOrder(state.sort) ?? 'recent',
  };
  const plain = { service, operation, tags, minDuration, maxDuration, filter: '', ...bounds };
  if (state.query.trim() === '') return { search: plain, problem: undefined };
  try {
    const filter = all([...formFilters(state), parseQuery(state.query)]);
    const any = { service: '', operation: '', tags: {}, minDuration: '', maxDuration: '' };
    return { search: { ...any, filter: JSON.stringify(filter), ...bounds }, problem: undefined };
  } catch (error) {
    if (error instanceof QuerySyntaxError) return { search: plain, problem: error };
    throw error;
  }
};
