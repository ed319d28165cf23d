// `npm run bench -- [spans] [batch]`: what the durable trace store costs and how quickly it answers.
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { SpanKind, type TraceId } from '@lantern/telemetry-model';
/* eslint-disable no-restricted-imports -- it belongs to this project, and stands beside src */
import { openBlockStore } from '../src/blocks/block-store.js';
import type { TraceQuery } from '../src/trace-store.js';
/* eslint-enable no-restricted-imports */
import { WORKLOAD_START, shopRequests } from './shop-workload.js';

const spans = Number(process.argv[2] ?? 1_000_000);
const batchSpans = Number(process.argv[3] ?? 512);
const durability = (process.argv[4] ?? 'process') as 'process' | 'power';

const say = (figure: string, value: string): void =>
  void process.stdout.write(`| ${figure.padEnd(44)} | ${value.padEnd(30)} |\n`);
const mebibytes = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(0)} MB`;
const rss = (): string => mebibytes(process.memoryUsage().rss);
const memory = (): string => {
  const { heapUsed, heapTotal, external } = process.memoryUsage();
  return `${mebibytes(heapUsed)} of ${mebibytes(heapTotal)}, ${mebibytes(external)}`;
};
const cpuSeconds = (from: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(from);
  return (user + system) / 1e6;
};
const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;

const bytesIn = (folder: string): number =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);

const folder = mkdtempSync(join(tmpdir(), 'lantern-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

process.stdout.write(
  `\n${spans} spans in batches of ${batchSpans}, durability ${durability}, Node ${process.version}\n\n`,
);

// Ingest, with the making of the requests left out of the figures.
const report = (message: string): void => void process.stdout.write(`${message}\n`);
let store = openBlockStore({ folder, durability, report, sweepMillis: 0 });
const ids: TraceId[] = [];
let cpu = 0;
let wall = 0;
let bytes = 0;
const commits: number[] = [];
let pending: Uint8Array[] = [];
const flush = async (): Promise<void> => {
  const from = process.cpuUsage();
  const begun = performance.now();
  for (const request of pending) {
    const at = performance.now();
    await store.traces.append(request);
    commits.push(performance.now() - at);
  }
  wall += performance.now() - begun;
  cpu += cpuSeconds(from);
  pending = [];
};
for (const request of shopRequests({ spans, batchSpans })) {
  bytes += request.length;
  pending.push(request);
  if (pending.length * batchSpans >= 16_384) await flush();
}
await flush();
commits.sort((a, b) => a - b);
const stats = await store.traces.stats();
say('spans, traces', `${stats.spans}, ${stats.traces}`);
say('ingest, spans a CPU-second', Math.round(stats.spans / cpu).toLocaleString('en'));
say('ingest, spans a second of wall time', Math.round((stats.spans / wall) * 1000).toLocaleString('en'));
say(
  'append p50 / p99 / max',
  [0.5, 0.99, 1].map((share) => percentile(commits, share).toFixed(2)).join(' / ') + ' ms',
);
say(
  'bytes a span, sent / on disk',
  `${(bytes / stats.spans).toFixed(0)} / ${(bytesIn(folder) / stats.spans).toFixed(1)}`,
);
say('RSS after ingest', rss());
say('heap, outside of the heap', memory());

// Reopen.
await store.close();
let begun = performance.now();
store = openBlockStore({ folder, durability, report, sweepMillis: 0 });
say('reopen', `${(performance.now() - begun).toFixed(0)} ms`);
say('bytes a span on disk, closed', (bytesIn(folder) / stats.spans).toFixed(1));

// Queries, each warm.
const end = WORKLOAD_START + BigInt(Math.ceil(stats.traces * 63_000_000)) + 10_000_000_000n;
const all = { startUnixNano: WORKLOAD_START, endUnixNano: end };
const hour = { startUnixNano: end - 3_600_000_000_000n, endUnixNano: end };
const find = (query: Partial<TraceQuery>) => store.traces.findTraces({ range: all, limit: 20, ...query });
for (let i = 0; i < 40; i++) {
  const to = WORKLOAD_START + ((end - WORKLOAD_START) * BigInt(i + 1)) / 40n;
  for (const trace of await find({ range: { ...all, endUnixNano: to }, limit: 5 })) ids.push(trace.traceId);
}
const orderIds = await Promise.all(
  ids.slice(0, 40).map(async (id) => {
    const trace = await store.traces.getTrace(id);
    for (const { scopeSpans } of trace?.resourceSpans ?? []) {
      for (const { spans: own } of scopeSpans) {
        for (const { attributes } of own) {
          const found = attributes.find(({ key }) => key === 'correlation.id');
          if (typeof found?.value === 'string') return found.value;
        }
      }
    }
    return '';
  }),
);

let slowest = 0;
const measure = async (
  name: string,
  rounds: number,
  ask: (round: number) => Promise<unknown>,
): Promise<void> => {
  for (let round = 0; round < Math.min(rounds, 5); round++) await ask(round);
  const times: number[] = [];
  const cpuBefore = process.cpuUsage();
  let longestTurn = 0;
  let last = performance.now();
  const watch = setInterval(() => {
    const now = performance.now();
    longestTurn = Math.max(longestTurn, now - last);
    last = now;
  }, 0);
  for (let round = 0; round < rounds; round++) {
    const at = performance.now();
    await ask(round);
    times.push(performance.now() - at);
    await new Promise((resolve) => setImmediate(resolve));
  }
  clearInterval(watch);
  const cpuMillis = (1000 * cpuSeconds(cpuBefore)) / rounds;
  slowest = Math.max(slowest, longestTurn);
  times.sort((a, b) => a - b);
  say(
    name,
    `${percentile(times, 0.5).toFixed(2)} / ${percentile(times, 0.99).toFixed(2)} ms, CPU ${cpuMillis.toFixed(1)} ms, turn ${longestTurn.toFixed(0)} ms`,
  );
};
process.stdout.write(
  '\nwarm p50 / p99, CPU of one on the average, and the longest that others had to wait\n\n',
);
await measure('trace by id', 200, (n) =>
  store.traces.getTrace(ids[n % ids.length] ?? ids[0] ?? ('' as TraceId)),
);
await measure('search: service', 40, (n) =>
  find({ service: ['api-gateway', 'order-service', 'user-service'][n % 3] ?? '' }),
);
await measure('search: service and operation', 40, () =>
  find({ service: 'order-service', operation: 'calculate_total' }),
);
await measure('search: rare tag (a user), first asked', 40, (n) =>
  find({ attributes: { 'user.id': `u-${5 + n * 7}` } }),
);
await measure('search: rare tag (a user), asked again', 40, (n) =>
  find({ attributes: { 'user.id': `u-${1005 + (n % 4)}` } }),
);
await measure('search: unique tag (an order)', 40, (n) =>
  find({ attributes: { 'correlation.id': orderIds[n] ?? '' } }),
);
await measure('search: absent tag', 40, (n) => find({ attributes: { 'user.id': `nobody-${n}` } }));
await measure('search: status 500', 40, () => find({ attributes: { 'http.response.status_code': '500' } }));
await measure('search: error', 40, () => find({ attributes: { error: 'true' } }));
await measure('search: span of 2 s and more', 40, () => find({ minDurationNano: 2_000_000_000n }));
await measure('search: span of 2.5 s and more (none)', 20, () => find({ minDurationNano: 2_500_000_000n }));
await measure('search: trace of 2 s and more', 10, () => find({ minTraceDurationNano: 2_000_000_000n }));
await measure('search: oldest hour, page 2', 20, () =>
  find({
    range: { startUnixNano: WORKLOAD_START, endUnixNano: WORKLOAD_START + 3_600_000_000_000n },
    after: { startUnixNano: WORKLOAD_START + 3_500_000_000_000n, traceId: ids[0] ?? ('' as TraceId) },
  }),
);
await measure('count: all traces', 5, () => store.traces.countTraces({ range: all, limit: 1 }));
await measure('services', 100, () => store.traces.services());
await measure('operations', 100, () => store.traces.operations('order-service'));
await measure('dependencies: an hour', 100, () => store.traces.dependencies(hour));
await measure('dependencies: all', 100, () => store.traces.dependencies(all));
await measure('edges with latency: all', 100, () => store.traces.callEdges(all));
const red = (from: bigint, periodNano: bigint) =>
  store.traces.redMetrics({
    services: ['order-service'],
    kinds: [SpanKind.server],
    range: {
      startUnixNano: from - (from % periodNano),
      endUnixNano: end - (end % periodNano) + periodNano,
    },
    periodNano,
  });
await measure('RED: an hour by 10 s', 100, () => red(hour.startUnixNano, 10_000_000_000n));
await measure('RED: all by a minute', 100, () => red(WORKLOAD_START, 60_000_000_000n));
await measure('stats', 100, () => store.traces.stats());
say('RSS after queries', rss());
say('heap, outside of the heap', memory());

// The oldest fifth goes.
await store.close();
const kept = Math.floor(stats.bytes * 0.8);
store = openBlockStore({ folder, durability, report, sweepMillis: 0, maxBytes: kept });
let longest = 0;
let dropping = 0;
let more = true;
const before = bytesIn(folder);
while (more || longest === 0) {
  begun = performance.now();
  more = store.sweep();
  const took = performance.now() - begun;
  dropping += took;
  longest = Math.max(longest, took);
}
say('dropping the oldest fifth', `${dropping.toFixed(0)} ms, at most ${longest.toFixed(0)} ms at a time`);
for (let i = 0; i < 200; i++) store.sweep();
await store.close();
say('disk before and after', `${mebibytes(before)}, ${mebibytes(bytesIn(folder))}`);
