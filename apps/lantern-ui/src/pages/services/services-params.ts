import {
  readTimeRange,
  timeRangeParams,
  lookbackRange,
  type TimeRange,
} from '../../time-range/time-range.js';
import { KIND_GROUPS, type KindGroup } from './operation-rows.js';

export const DEFAULT_LOOKBACK = '1h';

/** Periods to compare with. */
export const COMPARISONS = [
  { value: 'before', label: 'previous period', earlierMillis: undefined },
  { value: '1d', label: 'a day earlier', earlierMillis: 86_400_000 },
  { value: '7d', label: 'a week earlier', earlierMillis: 604_800_000 },
] as const;
export type Comparison = (typeof COMPARISONS)[number]['value'];

/** State of the page that the URL holds. */
export interface ServicesPageState {
  /** Service name; empty for all services. */
  readonly service: string;
  readonly range: TimeRange;
  readonly compare: Comparison;
  readonly kinds: KindGroup;
}

/** Parses the URL, including links of Jaeger’s Monitor, which writes `timeframe` in milliseconds. */
export const parseServicesParams = (params: URLSearchParams): ServicesPageState => {
  const timeframe = /^\d{4,12}$/.exec(params.get('timeframe') ?? '')?.[0];
  const compare = params.get('compare');
  const kinds = params.get('spanKind');
  return {
    service: params.get('service') ?? '',
    range:
      timeframe === undefined
        ? readTimeRange(params, DEFAULT_LOOKBACK)
        : lookbackRange(lookbackOf(Number(timeframe) / 1_000)),
    compare: COMPARISONS.find(({ value }) => value === compare)?.value ?? 'before',
    kinds: KIND_GROUPS.find((group) => group === kinds) ?? 'requests',
  };
};

const lookbackOf = (seconds: number): string => {
  const whole = Math.max(1, Math.round(seconds));
  if (whole % 3_600 === 0) return `${whole / 3_600}h`;
  return whole % 60 === 0 ? `${whole / 60}m` : `${whole}s`;
};

/** Returns the path of the page. Inverse of `parseServicesParams`. */
export const servicesPath = ({ service, range, compare, kinds }: Partial<ServicesPageState>): string => {
  const params = new URLSearchParams();
  const texts = {
    service,
    ...timeRangeParams(range, DEFAULT_LOOKBACK),
    compare: compare === 'before' ? undefined : compare,
    spanKind: kinds === 'requests' ? undefined : kinds,
  };
  for (const [name, text] of Object.entries(texts))
    if (text !== undefined && text !== '') params.set(name, text);
  const query = params.toString();
  return query === '' ? '/monitor' : `/monitor?${query}`;
};
