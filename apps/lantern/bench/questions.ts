import type { TraceId } from '@lantern/telemetry-model';
import type { TraceQuery, TraceStore } from '@lantern/telemetry-store';
import { WORKLOAD_START } from '@lantern/telemetry-store/testing/shop-workload';

/** Query of the benchmark: over HTTP, and as a call of the store. */
export interface Question {
  readonly name: string;
  readonly path: (round: number) => string;
  /** Absent for a query without a goal for the store. */
  readonly engine?: (store: TraceStore, round: number) => Promise<unknown>;
  /** Maximum time in the store. HTTP may add {@link HTTP_MILLIS}. */
  readonly engineMillis: number;
}

export const HTTP_MILLIS = 3;

const LIMIT = 20;
const HOUR_NANO = 3_600_000_000_000n;
const MINUTE_NANO = 60_000_000_000n;

const timeOf = (nano: bigint): string => new Date(Number(nano / 1_000_000n)).toISOString();

/** @param traceIds IDs of traces that are spread over the range */
export const questionsFor = (traceIds: readonly TraceId[], endUnixNano: bigint): Question[] => {
  const range = { startUnixNano: WORKLOAD_START, endUnixNano };
  const idOf = (round: number): TraceId => traceIds[round % traceIds.length] ?? ('' as TraceId);
  const times = `query.startTimeMin=${timeOf(WORKLOAD_START)}&query.startTimeMax=${timeOf(endUnixNano)}`;

  const search = (
    name: string,
    query: (round: number) => Omit<Partial<TraceQuery>, 'range'>,
    params: (round: number) => string,
  ): Question => ({
    name: `search: ${name}`,
    path: (round) => `/api/v3/trace-summaries?${times}&query.searchDepth=${LIMIT}&${params(round)}`,
    // One more than the limit shows whether there is a next page.
    engine: (store, round) => store.findTraces({ range, limit: LIMIT + 1, ...query(round) }),
    engineMillis: 15,
  });
  const tag = (name: string, key: string, value: (round: number) => string): Question =>
    search(
      name,
      (round) => ({ attributes: { [key]: value(round) } }),
      (round) => `query.attributes=${encodeURIComponent(JSON.stringify({ [key]: value(round) }))}`,
    );
  const rollup = (name: string, path: string): Question => ({ name, path: () => path, engineMillis: 2 });
  const endMillis = endUnixNano / 1_000_000n;
  const allMillis = (endUnixNano - WORKLOAD_START) / 1_000_000n;
  const metrics = (name: string, lookback: bigint, step: bigint): Question =>
    rollup(
      `SPM, ${name}: latencies by operation`,
      `/api/metrics/latencies?service=order-service&quantile=0.95&groupByOperation=true&endTs=${endMillis}` +
        `&lookback=${lookback}&step=${step}&ratePer=${step}`,
    );
  const services = ['api-gateway', 'order-service', 'user-service'];

  return [
    {
      name: 'trace by id: legacy',
      path: (round) => `/api/traces/${idOf(round)}`,
      engine: (store, round) => store.getTrace(idOf(round)),
      engineMillis: 2,
    },
    {
      name: 'trace by id: v3',
      path: (round) => `/api/v3/traces/${idOf(round)}`,
      engine: (store, round) => store.getTrace(idOf(round)),
      engineMillis: 2,
    },
    search(
      'service',
      (round) => ({ service: services[round % 3] ?? '' }),
      (round) => `query.serviceName=${services[round % 3]}`,
    ),
    {
      name: 'search: service, legacy',
      path: (round) =>
        `/api/traces?service=${services[round % 3]}&limit=${LIMIT}` +
        `&start=${WORKLOAD_START / 1_000n}&end=${endUnixNano / 1_000n}`,
      engine: (store, round) => store.findTraces({ range, limit: LIMIT, service: services[round % 3] ?? '' }),
      engineMillis: 15,
    },
    search(
      'service and operation',
      () => ({ service: 'order-service', operation: 'calculate_total' }),
      () => 'query.serviceName=order-service&query.operationName=calculate_total',
    ),
    tag('rare tag (a user), first query', 'user.id', (round) => `u-${5 + round * 7}`),
    tag('rare tag (a user), repeated', 'user.id', (round) => `u-${2_005 + (round % 4)}`),
    tag('tag that no span has', 'user.id', (round) => `nobody-${round}`),
    search(
      'errors',
      () => ({ attributes: { error: 'true' } }),
      () => 'query.attributes=%7B%22error%22%3A%22true%22%7D',
    ),
    search(
      'span of 2 s and more',
      () => ({ minDurationNano: 2_000_000_000n }),
      () => 'query.durationMin=2s',
    ),
    rollup('services', '/api/v3/services'),
    rollup('operations', '/api/v3/operations?service=order-service'),
    rollup(
      'dependencies, an hour',
      `/api/dependencies?endTs=${endMillis}&lookback=${HOUR_NANO / 1_000_000n}`,
    ),
    rollup('dependencies, all', `/api/dependencies?endTs=${endMillis}&lookback=${allMillis}`),
    metrics('an hour by a minute', HOUR_NANO / 1_000_000n, MINUTE_NANO / 1_000_000n),
    metrics('all by a minute', allMillis, MINUTE_NANO / 1_000_000n),
    rollup(
      'statistics of all operations, all',
      `/api/v3/lantern/operations?startTime=${timeOf(WORKLOAD_START)}&endTime=${timeOf(endUnixNano)}`,
    ),
  ];
};
