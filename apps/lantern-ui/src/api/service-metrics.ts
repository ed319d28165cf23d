import type { MetricFamily } from '@lantern/query-api/wire';
import { queryOptions } from '@tanstack/react-query';
import { rangeKey, resolveRange, type TimeRange } from '../time-range/time-range.js';
import { getJson } from './http.js';

/** Value at a time, in milliseconds since 1970. There is none for a time without calls. */
export type MetricSample = readonly [millis: number, value: number];

export interface MetricWindow {
  readonly startMillis: number;
  readonly endMillis: number;
  readonly stepMillis: number;
}

/** Samples by service. */
type Series = ReadonlyMap<string, readonly MetricSample[]>;

/** Calls per second over time. */
export interface CallRates extends MetricWindow {
  readonly rates: Series;
}

/** Metrics of a service over time. */
export interface ServiceMetrics extends MetricWindow {
  readonly rate: readonly MetricSample[];
  /** Failed shares, between 0 and 1. */
  readonly errors: readonly MetricSample[];
  /** Median latency in milliseconds. */
  readonly p50: readonly MetricSample[];
  readonly p95: readonly MetricSample[];
  readonly p99: readonly MetricSample[];
}

/** Length of the periods for which Lantern aggregates calls. */
const PERIOD_MILLIS = 10_000;
const POINTS = 60;

/** Returns about sixty steps of whole periods; the last one ends with the range. */
export const metricWindow = (range: TimeRange, nowMillis: number): MetricWindow => {
  const { startMicros, endMicros } = resolveRange(range, nowMillis);
  const [start, end] = [Number(startMicros / 1_000n), Number(endMicros / 1_000n)];
  const stepMillis = Math.max(1, Math.ceil((end - start) / POINTS / PERIOD_MILLIS)) * PERIOD_MILLIS;
  const endMillis = Math.ceil(end / PERIOD_MILLIS) * PERIOD_MILLIS;
  const steps = Math.max(1, Math.floor((endMillis - start) / stepMillis));
  return { startMillis: endMillis - steps * stepMillis, endMillis, stepMillis };
};

const ask = async (
  metric: 'calls' | 'errors' | 'latencies',
  services: readonly string[],
  window: MetricWindow,
  signal: AbortSignal,
  quantile?: number,
): Promise<Series> => {
  const { startMillis, endMillis, stepMillis } = window;
  const params = new URLSearchParams([
    ...services.map((service) => ['service', service]),
    // Server spans are requests to a service; its own calls to other services do not count.
    ['spanKind', 'server'],
    ['spanKind', 'consumer'],
    ['endTs', String(endMillis)],
    ['lookback', String(endMillis - startMillis)],
    ['step', String(stepMillis)],
    ['ratePer', String(stepMillis)],
    ...(quantile === undefined ? [] : [['quantile', String(quantile)]]),
  ]);
  return seriesOf(await getJson({ path: `/api/metrics/${metric}?${params.toString()}`, signal }));
};

export const seriesOf = (answer: unknown): Series =>
  new Map(
    ((answer as Partial<MetricFamily>).metrics ?? []).map(({ labels, metricPoints }) => [
      labels[0]?.value ?? '',
      metricPoints.flatMap(({ timestamp, gaugeValue: { doubleValue } }): MetricSample[] =>
        typeof doubleValue === 'number' ? [[Date.parse(timestamp), doubleValue]] : [],
      ),
    ]),
  );

export const callRatesQuery = (services: readonly string[], range: TimeRange) =>
  queryOptions({
    queryKey: ['call-rates', services, rangeKey(range)],
    enabled: services.length > 0,
    queryFn: async ({ signal }): Promise<CallRates> => {
      const window = metricWindow(range, Date.now());
      return { ...window, rates: await ask('calls', services, window, signal) };
    },
    // React Query cannot structurally compare a Map.
    structuralSharing: false,
  });

export const serviceMetricsQuery = (service: string, range: TimeRange) =>
  queryOptions({
    queryKey: ['service-metrics', service, rangeKey(range)],
    queryFn: async ({ signal }): Promise<ServiceMetrics> => {
      const window = metricWindow(range, Date.now());
      const one = async (...[metric, quantile]: ['calls' | 'errors' | 'latencies', number?]) =>
        (await ask(metric, [service], window, signal, quantile)).get(service) ?? [];
      const [rate, errors, p50, p95, p99] = await Promise.all([
        one('calls'),
        one('errors'),
        one('latencies', 0.5),
        one('latencies', 0.95),
        one('latencies', 0.99),
      ]);
      return { ...window, rate, errors, p50, p95, p99 };
    },
  });
