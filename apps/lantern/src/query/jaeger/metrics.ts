import type { Metric, MetricFamily, MetricPoint, MetricsRequest } from '@lantern/query-api';
import type { DurationNano, UnixNano } from '@lantern/telemetry-model';
import { LatencyHistogram, latencyBucket, type RedCell, type TraceStore } from '@lantern/telemetry-store';
import { latencyQuantile } from './latency-quantile.js';

/** Calls in the window of each point. */
interface Windows {
  readonly calls: Float64Array;
  readonly errors: Float64Array;
  /** Latency at the requested quantile, in nanoseconds; NaN without calls. */
  readonly latencies: Float64Array;
}

interface Series extends Windows {
  readonly service: string;
  readonly operation: string;
}

interface Answer {
  readonly times: readonly UnixNano[];
  readonly windowSeconds: number;
  readonly series: readonly Series[];
  /** Series that the answer has no room for. */
  readonly droppedSeries: number;
}

/** The store counts in periods of this width, or multiples of it. */
const PERIOD_NANO = 10_000_000_000n;

/** Limit on the points of all series of an answer together, some 14 MB. */
const MAX_ALL_POINTS = 200_000;

const NANOS_PER_MILLI = 1e6;

/** The latency that the share `quantile` of all calls does not exceed, in milliseconds. */
export const latencies = async (
  store: TraceStore,
  request: MetricsRequest,
  quantile: number,
): Promise<MetricFamily> => {
  const answer = await ask(store, request, quantile);
  return familyOf(request, answer, {
    name: 'latencies',
    help: `${quantile.toFixed(2)}th quantile latency`,
    values: ({ latencies: nanos }) => nanos.map((value) => value / NANOS_PER_MILLI),
  });
};

/** Calls per second. */
export const callRates = async (store: TraceStore, request: MetricsRequest): Promise<MetricFamily> => {
  const answer = await ask(store, request);
  return familyOf(request, answer, {
    name: 'call_rate',
    help: 'calls/sec',
    values: ({ calls }) => calls.map((count) => count / answer.windowSeconds),
  });
};

/** The share of calls that ended with status ERROR. */
export const errorRates = async (store: TraceStore, request: MetricsRequest): Promise<MetricFamily> => {
  const answer = await ask(store, request);
  return familyOf(request, answer, {
    name: 'error_rate',
    help: 'error rate, computed as a fraction of errors/sec over calls/sec',
    values: ({ calls, errors }) => {
      // Without any error the rate is 0 throughout; otherwise points without calls have no rate.
      const hasErrors = errors.some((count) => count > 0);
      return errors.map((count, at) => (hasErrors ? count / (calls[at] ?? 0) : 0));
    },
  });
};

/**
 * Cuts time into windows that overlap, each as long as `ratePer` and ending with its point:
 *
 * ```
 * periods   |  3  |  0  |  5  |  1  |     calls
 * point at              ^ step ^ …
 * windows   |-- 3 + 0 --|
 *                 |-- 0 + 5 --|
 * ```
 *
 * A point counts its period to the end, so that the newest calls are visible immediately.
 *
 * @param quantile of the latencies; without it they are not added up
 */
const ask = async (store: TraceStore, request: MetricsRequest, quantile?: number): Promise<Answer> => {
  const { services, kinds, range, stepNano, ratePerNano, groupByOperation } = request;
  const ratePer = roundUp(ratePerNano, PERIOD_NANO);
  const periodNano = stepNano % PERIOD_NANO === 0n ? greatestDivisor(stepNano, ratePer) : PERIOD_NANO;
  const times: UnixNano[] = [];
  for (let time = range.startUnixNano; time <= range.endUnixNano; time += stepNano) times.push(time);
  const cells = await store.redMetrics({
    services,
    kinds,
    periodNano,
    range: {
      startUnixNano: roundUp(range.startUnixNano, periodNano) - ratePer,
      endUnixNano: roundUp(range.endUnixNano, periodNano),
    },
  });

  const series = new Map<string, { service: string; operation: string; cells: RedCell[] }>();
  for (const cell of cells) {
    const operation = groupByOperation ? cell.operation : '';
    const key = JSON.stringify([cell.service, operation]);
    const one = series.get(key);
    if (one) one.cells.push(cell);
    else series.set(key, { service: cell.service, operation, cells: [cell] });
  }
  const windowEnds = times.map((time) => roundUp(time, periodNano));
  const kept = busiest([...series.values()], Math.max(1, Math.floor(MAX_ALL_POINTS / times.length)));
  return {
    times,
    windowSeconds: Number(ratePer) / 1e9,
    droppedSeries: series.size - kept.length,
    series: kept.map(({ service, operation, cells: own }) => ({
      service,
      operation,
      ...slide(own, windowEnds, ratePer, quantile),
    })),
  };
};

