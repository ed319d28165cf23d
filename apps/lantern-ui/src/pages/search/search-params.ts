import { MAX_SEARCH_LIMIT } from '@lantern/query-api/wire';
import type { TraceSearch } from '../../api/trace-summaries.js';
import { isOn } from '../../shared/switch-param.js';
import { readTimeRange, timeRangeParams } from '../../time-range/time-range.js';
import { isSortOrder, type SortOrder } from './sort-order.js';
import { parseTags, type Tags } from './tags.js';

export const DEFAULT_LOOKBACK = '1h';
export const DEFAULT_LIMIT = 20;

/** State of the search page that the URL holds. */
export interface SearchPageState extends Omit<TraceSearch, 'filter' | 'orderBy'> {
  /** Query text, see `query/parse.ts`. It applies in addition to all other conditions. */
  readonly query: string;
  readonly sort: SortOrder;
  /** Second service that traces must involve. The page filters by it: the server searches one service at a time. */
  readonly with: string;
  readonly view: ResultView;
  /** Whether live search is on. */
  readonly isLive: boolean;
  /** Name of an opened file whose traces are shown instead of search results. */
  readonly file: string;
}

export type ResultView = 'cards' | 'table';

/**
 * Parses the URL of the search page, including links made for Jaeger. Invalid parameters are ignored, except
 * durations: the server rejects those with an error that names the fault.
 */
export const parseSearchParams = (params: URLSearchParams): SearchPageState => {
  const sort = params.get('sort') ?? '';
  return {
    service: params.get('service') ?? '',
    // Jaeger writes `all` for any operation.
    operation: params.get('operation') === 'all' ? '' : (params.get('operation') ?? ''),
    tags: readTags(params),
    minDuration: params.get('minDuration') ?? '',
    maxDuration: params.get('maxDuration') ?? '',
    minTraceDuration: params.get('minTraceDuration') ?? '',
    maxTraceDuration: params.get('maxTraceDuration') ?? '',
    query: params.get('query') ?? '',
    limit: readLimit(params.get('limit')),
    range: readTimeRange(params, DEFAULT_LOOKBACK),
    sort: isSortOrder(sort) ? sort : 'recent',
    with: params.get('with') ?? '',
    view: params.get('view') === 'table' ? 'table' : 'cards',
    isLive: isOn(params.get('live')),
    file: params.get('file') ?? '',
  };
};

/** Returns the URL parameters of a search, without defaults. Inverse of `parseSearchParams`. */
export const formatSearchParams = (state: Partial<SearchPageState>): URLSearchParams => {
  const { service, operation, tags, minDuration, maxDuration, limit, range, sort } = state;
  const texts: Record<string, string | undefined> = {
    service,
    operation,
    tags: tags === undefined || Object.keys(tags).length === 0 ? undefined : JSON.stringify(tags),
    minDuration,
    maxDuration,
    minTraceDuration: state.minTraceDuration,
    maxTraceDuration: state.maxTraceDuration,
    query: state.query,
    limit: limit === DEFAULT_LIMIT ? undefined : limit?.toString(),
    ...timeRangeParams(range, DEFAULT_LOOKBACK),
    sort: sort === 'recent' ? undefined : sort,
    with: state.with,
    view: state.view === 'table' ? 'table' : undefined,
    live: state.isLive === true ? '1' : undefined,
    file: state.file,
  };
  const params = new URLSearchParams();
  for (const [name, text] of Object.entries(texts))
    if (text !== undefined && text !== '') params.set(name, text);
  return params;
};

/** Returns the path of the search page with these conditions. */
export const searchPath = (state: Partial<SearchPageState>): string => {
  const query = formatSearchParams(state).toString();
  return query === '' ? '/search' : `/search?${query}`;
};

/** Parses `tags`, a JSON map, and `tag=key:value`, its older form, which may repeat. */
const readTags = (params: URLSearchParams): Tags => {
  const tags = new Map<string, string>();
  for (const tag of params.getAll('tag')) {
    const colon = tag.indexOf(':');
    if (colon > 0) tags.set(tag.slice(0, colon), tag.slice(colon + 1));
  }
  for (const text of params.getAll('tags')) {
    for (const [key, value] of Object.entries(tagsIn(text))) tags.set(key, value);
  }
  return Object.fromEntries(tags);
};

/** Parses tags as JSON, which links use, or as logfmt, which people type. */
const tagsIn = (text: string): Tags => {
  try {
    if (!text.trimStart().startsWith('{')) return parseTags(text);
    const members = Object.entries(JSON.parse(text) as Record<string, unknown>);
    return Object.fromEntries(
      members.map(([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value)]),
    );
  } catch {
    return {};
  }
};

const readLimit = (text: string | null): number => {
  const limit = Number(text ?? NaN);
  return Number.isInteger(limit) && limit > 0 ? Math.min(limit, MAX_SEARCH_LIMIT) : DEFAULT_LIMIT;
};
