import { isOn } from '../../shared/switch-param.js';
import { readTimeRange, timeRangeParams, type TimeRange } from '../../time-range/time-range.js';

export const DEFAULT_LOOKBACK = '1h';

/** Selector of all streams: every stream has a service. */
export const ANY_SERVICE = '{service_name=~".+"}';

export type LineOrder = 'newest' | 'oldest';

/** State of the page that the URL holds. */
export interface LogsPageState {
  /** LogQL query; {@link ANY_SERVICE} if the URL has none. */
  readonly query: string;
  readonly range: TimeRange;
  readonly order: LineOrder;
  /** Whether new lines are tailed. */
  readonly isLive: boolean;
}

export const parseLogsParams = (params: URLSearchParams): LogsPageState => ({
  query: (params.get('query') ?? '').trim() || ANY_SERVICE,
  range: readTimeRange(params, DEFAULT_LOOKBACK),
  order: params.get('order') === 'oldest' ? 'oldest' : 'newest',
  isLive: isOn(params.get('live')),
});

/** Returns the path of the page. Inverse of `parseLogsParams`. */
export const logsPath = ({ query, range, order, isLive }: Partial<LogsPageState>): string => {
  const texts: Record<string, string | undefined> = {
    query: query === ANY_SERVICE ? undefined : query,
    ...timeRangeParams(range, DEFAULT_LOOKBACK),
    order: order === 'oldest' ? 'oldest' : undefined,
    live: isLive === true ? '1' : undefined,
  };
  const params = new URLSearchParams();
  for (const [name, text] of Object.entries(texts))
    if (text !== undefined && text !== '') params.set(name, text);
  const search = params.toString();
  return search === '' ? '/logs' : `/logs?${search}`;
};
