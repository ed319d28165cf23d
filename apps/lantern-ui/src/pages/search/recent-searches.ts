import { useLocalStorage } from '@mantine/hooks';
import { formatTags } from './tags.js';
import { formatSearchParams, type SearchPageState } from './search-params.js';

/** Maximum number of recent searches. */
const MOST = 10;

export const useRecentSearches = () => {
  const [recent, setRecent] = useLocalStorage<readonly string[]>({
    key: 'lantern.search.recent',
    defaultValue: [],
  });
  return {
    /** Query strings of the searches, newest first. */
    recent,
    remember: (state: SearchPageState) => setRecent((old) => withSearch(old, state)),
    forget: () => setRecent([]),
  };
};

/** Adds a search in front of earlier ones. Searches without conditions are not stored. */
export const withSearch = (recent: readonly string[], state: SearchPageState): readonly string[] => {
  if (searchWords(state) === '') return recent;
  // Display options do not distinguish searches.
  const query = formatSearchParams({ ...state, sort: 'recent', view: 'cards', isLive: false }).toString();
  return [query, ...recent.filter((other) => other !== query)].slice(0, MOST);
};

/**
 * Returns the conditions in one line, such as `order-service calculate_total error=true ≥ 1s`. Empty without
 * conditions.
 */
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
