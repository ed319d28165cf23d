import type { MatrixSeries, QueryStatistics, QueryValue, VectorSample } from '@lantern/promql';
import { boundedBuckets } from '@lantern/promql/histogram';
import type { PrometheusBucket, PrometheusHistogram } from '@lantern/query-api';
import type { NativeHistogram } from '@lantern/telemetry-model';
import type { JsonWriter } from '../../transport/answers/json-writer.js';

/** Number of points that are written between two checks of the clock. */
const POINTS_A_STEP = 500;

/** Returns a value in the shortest form, with an exponent of at least two digits below 1e-6 and from 1e21 on. */
export const formatValue = (value: number): string => {
  if (Number.isInteger(value) && value !== 0 && Math.abs(value) < 1e21) return String(value);
  if (Number.isNaN(value)) return 'NaN';
  if (value === Infinity) return '+Inf';
  if (value === -Infinity) return '-Inf';
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const text = String(value);
  // JavaScript switches to exponents at the same sizes as Prometheus.
  return text.includes('e') ? text.replace(/e([-+])(\d)$/, 'e$10$2') : text;
};

const formatTime = (millis: number): string => String(millis / 1000);

const pointJson = (millis: number, value: number): string =>
  `[${formatTime(millis)},"${formatValue(value)}"]`;

/** Returns 0 for a bucket that is open left, 1 open right, 2 open on both sides, 3 closed on both. */
const bucketKind = (lower: number, upper: number): number =>
  lower < 0 ? (upper > 0 ? 3 : 1) : upper > 0 ? 0 : 2;

const formatHistogram = (histogram: NativeHistogram): PrometheusHistogram => {
  const buckets = boundedBuckets(histogram)
    .filter(({ count }) => count !== 0)
    .map(({ lower, upper, count }): PrometheusBucket => [
      bucketKind(lower, upper),
      formatValue(lower),
      formatValue(upper),
      formatValue(count),
    ]);
  return {
    count: formatValue(histogram.count),
    sum: formatValue(histogram.sum),
    ...(buckets.length > 0 ? { buckets } : undefined),
  };
};

const histogramJson = (millis: number, histogram: NativeHistogram): string =>
  `[${formatTime(millis)},${JSON.stringify(formatHistogram(histogram))}]`;

/** Writes the data of a query. @param statistics text of JSON, for a client that asked for it */
export function* writeQueryData(
  out: JsonWriter,
  value: QueryValue,
  statistics: string | undefined,
): Generator<void, void> {
  out.text(`{"resultType":"${value.type}","result":`);
  switch (value.type) {
    case 'scalar':
      out.text(pointJson(value.timeMillis, value.value));
      break;
    case 'string':
      out.text(`[${formatTime(value.timeMillis)},${JSON.stringify(value.value)}]`);
      break;
    case 'vector':
      yield* writeVector(out, value.timeMillis, value.samples);
      break;
    case 'matrix':
      yield* writeMatrix(out, value.series);
  }
  out.text(statistics === undefined ? '}' : `,"stats":${statistics}}`);
}

function* writeVector(
  out: JsonWriter,
  millis: number,
  samples: readonly VectorSample[],
): Generator<void, void> {
  out.text('[');
  for (const [i, { labels, value, histogram }] of samples.entries()) {
    const point = histogram
      ? `"histogram":${histogramJson(millis, histogram)}`
      : `"value":${pointJson(millis, value)}`;
    out.text(`${i > 0 ? ',' : ''}{"metric":${JSON.stringify(labels)},${point}}`);
    if (i % 32 === 31) yield;
  }
  out.text(']');
}

function* writeMatrix(out: JsonWriter, series: readonly MatrixSeries[]): Generator<void, void> {
  out.text('[');
  for (const [i, { labels, timestamps, values, histogramTimestamps, histograms }] of series.entries()) {
    out.text(`${i > 0 ? ',' : ''}{"metric":${JSON.stringify(labels)}`);
    if (timestamps.length > 0) {
      out.text(',"values":[');
      for (let start = 0; start < timestamps.length; start += POINTS_A_STEP) {
        let text = '';
        const end = Math.min(timestamps.length, start + POINTS_A_STEP);
        for (let at = start; at < end; at++)
          text += `${at > 0 ? ',' : ''}${pointJson(timestamps[at] ?? 0, values[at] ?? 0)}`;
        out.text(text);
        yield;
      }
      out.text(']');
    }
    if (histograms.length > 0) {
      out.text(',"histograms":[');
      for (const [at, histogram] of histograms.entries()) {
        out.text(`${at > 0 ? ',' : ''}${histogramJson(histogramTimestamps[at] ?? 0, histogram)}`);
        if (at % 32 === 31) yield;
      }
      out.text(']');
    }
    out.text('}');
    yield;
  }
  out.text(']');
}

/** Statistics of a query as the parameter `stats` asks for them. Times are in seconds. */
export const formatStatistics = (
  { totalQueryableSamples, samplesRead, seriesTouched, peakSamples }: QueryStatistics,
  evalMillis: number,
): string => {
  const total = evalMillis / 1000;
  return JSON.stringify({
    timings: {
      evalTotalTime: total,
      resultSortTime: 0,
      queryPreparationTime: 0,
      innerEvalTime: total,
      execQueueTime: 0,
      execTotalTime: total,
    },
    samples: { totalQueryableSamples, samplesRead, seriesTouched, peakSamples },
  });
};