/** Returns the series with the most calls, in their original order. */
const busiest = <One extends { readonly cells: readonly RedCell[] }>(series: One[], count: number): One[] => {
  if (series.length <= count) return series;
  const callsOf = new Map(series.map((one) => [one, one.cells.reduce((sum, { calls }) => sum + calls, 0)]));
  const kept = new Set(
    series.toSorted((a, b) => (callsOf.get(b) ?? 0) - (callsOf.get(a) ?? 0)).slice(0, count),
  );
  return series.filter((one) => kept.has(one));
};

/**
 * Moves a window over the cells of a series. Each cell enters it once and leaves it once, so that a long window costs
 * no more than a short one.
 */
const slide = (
  cells: readonly RedCell[],
  ends: readonly UnixNano[],
  width: DurationNano,
  quantile: number | undefined,
): Windows => {
  const ascending = cells.toSorted((a, b) => Number(a.periodStartUnixNano - b.periodStartUnixNano));
  const [calls, errors] = [new Float64Array(ends.length), new Float64Array(ends.length)];
  const latencies = new Float64Array(ends.length).fill(Number.NaN);
  // By bucket: the mean of a bucket differs from cell to cell.
  const histogram = new LatencyHistogram();
  let [callCount, errorCount] = [0, 0];
  const add = (cell: RedCell | undefined, sign: 1 | -1): void => {
    if (!cell) return;
    callCount += sign * cell.calls;
    errorCount += sign * cell.errors;
    if (quantile === undefined) return;
    for (const [nanos, count] of cell.latencies) {
      histogram.addBucket(latencyBucket(nanos), sign * count, sign * count * nanos);
    }
  };
  let [first, behind] = [0, 0];
  for (const [at, end] of ends.entries()) {
    const [firstBefore, behindBefore] = [first, behind];
    while ((ascending[behind]?.periodStartUnixNano ?? end) < end) add(ascending[behind++], 1);
    while (first < behind && (ascending[first]?.periodStartUnixNano ?? end) < end - width) {
      add(ascending[first++], -1);
    }
    calls[at] = callCount;
    errors[at] = errorCount;
    const isSame = at > 0 && first === firstBefore && behind === behindBefore;
    if (quantile === undefined) continue;
    // Not a number without calls.
    latencies[at] = isSame
      ? (latencies[at - 1] ?? 0)
      : (latencyQuantile(histogram.latencies(), quantile) ?? Number.NaN);
  }
  return { calls, errors, latencies };
};

const roundUp = (value: bigint, unit: DurationNano): bigint => ((value + unit - 1n) / unit) * unit;

const greatestDivisor = (a: bigint, b: bigint): bigint => (b === 0n ? a : greatestDivisor(b, a % b));

const familyOf = (
  { groupByOperation }: MetricsRequest,
  { times, series, droppedSeries }: Answer,
  metric: {
    readonly name: string;
    readonly help: string;
    readonly values: (series: Series) => Float64Array;
  },
): MetricFamily => {
  // Shared by all series: formatting one takes longer than all else about a point.
  const timestamps = times.map(timestamp);
  const metrics = series.map((one): Metric => {
    const values = metric.values(one);
    return {
      labels: [
        { name: 'service_name', value: one.service },
        ...(groupByOperation ? [{ name: 'operation', value: one.operation }] : []),
      ],
      metricPoints: timestamps.map((text, index): MetricPoint => {
        const value = values[index] ?? Number.NaN;
        return {
          gaugeValue: { doubleValue: Number.isNaN(value) ? 'NaN' : value },
          timestamp: text,
        };
      }),
    };
  });
  return {
    name: `service_${groupByOperation ? 'operation_' : ''}${metric.name}`,
    type: 'GAUGE',
    help:
      `${metric.help}, grouped by service${groupByOperation ? ' & operation' : ''}` +
      // Jaeger's clients ignore this field.
      (droppedSeries === 0
        ? ''
        : `; the ${series.length} of ${series.length + droppedSeries} with the most calls`),
    metrics,
  };
};

/** As proto3 JSON writes it: without a fraction that is zero. */
const timestamp = (time: UnixNano): string =>
  new Date(Number(time / 1_000_000n)).toISOString().replace('.000Z', 'Z');
