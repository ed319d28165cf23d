import type { Metric, MetricFamily, MetricPoint, MetricsRequest } from '@lantern/query-api';
import type { DurationNano, UnixNano } from '@lantern/telemetry-model';
import type { LatencyCounts, RedCell, TraceStore } from '@lantern/telemetry-store';
import { latencyQuantile } from './latency-quantile.js';

/** What happened in one window of time. */
interface Window {
  readonly calls: number;
  readonly errors: number;
  readonly latencies: readonly LatencyCounts[];
}

interface Series {
  readonly service: string;
  readonly operation: string;
  readonly windows: readonly Window[];
}

interface Answer {
  readonly times: readonly UnixNano[];
  readonly windowSeconds: number;
  readonly series: readonly Series[];
}

/** The store counts in periods of this width, or multiples of it. */
const PERIOD_NANO = 10_000_000_000n;

const NANOS_PER_MILLI = 1e6;

/** The latency that the share `quantile` of all calls does not exceed, in milliseconds. */
export const latencies = async (
  store: TraceStore,
  request: MetricsRequest,
  quantile: number,
): Promise<MetricFamily> => {
  const answer = await ask(store, request);
  return familyOf(request, answer, {
    name: 'latencies',
    help: `${quantile.toFixed(2)}th quantile latency`,
    values: ({ windows }) => windows.map((window) => quantileOf(window, quantile) / NANOS_PER_MILLI),
  });
};

/** Calls per second. */
export const callRates = async (store: TraceStore, request: MetricsRequest): Promise<MetricFamily> => {
  const answer = await ask(store, request);
  return familyOf(request, answer, {
    name: 'call_rate',
    help: 'calls/sec',
    values: ({ windows }) => windows.map(({ calls }) => calls / answer.windowSeconds),
  });
};

/** The share of calls that ended with status ERROR. */
export const errorRates = async (store: TraceStore, request: MetricsRequest): Promise<MetricFamily> => {
  const answer = await ask(store, request);
  return familyOf(request, answer, {
    name: 'error_rate',
    help: 'error rate, computed as a fraction of errors/sec over calls/sec',
    values: ({ windows }) => {
      // Without any error the rate is 0 throughout; otherwise there is none where there were no calls.
      const hasErrors = windows.some(({ errors }) => errors > 0);
      return windows.map(({ calls, errors }) => (hasErrors ? errors / calls : 0));
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
 * A point counts the period that it lies in to its end, so that the newest calls show at once.
 */
const ask = async (store: TraceStore, request: MetricsRequest): Promise<Answer> => {
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

  const series = new Map<string, { service: string; operation: string; byPeriod: Map<bigint, RedCell[]> }>();
  for (const cell of cells) {
    const operation = groupByOperation ? cell.operation : '';
    const key = JSON.stringify([cell.service, operation]);
    let one = series.get(key);
    if (one === undefined) series.set(key, (one = { service: cell.service, operation, byPeriod: new Map() }));
    const ofPeriod = one.byPeriod.get(cell.periodStartUnixNano);
    if (ofPeriod === undefined) one.byPeriod.set(cell.periodStartUnixNano, [cell]);
    else ofPeriod.push(cell);
  }
  const windowsOf = (byPeriod: ReadonlyMap<bigint, readonly RedCell[]>): Window[] =>
    times.map((time) => {
      const window = { calls: 0, errors: 0, latencies: [] as LatencyCounts[] };
      const end = roundUp(time, periodNano);
      for (let period = end - ratePer; period < end; period += periodNano) {
        for (const cell of byPeriod.get(period) ?? []) {
          window.calls += cell.calls;
          window.errors += cell.errors;
          window.latencies.push(cell.latencies);
        }
      }
      return window;
    });
  return {
    times,
    windowSeconds: Number(ratePer) / 1e9,
    series: Array.from(series.values(), ({ service, operation, byPeriod }) => ({
      service,
      operation,
      windows: windowsOf(byPeriod),
    })),
  };
};

const roundUp = (value: bigint, unit: DurationNano): bigint => ((value + unit - 1n) / unit) * unit;

const greatestDivisor = (a: bigint, b: bigint): bigint => (b === 0n ? a : greatestDivisor(b, a % b));

/** Not a number without calls. */
const quantileOf = ({ latencies: parts }: Window, quantile: number): number => {
  const counts = new Map<number, number>();
  for (const [nanos, count] of parts.flat()) counts.set(nanos, (counts.get(nanos) ?? 0) + count);
  return (
    latencyQuantile(
      [...counts].sort(([a], [b]) => a - b),
      quantile,
    ) ?? Number.NaN
  );
};

const familyOf = (
  { groupByOperation }: MetricsRequest,
  { times, series }: Answer,
  metric: {
    readonly name: string;
    readonly help: string;
    readonly values: (series: Series) => readonly number[];
  },
): MetricFamily => {
  const metrics = series.map((one): Metric => {
    const values = metric.values(one);
    return {
      labels: [
        { name: 'service_name', value: one.service },
        ...(groupByOperation ? [{ name: 'operation', value: one.operation }] : []),
      ],
      metricPoints: times.map((time, index): MetricPoint => {
        const value = values[index] ?? Number.NaN;
        return {
          gaugeValue: { doubleValue: Number.isNaN(value) ? 'NaN' : value },
          timestamp: timestamp(time),
        };
      }),
    };
  });
  return {
    name: `service_${groupByOperation ? 'operation_' : ''}${metric.name}`,
    type: 'GAUGE',
    help: `${metric.help}, grouped by service${groupByOperation ? ' & operation' : ''}`,
    ...(metrics.length === 0 ? undefined : { metrics }),
  };
};

/** As proto3 JSON writes it: without a fraction that is zero. */
const timestamp = (time: UnixNano): string =>
  new Date(Number(time / 1_000_000n)).toISOString().replace('.000Z', 'Z');
