import { SpanKind, type Trace, type TraceId } from '@lantern/telemetry-model';
import type { TraceQuery, TraceStore } from '../src/trace-store.js';

import { WORKLOAD_START } from '../src/testing/shop-workload.js';

const SECOND = 1_000_000_000n;
const HOUR = 3_600n * SECOND;
const SERVICES = ['api-gateway', 'order-service', 'user-service'] as const;

export interface Question {
  readonly name: string;
  readonly rounds: number;
  /** Milliseconds of the median. */
  readonly goal: number;
  readonly ask: (round: number) => Promise<unknown>;
}

/** Returns the questions that Lantern's pages and APIs ask, over the workload of the shop. */
export const questionsTo = async (traces: TraceStore): Promise<Question[]> => {
  const { traces: traceCount } = await traces.stats();
  const end = WORKLOAD_START + BigInt(Math.ceil(traceCount * 63_000_000)) + 10n * SECOND;
  const all = { startUnixNano: WORKLOAD_START, endUnixNano: end };
  const hour = { startUnixNano: end - HOUR, endUnixNano: end };
  const find = (query: Partial<TraceQuery>): Promise<Trace[]> =>
    traces.findTraces({ range: all, limit: 20, ...query });

  const some: Trace[] = [];
  for (let i = 1n; i <= 40n; i++) {
    const to = WORKLOAD_START + ((end - WORKLOAD_START) * i) / 40n;
    some.push(...(await find({ range: { ...all, endUnixNano: to }, limit: 5 })));
  }
  const ids = some.map(({ traceId }) => traceId);
  const idAt = (n: number): TraceId => ids[n % ids.length] ?? ('' as TraceId);
  const orders = some.map(orderOf).filter((order) => order !== undefined);

  const red = (from: bigint, periodNano: bigint) => () =>
    traces.redMetrics({
      services: ['order-service'],
      kinds: [SpanKind.server],
      range: {
        startUnixNano: from - (from % periodNano),
        endUnixNano: end - (end % periodNano) + periodNano,
      },
      periodNano,
    });

  const search = (name: string, query: (round: number) => Partial<TraceQuery>, rounds = 40): Question => ({
    name: `search: ${name}`,
    rounds,
    goal: 15,
    ask: (round) => find(query(round)),
  });
  // As many columns are read as for counting what matches.
  const ordered = (name: string, query: Partial<TraceQuery>): Question => ({
    ...search(name, () => query, 20),
    goal: 500,
  });
  const rollup = (name: string, ask: () => Promise<unknown>): Question => ({
    name,
    rounds: 100,
    goal: 5,
    ask,
  });

  return [
    { name: 'trace by id', rounds: 200, goal: 2, ask: (n) => traces.getTrace(idAt(n)) },
    search('service', (n) => ({ service: SERVICES[n % SERVICES.length] ?? '' })),
    search('service and operation', () => ({ service: 'order-service', operation: 'calculate_total' })),
    search('rare tag (a user), first query', (n) => ({ attributes: { 'user.id': `u-${5 + n * 7}` } }), 100),
    search('rare tag (a user), repeated', (n) => ({ attributes: { 'user.id': `u-${1005 + (n % 4)}` } })),
    search('unique tag (an order)', (n) => ({
      attributes: { 'correlation.id': orders[n % orders.length] ?? '' },
    })),
    search('absent tag', (n) => ({ attributes: { 'user.id': `nobody-${n}` } })),
    search('status 500', () => ({ attributes: { 'http.response.status_code': '500' } })),
    search('error', () => ({ attributes: { error: 'true' } })),
    search('span of 2 s and more', () => ({ minDurationNano: 2n * SECOND })),
    search('span of 2.5 s and more (none)', () => ({ minDurationNano: (5n * SECOND) / 2n })),
    search('trace of 2 s and more', () => ({ minTraceDurationNano: 2n * SECOND }), 20),
    search('oldest hour, page 2', () => ({
      range: { startUnixNano: WORKLOAD_START, endUnixNano: WORKLOAD_START + HOUR },
      after: { startUnixNano: WORKLOAD_START + HOUR - 100n * SECOND, traceId: idAt(0) },
    })),
    ordered('longest of a service', { service: 'order-service', orderBy: 'longest' }),
    ordered('most errors of all', { orderBy: 'mostErrors' }),
    rollup('number of traces', () => traces.countTraces({ range: all, limit: 1 })),
    rollup('services', () => traces.services()),
    rollup('operations', () => traces.operations('order-service')),
    rollup('dependencies: an hour', () => traces.dependencies(hour)),
    rollup('dependencies: all', () => traces.dependencies(all)),
    rollup('edges with latencies: all', () => traces.callEdges(all)),
    rollup('RED: an hour by 10 s', red(hour.startUnixNano, 10n * SECOND)),
    rollup('RED: all by a minute', red(WORKLOAD_START, 60n * SECOND)),
    rollup('RED: all by 10 s', red(WORKLOAD_START, 10n * SECOND)),
  ];
};

const orderOf = (trace: Trace): string | undefined => {
  for (const { scopeSpans } of trace.resourceSpans) {
    for (const { spans } of scopeSpans) {
      for (const { attributes } of spans) {
        const found = attributes.find(({ key }) => key === 'correlation.id');
        if (typeof found?.value === 'string') return found.value;
      }
    }
  }
  return undefined;
};
