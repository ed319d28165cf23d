/**
 * `nx bench logql [--lines=300000] [--runs=9]`: CPU time of the evaluator alone, over JSON lines in memory. A store
 * adds the time that it takes to read the lines.
 */
import { parseArgs } from 'node:util';
import { evaluateLog, evaluateMetric, parseLogql, type LogSource, type SourceRow } from '../src/index.ts';

const { values: options } = parseArgs({
  options: {
    lines: { type: 'string', default: '300000' },
    runs: { type: 'string', default: '9' },
    only: { type: 'string', default: '' },
  },
});
const lineCount = Number(options.lines);
const runs = Number(options.runs);

const SECOND = 1_000_000_000n;
const START = 1_767_225_600n * SECOND;
const RANGE_SECONDS = 3_600;
const CHUNK_ROWS = 1_000;

const METHODS = ['GET', 'POST', 'PUT', 'DELETE'];
const ROUTES = ['/orders', '/orders/:id', '/users/:id', '/health/ready'];

const rowAt = (index: number): SourceRow => {
  const hash = Math.imul(index + 1, 2_654_435_761) >>> 0;
  const service = hash % 3 === 0 ? 'order-service' : 'api-gateway';
  const record = {
    level: hash % 50 === 0 ? 'error' : 'info',
    message: `request ${index} completed`,
    method: METHODS[hash % 4],
    route: ROUTES[(hash >>> 8) % 4],
    status: hash % 50 === 0 ? 500 + (hash % 4) : 200,
    duration_ms: Math.round((hash % 100_000) / 37) / 10,
    trace_id: hash.toString(16).padStart(32, '0'),
  };
  return {
    labels: LABELS[service],
    entry: {
      timeUnixNano: START + (BigInt(index) * BigInt(RANGE_SECONDS) * SECOND) / BigInt(lineCount),
      line: JSON.stringify(record),
      structuredMetadata: { detected_level: record.level, trace_id: record.trace_id },
    },
  };
};

const LABELS = {
  'order-service': { service: 'order-service', env: 'production' },
  'api-gateway': { service: 'api-gateway', env: 'production' },
} as const;

const rows = Array.from({ length: lineCount }, (_, index) => rowAt(index));

const source: LogSource = {
  async *read() {
    for (let at = 0; at < rows.length; at += CHUNK_ROWS) yield rows.slice(at, at + CHUNK_ROWS);
  },
};
const control = { checkpoint: () => undefined };

const QUERIES = [
  'quantile_over_time(0.95, {env="production"} | json | unwrap duration_ms [5m]) by (service)',
  'quantile_over_time(0.95, {env="production"} | json | __error__="" | unwrap duration_ms [5m]) by (route)',
  'avg_over_time({env="production"} | json | unwrap duration_ms [5m]) by (service)',
  'sum by (level) (count_over_time({env="production"} | json [1m]))',
  'sum by (service) (count_over_time({env="production"} | json | status >= 500 [1m]))',
  '{env="production"} | json | method="PATCH", route="/orders"',
  '{env="production"} | logfmt | method="PATCH"',
];

const evaluate = async (query: string): Promise<void> => {
  const expression = parseLogql(query);
  const endUnixNano = START + BigInt(RANGE_SECONDS) * SECOND;
  if (expression.kind === 'log') {
    const range = { startUnixNano: START, endUnixNano, direction: 'backward', limit: 100 } as const;
    await evaluateLog(expression, range, source, control);
  } else {
    const steps = { startUnixNano: START, stepNanos: 60n * SECOND, count: RANGE_SECONDS / 60 + 1 };
    await evaluateMetric(expression, steps, source, control);
  }
};

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

process.stdout.write(`Node ${process.version}, ${lineCount} lines, median CPU time of ${runs} runs\n\n`);
for (const query of QUERIES.filter((each) => each.includes(options.only))) {
  const times: number[] = [];
  for (let run = 0; run < runs; run++) {
    const before = process.cpuUsage();
    await evaluate(query);
    const { user, system } = process.cpuUsage(before);
    times.push((user + system) / 1_000);
  }
  process.stdout.write(`${median(times).toFixed(0).padStart(6)} ms  ${query}\n`);
}
