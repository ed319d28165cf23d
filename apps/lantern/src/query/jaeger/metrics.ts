import type { Metric, MetricFamily, MetricPoint, MetricsRequest } from '@lantern/query-api';
import type { DurationNano, UnixNano } from '@lantern/telemetry-model';
import { LatencyHistogram, latencyBucket, type RedCell, type TraceStore } from '@lantern/telemetry-store';
import { PIECE_BYTES, type JsonPieces } from '../../transport/answers/answer-pieces.js';
import { JsonWriter } from '../../transport/answers/json-writer.js';
import { Turn } from '../../transport/answers/turn.js';
import { latencyQuantile } from './latency-quantile.js';

/** Calls in the window of each point. */
interface Windows {
  readonly calls: Float64Array;
  readonly errors: Float64Array;
  /** Latency at the requested quantile, in nanoseconds; NaN without calls. */
  readonly latencies: Float64Array;
}

interface Series {
  readonly service: string;
  readonly operation: string;
  readonly cells: readonly RedCell[];
}

/** Metric that a request asks for. */
interface AskedMetric {
  readonly name: string;
  readonly help: string;
  /** Quantile of the latencies; without it they are not added up. */
  readonly quantile?: number;
  /** Returns the values of a series from the calls in its windows. */
  readonly values: (windows: Windows, windowSeconds: number) => Float64Array;
}

interface Answer {
  readonly times: readonly UnixNano[];
  /** End of the window of each point, and the width of all windows. */
  readonly windowEnds: readonly UnixNano[];
  readonly width: DurationNano;
  readonly series: readonly Series[];
  /** Series that the answer has no room for. */
  readonly droppedSeries: number;
}

/** The store counts in periods of this width, or multiples of it. */
const PERIOD_NANO = 10_000_000_000n;

/** Limit on the points of all series of an answer together, some 14 MB. */
const MAX_ALL_POINTS = 200_000;

const NANOS_PER_MILLI = 1e6;
const NANOS_PER_SECOND = 1e9;

/** The latency that the share `quantile` of all calls does not exceed, in milliseconds. */
export const latencies = (store: TraceStore, request: MetricsRequest, quantile: number): JsonPieces =>
  familyOf(store, request, {
    name: 'latencies',
    help: `${quantile.toFixed(2)}th quantile latency`,
    quantile,
    values: ({ latencies: nanos }) => nanos.map((value) => value / NANOS_PER_MILLI),
  });

/** Calls per second. */
export const callRates = (store: TraceStore, request: MetricsRequest): JsonPieces =>
  familyOf(store, request, {
    name: 'call_rate',
    help: 'calls/sec',
    values: ({ calls }, windowSeconds) => calls.map((count) => count / windowSeconds),
  });

/** The share of calls that ended with status ERROR. */
export const errorRates = (store: TraceStore, request: MetricsRequest): JsonPieces =>
  familyOf(store, request, {
    name: 'error_rate',
    help: 'error rate, computed as a fraction of errors/sec over calls/sec',
    values: ({ calls, errors }) => {
      // Without any error the rate is 0 throughout; otherwise points without calls have no rate.
      const hasErrors = errors.some((count) => count > 0);
      return errors.map((count, at) => (hasErrors ? count / (calls[at] ?? 0) : 0));
    },
  });

/**
 * Reads the calls of a request. Time is cut into windows that overlap, each as long as `ratePer` and ending with its point:
 *
 * ```
 * periods   |  3  |  0  |  5  |  1  |     calls
 * point at              ^ step ^ …
 * windows   |-- 3 + 0 --|
 *                 |-- 0 + 5 --|
 * ```
 *
 * A point counts its period to the end, so that the newest calls are visible immediately.
 */
const ask = async (
  store: TraceStore,
  { services, kinds, range, stepNano, ratePerNano, groupByOperation }: MetricsRequest,
  turn: Turn,
): Promise<Answer> => {
  const width = roundUp(ratePerNano, PERIOD_NANO);
  const periodNano = stepNano % PERIOD_NANO === 0n ? greatestDivisor(stepNano, width) : PERIOD_NANO;
  const times: UnixNano[] = [];
  for (let time = range.startUnixNano; time <= range.endUnixNano; time += stepNano) times.push(time);
  const cells = await store.redMetrics({
    services,
    kinds,
    periodNano,
    range: {
      startUnixNano: roundUp(range.startUnixNano, periodNano) - width,
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
    const pause = turn.giveWay();
    if (pause) await pause;
  }
  const kept = busiest([...series.values()], Math.max(1, Math.floor(MAX_ALL_POINTS / times.length)));
  return {
    times,
    windowEnds: times.map((time) => roundUp(time, periodNano)),
    width,
    series: kept,
    droppedSeries: series.size - kept.length,
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

/** Writes a {@link MetricFamily}, series by series. */
async function* familyOf(store: TraceStore, request: MetricsRequest, metric: AskedMetric): JsonPieces {
  const turn = new Turn();
  const { groupByOperation } = request;
  const { times, windowEnds, width, series, droppedSeries } = await ask(store, request, turn);
  const family: MetricFamily = {
    name: `service_${groupByOperation ? 'operation_' : ''}${metric.name}`,
    type: 'GAUGE',
    help:
      `${metric.help}, grouped by service${groupByOperation ? ' & operation' : ''}` +
      // Jaeger's clients ignore this field.
      (droppedSeries === 0
        ? ''
        : `; the ${series.length} of ${series.length + droppedSeries} with the most calls`),
    metrics: [],
  };
  const out = new JsonWriter();
  out.text(JSON.stringify(family).slice(0, -LIST_END.length));
  // Shared by all series: formatting one takes longer than all else about a point.
  const timestamps = times.map(timestamp);
  for (const [at, { service, operation, cells }] of series.entries()) {
    const values = metric.values(
      slide(cells, windowEnds, width, metric.quantile),
      Number(width) / NANOS_PER_SECOND,
    );
    const one: Metric = {
      labels: [
        { name: 'service_name', value: service },
        ...(groupByOperation ? [{ name: 'operation', value: operation }] : []),
      ],
      metricPoints: timestamps.map((text, index): MetricPoint => {
        const value = values[index] ?? Number.NaN;
        return {
          gaugeValue: { doubleValue: Number.isNaN(value) ? 'NaN' : value },
          timestamp: text,
        };
      }),
    };
    if (at > 0) out.comma();
    out.text(JSON.stringify(one));
    const pause = turn.giveWay();
    if (pause) await pause;
    if (out.length >= PIECE_BYTES) yield out.take();
  }
  out.text(LIST_END);
  yield out.take();
}

/** End of a family, behind its last metric. */
const LIST_END = ']}';

/** As proto3 JSON writes it: without a fraction that is zero. */
const timestamp = (time: UnixNano): string =>
  new Date(Number(time / 1_000_000n)).toISOString().replace('.000Z', 'Z');
