import { MAX_SEARCH_LIMIT } from '@lantern/query-api/wire';
import type { TraceSearch } from '../../api/trace-summaries.js';
import { isOn } from '../../shared/switch-param.js';
import { readTimeRange, timeRangeParams } from '../../shared/time-range.js';
import { isSortOrder, type SortOrder } from './sort-order.js';
import { parseTags, type Tags } from './tags.js';

export const DEFAULT_LOOKBACK = '1h';
export const DEFAULT_LIMIT = 20;

/** All that a link to the search page says. */
export interface SearchPageState extends Omit<TraceSearch, 'filter' | 'orderBy'> {
  /** A query as a person writes it, see `query/parse.ts`. It holds in addition to all other conditions. */
  readonly query: string;
  readonly sort: SortOrder;
  /** Only traces that this service takes part in as well. The server is not asked: it searches one service at a time. */
  readonly with: string;
  readonly view: ResultView;
  /** New traces come in by themselves. */
  readonly isLive: boolean;
  /** Show the traces of this file, which was opened here, instead of searching. */
  readonly file: string;
}

export type ResultView = 'cards' | 'table';

/**
 * Reads the address of the search page, Jaeger's links included. What cannot be read is as if it were absent, except
 * for durations: the server judges those, and its answer names the fault.
 */
export const parseSearchParams = (params: URLSearchParams): SearchPageState => {
  const sort = params.get('sort') ?? '';
  return {
    service: params.get('service') ?? '',
    // Jaeger writes `all` for no particular operation.
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

/** The address of a search, without what goes without saying. `parseSearchParams` reads the same back. */
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

/** The address of the search page for these conditions. */
export const searchPath = (state: Partial<SearchPageState>): string => {
  const query = formatSearchParams(state).toString();
  return query === '' ? '/search' : `/search?${query}`;
};

/** `tags` is a JSON map, `tag=key:value` its older form, which may come several times. */
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

/** JSON as links carry it, or logfmt as a person types it into an address. */
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
