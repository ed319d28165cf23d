import { LINES_A_TRACE, RARE, traceIdOf } from './log-workload.ts';

/** LogQL query of the benchmark, with its goal. */
export interface LogQuestion {
  readonly name: string;
  readonly query: (round: number) => string;
  /** Time range: all lines, or the last hour. */
  readonly range: 'all' | 'hour';
  readonly limit: number;
  /** Undefined for a query without a goal. */
  readonly goalMillis?: number;
}

export const questions = (lines: number): readonly LogQuestion[] => [
  {
    name: 'lines of one trace, all services',
    query: (round) =>
      `{service=~".+"} | trace_id="${traceIdOf((round * 7_919) % Math.floor(lines / LINES_A_TRACE))}"`,
    range: 'all',
    limit: 100,
    goalMillis: 2,
  },
  {
    name: 'a common text in a service, newest 100',
    query: () => '{service="order-service"} |= "stored"',
    range: 'all',
    limit: 100,
    goalMillis: 5,
  },
  {
    name: 'an absent text in a service, full range',
    query: (round) => `{service="order-service"} |= "absent or rare ${round}"`,
    range: 'all',
    limit: 100,
    goalMillis: 100,
  },
  {
    name: 'a rare text in all services, full range',
    query: () => `{service=~".+"} |= "${RARE}"`,
    range: 'all',
    limit: 100,
    goalMillis: 100,
  },
  {
    name: 'a rare id in the text of a service, full range',
    query: (round) => `{service="order-service"} |= "order ${(round * 104_729 + 3) % lines} stored"`,
    range: 'all',
    limit: 100,
    goalMillis: 100,
  },
  {
    name: 'absent digits in a service, which no filter excludes, full range',
    query: (round) => `{service="order-service"} |= "u-99${round}9"`,
    range: 'all',
    limit: 100,
    goalMillis: 100,
  },
  {
    name: 'sum by (level) (count_over_time(…[1m])), an hour',
    query: () => 'sum by (level) (count_over_time({service=~".+"}[1m]))',
    range: 'hour',
    limit: 100,
    goalMillis: 150,
  },
  {
    name: '| json | status >= 500, an hour',
    query: () => '{service=~".+"} | json | status >= 500',
    range: 'hour',
    limit: 5_000,
    goalMillis: 400,
  },
  {
    name: 'sum by (service) of | json | status >= 500, an hour',
    query: () => 'sum by (service) (count_over_time({service=~".+"} | json | status >= 500 [1m]))',
    range: 'hour',
    limit: 100,
  },
];
