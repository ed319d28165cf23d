import type {
  PrometheusExemplars,
  PrometheusHistogram,
  PrometheusMetadata,
  PrometheusQueryData,
  PrometheusSuccess,
} from '@lantern/query-api/wire';
import { queryOptions } from '@tanstack/react-query';
import { rangeKey, resolveRange, type TimeRange } from '../time-range/time-range.js';
import { getJson } from './http.js';
import { stepFor, type MetricResult, type MetricSeries } from './loki.js';

/** Time for which names of metrics, labels and values are fresh. */
const FRESH_MILLIS = 30_000;

/** Maximum number of points of a series in a graph. */
const MOST_POINTS = 240;

/** Default evaluation interval: finer steps repeat the same samples. */
const LEAST_STEP_MILLIS = 5_000;

/** Native histogram at a time, in milliseconds since 1970. */
export type HistogramPoint = readonly [millis: number, histogram: PrometheusHistogram];

export interface PromqlSeries extends MetricSeries {
  /** Native histograms of the series. */
  readonly histograms: readonly HistogramPoint[];
}

/** Answer to a range query. */
export interface PromqlRange extends MetricResult {
  readonly series: readonly PromqlSeries[];
  /** Warnings and infos of the evaluation. */
  readonly notes: readonly string[];
}

/** Value of a series at one time. */
export interface PromqlSample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number | undefined;
  readonly histogram: PrometheusHistogram | undefined;
}

export interface PromqlInstant {
  readonly millis: number;
  readonly samples: readonly PromqlSample[];
  readonly notes: readonly string[];
}

/** Sample of a request whose trace was recorded. */
export interface Exemplar {
  readonly millis: number;
  readonly value: number;
  readonly traceId: string;
  readonly spanId: string | undefined;
  readonly seriesLabels: Readonly<Record<string, string>>;
}

const notesOf = ({ warnings = [], infos = [] }: PrometheusSuccess<unknown>): string[] => [
  ...warnings,
  ...infos,
];

/** Returns steps that are whole multiples, so that a refresh moves the points by whole steps. */
export const stepsOf = (range: TimeRange, nowMillis: number) => {
  const { startMicros, endMicros } = resolveRange(range, nowMillis);
  const [start, end] = [Number(startMicros / 1_000n), Number(endMicros / 1_000n)];
  const stepMillis = Math.max(LEAST_STEP_MILLIS, stepFor(end - start, MOST_POINTS));
  return {
    startMillis: Math.floor(start / stepMillis) * stepMillis,
    endMillis: Math.floor(end / stepMillis) * stepMillis,
    stepMillis,
  };
};

/** Query for the series of an expression over a time range. */
export const promqlRangeQuery = (query: string, range: TimeRange) =>
  queryOptions({
    queryKey: ['promql-range', query, rangeKey(range)],
    enabled: query !== '',
    queryFn: async ({ signal }): Promise<PromqlRange> => {
      const steps = stepsOf(range, Date.now());
      const answer = (await getJson({
        path: '/api/v1/query_range',
        params: {
          query,
          start: String(steps.startMillis / 1_000),
          end: String(steps.endMillis / 1_000),
          step: String(steps.stepMillis / 1_000),
        },
        signal,
      })) as PrometheusSuccess<PrometheusQueryData>;
      const series = answer.data.resultType === 'matrix' ? answer.data.result : [];
      return {
        ...steps,
        notes: notesOf(answer),
        series: series.map(({ metric, values = [], histograms = [] }) => ({
          labels: metric,
          points: values.map(([seconds, value]) => [seconds * 1_000, promqlNumber(value)] as const),
          histograms: histograms.map(([seconds, histogram]) => [seconds * 1_000, histogram] as const),
        })),
      };
    },
  });

/** Query for the values of an expression at the end of a time range. */
export const promqlInstantQuery = (query: string, range: TimeRange) =>
  queryOptions({
    queryKey: ['promql-instant', query, rangeKey(range)],
    enabled: query !== '',
    queryFn: async ({ signal }): Promise<PromqlInstant> => {
      const millis = Number(resolveRange(range, Date.now()).endMicros / 1_000n);
      const answer = (await getJson({
        path: '/api/v1/query',
        params: { query, time: String(millis / 1_000) },
        signal,
      })) as PrometheusSuccess<PrometheusQueryData>;
      return { millis, samples: samplesOf(answer.data), notes: notesOf(answer) };
    },
  });

