import { useLocalStorage } from '@mantine/hooks';
import { formatTags } from './tags.js';
import { formatSearchParams, type SearchPageState } from './search-params.js';

/** More would not be looked through. */
const MOST = 10;

export const useRecentSearches = () => {
  const [recent, setRecent] = useLocalStorage<readonly string[]>({
    key: 'lantern.search.recent',
    defaultValue: [],
  });
  return {
    /** The addresses' queries, the latest first. */
    recent,
    remember: (state: SearchPageState) => setRecent((old) => withSearch(old, state)),
    forget: () => setRecent([]),
  };
};

/** Puts a search before those that were made earlier; one without any condition is not worth a place. */
export const withSearch = (recent: readonly string[], state: SearchPageState): readonly string[] => {
  if (searchWords(state) === '') return recent;
  // How results are shown is no part of what was looked for.
  const query = formatSearchParams({ ...state, sort: 'recent', view: 'cards', isLive: false }).toString();
  return [query, ...recent.filter((other) => other !== query)].slice(0, MOST);
};

/** The conditions in one line: `order-service calculate_total error=true ≥ 1s`. Empty when there is none. */
export const searchWords = (state: SearchPageState): string =>
  [
    state.service,
    state.operation,
    formatTags(state.tags),
    state.query.trim(),
    bounds('', state.minDuration, state.maxDuration),
    bounds('trace ', state.minTraceDuration, state.maxTraceDuration),
    state.with === '' ? '' : `with ${state.with}`,
  ]
    .filter((part) => part !== '')
    .join(' ');

const bounds = (what: string, min: string, max: string): string =>
  [min === '' ? '' : `${what}≥ ${min}`, max === '' ? '' : `${what}≤ ${max}`].filter(Boolean).join(' ');
