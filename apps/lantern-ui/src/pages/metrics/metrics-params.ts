import { readTimeRange, timeRangeParams, type TimeRange } from '../../time-range/time-range.js';

export const DEFAULT_LOOKBACK = '1h';

/** Maximum number of queries of the page. */
export const MAX_QUERIES = 8;

export const METRIC_VIEWS = ['graph', 'heatmap', 'table'] as const;
export type MetricView = (typeof METRIC_VIEWS)[number];

/** State of the page that the URL holds. */
export interface MetricsPageState {
  /** PromQL queries; at least one, which may be empty. */
  readonly queries: readonly string[];
  readonly range: TimeRange;
  readonly view: MetricView;
  /** Whether exemplars are shown. */
  readonly hasExemplars: boolean;
}

export const parseMetricsParams = (params: URLSearchParams): MetricsPageState => {
  const queries = params.getAll('query').slice(0, MAX_QUERIES);
  const view = params.get('view');
  return {
    queries: queries.length === 0 ? [''] : queries,
    range: readTimeRange(params, DEFAULT_LOOKBACK),
    view: METRIC_VIEWS.find((known) => known === view) ?? 'graph',
    hasExemplars: params.get('exemplars') !== '0',
  };
};

/** Returns the path of the page. Inverse of `parseMetricsParams`. */
export const metricsPath = ({
  queries = [],
  range,
  view,
  hasExemplars,
}: Partial<MetricsPageState>): string => {
  const params = new URLSearchParams(
    queries.filter((query, index) => query !== '' || index > 0).map((query) => ['query', query]),
  );
  const texts = {
    ...timeRangeParams(range, DEFAULT_LOOKBACK),
    view: view === 'graph' ? undefined : view,
    exemplars: hasExemplars === false ? '0' : undefined,
  };
  for (const [name, text] of Object.entries(texts)) if (text !== undefined) params.set(name, text);
  const search = params.toString();
  return search === '' ? '/metrics' : `/metrics?${search}`;
};