const samplesOf = (data: PrometheusQueryData): PromqlSample[] => {
  switch (data.resultType) {
    case 'vector':
      return data.result.map(({ metric, value, histogram }) => ({
        labels: metric,
        value: value === undefined ? undefined : promqlNumber(value[1]),
        histogram: histogram?.[1],
      }));
    case 'matrix':
      return data.result.map(({ metric, values = [], histograms = [] }) => {
        const last = values.at(-1);
        return {
          labels: metric,
          value: last === undefined ? undefined : promqlNumber(last[1]),
          histogram: histograms.at(-1)?.[1],
        };
      });
    default:
      return [{ labels: {}, value: promqlNumber(data.result[1]), histogram: undefined }];
  }
};

/** Prometheus writes numbers as texts, infinity as `+Inf`. */
export const promqlNumber = (text: string): number => Number(text.replace('Inf', 'Infinity'));

/** Query for the exemplars of the series that an expression selects. */
export const exemplarsQuery = (query: string, range: TimeRange) =>
  queryOptions({
    queryKey: ['promql-exemplars', query, rangeKey(range)],
    enabled: query !== '',
    queryFn: async ({ signal }): Promise<Exemplar[]> => {
      const { startMicros, endMicros } = resolveRange(range, Date.now());
      const answer = (await getJson({
        path: '/api/v1/query_exemplars',
        params: { query, start: String(Number(startMicros) / 1e6), end: String(Number(endMicros) / 1e6) },
        signal,
      })) as PrometheusSuccess<readonly PrometheusExemplars[]>;
      return answer.data.flatMap(({ seriesLabels, exemplars }) =>
        exemplars.flatMap(({ labels, value, timestamp }) => {
          const traceId = labels.trace_id ?? labels.traceID ?? labels.traceId;
          return traceId === undefined
            ? []
            : [
                {
                  millis: timestamp * 1_000,
                  value: promqlNumber(value),
                  traceId,
                  spanId: labels.span_id ?? labels.spanID ?? labels.spanId,
                  seriesLabels,
                },
              ];
        }),
      );
    },
  });

/** Name of a metric with what is known of it. */
export interface Metric {
  readonly name: string;
  /** `counter`, `gauge`, `histogram`, `summary`, or empty if unknown. */
  readonly type: string;
  readonly unit: string;
  readonly help: string;
}

/** Suffixes of the series of histograms and summaries, whose metadata has the name without them. */
const SERIES_SUFFIX = /_(?:bucket|count|sum|total)$/;

/** Query for the names of all metrics. */
export const metricsQuery = () =>
  queryOptions({
    queryKey: ['promql-metrics'],
    staleTime: FRESH_MILLIS,
    queryFn: async ({ signal }): Promise<Metric[]> => {
      const [names, metadata] = (await Promise.all([
        getJson({ path: '/api/v1/label/__name__/values', signal }),
        getJson({ path: '/api/v1/metadata', signal }),
      ])) as [
        PrometheusSuccess<readonly string[]>,
        PrometheusSuccess<Readonly<Record<string, readonly PrometheusMetadata[]>>>,
      ];
      const known = new Map(Object.entries(metadata.data));
      return names.data.map((name) => {
        const {
          type = '',
          unit = '',
          help = '',
        } = known.get(name)?.[0] ?? known.get(name.replace(SERIES_SUFFIX, ''))?.[0] ?? {};
        return { name, type: type === 'unknown' ? '' : type, unit, help };
      });
    },
  });

/** Query for the label names of the series of a selector; of all series if it is empty. */
export const seriesLabelsQuery = (selector: string) =>
  queryOptions({
    queryKey: ['promql-labels', selector],
    staleTime: FRESH_MILLIS,
    queryFn: async ({ signal }) => {
      const names = await listAt('/api/v1/labels', selector, signal);
      return names.filter((name) => name !== '__name__');
    },
  });

export const seriesLabelValuesQuery = (label: string, selector: string) =>
  queryOptions({
    queryKey: ['promql-label-values', label, selector],
    staleTime: FRESH_MILLIS,
    queryFn: ({ signal }) => listAt(`/api/v1/label/${encodeURIComponent(label)}/values`, selector, signal),
  });

const listAt = async (path: string, selector: string, signal: AbortSignal): Promise<readonly string[]> => {
  const params: Record<string, string> = selector === '' ? {} : { 'match[]': selector };
  const { data } = (await getJson({ path, params, signal })) as PrometheusSuccess<readonly string[]>;
  return data;
};
