import { readTimeRange, timeRangeParams, type TimeRange } from '../../time-range/time-range.js';

export const DEFAULT_LOOKBACK = '24h';
export const DEFAULT_DEPTH = 2;
export const DEPTHS = [1, 2, 3, 4, 5] as const;

/** State of the page that the URL holds. */
export interface DependenciesPageState {
  readonly range: TimeRange;
  /** Focused service; empty for the whole graph. */
  readonly service: string;
  /** Maximum distance from the focused service, in calls. */
  readonly depth: number;
}

export const parseDependenciesParams = (params: URLSearchParams): DependenciesPageState => {
  const depth = Number(params.get('depth') ?? NaN);
  return {
    range: readTimeRange(params, DEFAULT_LOOKBACK),
    service: params.get('service') ?? '',
    depth: DEPTHS.find((known) => known === depth) ?? DEFAULT_DEPTH,
  };
};

/** Returns the path of the page. Inverse of `parseDependenciesParams`. */
export const dependenciesPath = ({
  range,
  service = '',
  depth = DEFAULT_DEPTH,
}: Partial<DependenciesPageState>): string => {
  const params = new URLSearchParams();
  const texts = {
    ...timeRangeParams(range, DEFAULT_LOOKBACK),
    service,
    depth: service === '' || depth === DEFAULT_DEPTH ? undefined : String(depth),
  };
  for (const [name, text] of Object.entries(texts))
    if (text !== undefined && text !== '') params.set(name, text);
  const query = params.toString();
  return query === '' ? '/dependencies' : `/dependencies?${query}`;
};
