import {
  CATEGORIZE_LABELS,
  ENCODING_FLAGS_HEADER,
  type LokiList,
  type LokiMatrix,
  type LokiTailFrame,
} from '@lantern/query-api/wire';
import type { UnixNano } from '@lantern/telemetry-model';
import { queryOptions } from '@tanstack/react-query';
import { rangeKey, resolveRange, type ResolvedRange, type TimeRange } from '../time-range/time-range.js';
import { getJson } from './http.js';
import { logLinesOf, type LogLine } from './log-line.js';

/** Time range in Unix nanoseconds, with an exclusive end as in Loki. */
export interface NanoRange {
  readonly startUnixNano: UnixNano;
  readonly endUnixNano: UnixNano;
}

export const nanosOf = ({ startMicros, endMicros }: ResolvedRange): NanoRange => ({
  startUnixNano: startMicros * 1_000n,
  endUnixNano: endMicros * 1_000n,
});

export type Direction = 'forward' | 'backward';

export interface LinesRequest extends NanoRange {
  readonly query: string;
  readonly direction: Direction;
  readonly limit: number;
  readonly signal?: AbortSignal;
}

/** Fetches lines in the requested direction. */
export const fetchLines = async ({
  query,
  startUnixNano,
  endUnixNano,
  direction,
  limit,
  signal,
}: LinesRequest): Promise<LogLine[]> => {
  const answer = await getJson({
    path: '/loki/api/v1/query_range',
    params: {
      query,
      start: String(startUnixNano),
      end: String(endUnixNano),
      limit: String(limit),
      direction,
    },
    headers: { [ENCODING_FLAGS_HEADER]: CATEGORIZE_LABELS },
    ...(signal === undefined ? {} : { signal }),
  });
  const lines = logLinesOf(answer, direction);
  return direction === 'forward' ? lines : lines.reverse();
};

export interface MetricSeries {
  readonly labels: Readonly<Record<string, string>>;
  readonly points: readonly (readonly [millis: number, value: number])[];
}

export interface MetricResult {
  readonly series: readonly MetricSeries[];
  readonly startMillis: number;
  readonly endMillis: number;
  readonly stepMillis: number;
}

const STEPS_MILLIS = [
  ...[100, 200, 500, 1_000, 2_000, 5_000, 10_000, 15_000, 30_000],
  ...[60_000, 120_000, 300_000, 600_000, 900_000, 1_800_000],
  ...[3_600_000, 7_200_000, 21_600_000, 43_200_000, 86_400_000],
];

/** Returns the smallest round step that splits the range into at most `most` parts. */
export const stepFor = (rangeMillis: number, most: number): number =>
  STEPS_MILLIS.find((step) => rangeMillis / step <= most) ?? Math.ceil(rangeMillis / most);

/** Query for the series of a metric query. */
export const metricQuery = (query: string, range: TimeRange, isEnabled: boolean) =>
  queryOptions({
    queryKey: ['log-metric', query, rangeKey(range)],
    enabled: isEnabled,
    queryFn: ({ signal }) => fetchMetric(query, resolveRange(range, Date.now()), 120, signal),
  });

/** Query for the number of lines per level over time. */
export const volumeQuery = (query: string, range: TimeRange, isEnabled: boolean) =>
  queryOptions({
    queryKey: ['log-volume', query, rangeKey(range)],
    enabled: isEnabled,
    queryFn: ({ signal }) => {
      const resolved = resolveRange(range, Date.now());
      const millis = Number((resolved.endMicros - resolved.startMicros) / 1_000n);
      const window = stepFor(millis, 60);
      return fetchMetric(
        `sum by (detected_level, level) (count_over_time(${query} [${window}ms]))`,
        resolved,
        60,
        signal,
      );
    },
  });

const fetchMetric = async (
  query: string,
  { startMicros, endMicros }: ResolvedRange,
  most: number,
  signal: AbortSignal,
): Promise<MetricResult> => {
  const stepMillis = stepFor(Number((endMicros - startMicros) / 1_000n), most);
  // Windows end at multiples of the step, so that a line always falls into the same bar.
  const startMillis = Math.floor(Number(startMicros / 1_000n) / stepMillis) * stepMillis;
  const endMillis = Math.ceil(Number(endMicros / 1_000n) / stepMillis) * stepMillis;
  const answer = (await getJson({
    path: '/loki/api/v1/query_range',
    params: {
      query,
      start: `${startMillis}000000`,
      end: `${endMillis}000000`,
      step: `${stepMillis}ms`,
    },
    signal,
  })) as { data?: Partial<LokiMatrix> };
  const series = (answer.data?.result ?? []).map(({ metric, values }) => ({
    labels: metric,
    points: values.map(([seconds, value]) => [seconds * 1_000, Number(value)] as const),
  }));
  return { series, startMillis, endMillis, stepMillis };
};

/** Returns the WebSocket URL that tails a query. */
export const tailUrl = (query: string): string => {
  const url = new URL('/loki/api/v1/tail', location.href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  url.search = new URLSearchParams({ query, limit: '100' }).toString();
  return url.href;
};

export const tailLinesOf = (frame: unknown): { readonly lines: LogLine[]; readonly dropped: number } => {
  const {
    streams = [],
    dropped_entries: dropped = [],
    dropped_count: count,
  } = frame as Partial<LokiTailFrame>;
  return { lines: logLinesOf({ data: { result: streams } }), dropped: count ?? dropped.length };
};

/** Loki omits empty lists. */
const textsIn = (answer: unknown): readonly string[] => (answer as LokiList<string>).data ?? [];

/** Query for the labels of the streams of the last hours. */
export const labelNamesQuery = () =>
  queryOptions({
    queryKey: ['log-labels'],
    staleTime: 30_000,
    queryFn: async ({ signal }) => textsIn(await getJson({ path: '/loki/api/v1/labels', signal })),
  });

export const labelValuesQuery = (label: string, selector: string) =>
  queryOptions({
    queryKey: ['log-label-values', label, selector],
    staleTime: 30_000,
    queryFn: async ({ signal }) =>
      textsIn(
        await getJson({
          path: `/loki/api/v1/label/${encodeURIComponent(label)}/values`,
          params: selector === '' ? {} : { query: selector },
          signal,
        }),
      ),
  });

/** Field of lines of a selection that is not a stream label. */
export interface LogField {
  readonly name: string;
  readonly type: string;
  readonly cardinality: number;
  /** Parser stage that extracts the field. Undefined for structured metadata. */
  readonly parser: string | undefined;
}

export const fieldsQuery = (selector: string) =>
  queryOptions({
    queryKey: ['log-fields', selector],
    staleTime: 30_000,
    queryFn: async ({ signal }): Promise<LogField[]> => {
      const answer = (await getJson({
        path: '/loki/api/v1/detected_fields',
        params: { query: selector, line_limit: '200' },
        signal,
      })) as {
        fields?: readonly { label: string; type: string; cardinality: number; parsers: string[] | null }[];
      };
      return (answer.fields ?? []).map(({ label, type, cardinality, parsers }) => ({
        name: label,
        type,
        cardinality,
        parser: parsers?.[0],
      }));
    },
  });
