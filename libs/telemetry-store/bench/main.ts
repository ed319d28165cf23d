// `nx bench telemetry-store`: what the durable trace store costs and how quickly it answers, as a table. Arguments:
// how many spans (or LANTERN_BENCH_SPANS; 1,000,000), how many a request (512), durability (process).
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';
import { checkTraceRequest } from '@lantern/otlp';
import { openBlockStore, type BlockStore, type BlockStoreOptions } from '../src/block-store.js';

import { TurnWatch, asked } from './asked.js';
import { Figures, cpuSeconds, percentile } from './figures.js';
import { questionsTo } from './questions.js';
import { sentRequests } from './sent-requests.js';

const MEBIBYTE = 1024 * 1024;
const spans = Number(process.argv[2] ?? process.env.LANTERN_BENCH_SPANS ?? 1_000_000);
const batchSpans = Number(process.argv[3] ?? 512);
const durability = (process.argv[4] ?? 'process') as 'process' | 'power';

const folder = mkdtempSync(join(tmpdir(), 'lantern-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

const open = (options: Partial<BlockStoreOptions> = {}): BlockStore =>
  openBlockStore({
    folder,
    durability,
    sweepMillis: 0,
    report: (message) => void process.stdout.write(`${message}\n`),
    ...options,
  });

const rss = (): number => process.memoryUsage.rss() / MEBIBYTE;
const bytesInFolder = (): number =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);

const figures = new Figures();

const ingest = async (store: BlockStore): Promise<void> => {
  let [cpu, wall, sentBytes] = [0, 0, 0];
  const commits: number[] = [];
  for await (const request of sentRequests(spans, batchSpans)) {
    sentBytes += request.length;
    const cpuBefore = process.cpuUsage();
    const begun = performance.now();
    await store.traces.append(checkTraceRequest(request));
    const took = performance.now() - begun;
    wall += took;
    cpu += cpuSeconds(cpuBefore);
    commits.push(took);
  }
  const stats = await store.traces.stats();
  figures.plain('spans, traces', `${stats.spans}, ${stats.traces}`);
  figures.atLeast('ingest, spans a CPU-second', stats.spans / cpu, '', batchSpans >= 512 ? 130_000 : 0);
  figures.plain('ingest, spans a second', Math.round((1000 * stats.spans) / wall).toLocaleString('en'));
  figures.plain(
    'acknowledged after, p50 / p99 / max',
    `${[0.5, 0.99, 1].map((share) => percentile(commits, share).toFixed(2)).join(' / ')} ms`,
  );
  figures.plain('bytes a span, as sent', (sentBytes / stats.spans).toFixed(0));
  figures.atMost('RSS after ingest', rss(), 'MB', 300);
};

const reopen = (): BlockStore => {
  figures.atMost('bytes a span, on disk', bytesInFolder() / spans, 'B', 150);
  const begun = performance.now();
  const store = open();
  figures.atMost('reopen', performance.now() - begun, 'ms', 1000);
  return store;
};

const ask = async (store: BlockStore): Promise<void> => {
  figures.heading('Warm: median, 99th percentile, mean CPU, and longest turn of the event loop');
  for (const { name, rounds, goal, ask: question } of await questionsTo(store.traces)) {
    const { p50Millis, p99Millis, cpuMillis, longestTurnMillis } = await asked(rounds, question);
    const more = `, p99 ${p99Millis.toFixed(2)}, CPU ${cpuMillis.toFixed(2)}, turn ${longestTurnMillis.toFixed(0)}`;
    figures.atMost(name, p50Millis, 'ms', goal, more);
  }
  figures.atMost('RSS after the queries', rss(), 'MB', 400);
};

/** Evicts the oldest fifth while a client reads traces continuously. */
const dropOldest = async (keptBytes: number): Promise<void> => {
  figures.heading('Retention: eviction of the oldest fifth while traces are read');
  const store = open({ maxBytes: keptBytes });
  const questions = await questionsTo(store.traces);
  const byId = questions.find(({ name }) => name === 'trace by id');
  const before = bytesInFolder();
  const turns = new TurnWatch();
  const waits: number[] = [];
  const steps: number[] = [];
  let dropped = 0;
  for (let hasMore = true; hasMore;) {
    const begun = performance.now();
    // Requests are sent before the step and answered after it: the longest wait of a request.
    const waiting = setImmediate().then(() => byId?.ask(steps.length));
    const cpuBefore = process.cpuUsage();
    hasMore = store.sweep();
    steps.push(1000 * cpuSeconds(cpuBefore));
    if ((await store.traces.stats()).bytes <= keptBytes && dropped === 0) dropped = steps.length;
    await waiting;
    waits.push(performance.now() - begun);
  }
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  const longest = Math.max(...steps).toFixed(0);
  figures.atMost('eviction, CPU', sum(steps.slice(0, dropped)), 'ms', 200, `, in ${dropped} steps`);
  figures.plain(
    'freeing disk space, CPU',
    `${sum(steps.slice(dropped)).toFixed(0)} ms, in ${steps.length - dropped} steps; the longest of all ${longest} ms`,
  );
  figures.atMost('slowest request at the same time', Math.max(...waits), 'ms', 50);
  figures.plain('longest turn of the event loop', `${turns.stop().toFixed(0)} ms`);
  await store.close();
  figures.plain(
    'disk before and after',
    `${(before / MEBIBYTE).toFixed(0)} MB, ${(bytesInFolder() / MEBIBYTE).toFixed(0)} MB`,
  );
};

figures.heading(
  `${spans.toLocaleString('en')} spans in requests of ${batchSpans}, durability ${durability}, ` +
    `Node ${process.version}, load ${loadavg()[0]?.toFixed(1)}`,
);
figures.plain('RSS at the start', `${rss().toFixed(0)} MB`);
let store = open();
await ingest(store);
await store.close();
store = reopen();
await ask(store);
const { bytes } = await store.traces.stats();
await store.close();
await dropOldest(0.8 * bytes);

process.stdout.write(
  figures.missed.length === 0
    ? '\nEvery goal is reached.\n'
    : `\nMissed: ${figures.missed.join('; ')}. Load ${loadavg()[0]?.toFixed(1)}.\n`,
);
