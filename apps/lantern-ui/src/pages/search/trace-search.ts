import { MAX_SEARCH_LIMIT } from '@lantern/query-api/wire';
import type { TraceSearch } from '../../api/trace-summaries.js';
import { all } from './query/filter.js';
import { formFilters } from './query/form-filter.js';
import { parseQuery, QuerySyntaxError } from './query/parse.js';
import type { SearchPageState } from './search-params.js';
import { serverOrder } from './sort-order.js';

/** One service is all that the server can ask for. To find traces of two it takes more of them to choose from. */
const WITH_FACTOR = 10;

/** What the server is asked; and what is wrong with the query, in which case it had better not be asked. */
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
