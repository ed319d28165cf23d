// `nx bench:memory telemetry-store`: what the store without a data folder occupies, and how quickly it finds tags.
// Argument: how many spans (or LANTERN_BENCH_SPANS; 300,000).
import { loadavg } from 'node:os';
import { checkTraceRequest } from '@lantern/otlp';
import { openBlockStore } from '../src/block-store.js';
import { asked } from './asked.js';
import { Figures, cpuSeconds } from './figures.js';
import { questionsTo } from './questions.js';
import { sentRequests } from './sent-requests.js';

const MEBIBYTE = 1024 * 1024;
const spans = Number(process.argv[2] ?? process.env.LANTERN_BENCH_SPANS ?? 300_000);
const rss = (): number => process.memoryUsage.rss() / MEBIBYTE;

const figures = new Figures();
figures.heading(
  `${spans.toLocaleString('en')} spans in memory, Node ${process.version}, load ${loadavg()[0]?.toFixed(1)}`,
);
figures.plain('RSS at the start', `${rss().toFixed(0)} MB`);
const store = openBlockStore({ maxBytes: 256 * MEBIBYTE, maxLogBytes: 128 * MEBIBYTE });
let cpu = 0;
for await (const request of sentRequests(spans, 512)) {
  const before = process.cpuUsage();
  await store.traces.append(checkTraceRequest(request));
  cpu += cpuSeconds(before);
}
const stats = await store.traces.stats();
figures.plain('spans, traces, evicted spans', `${stats.spans}, ${stats.traces}, ${stats.evictedSpans}`);
figures.atLeast('ingest, spans a CPU-second', (stats.spans + stats.evictedSpans) / cpu, '', 130_000);
figures.atMost('bytes of the limit that a span takes', stats.bytes / stats.spans, 'B', 130);
figures.plain('RSS after ingest', `${rss().toFixed(0)} MB`);

figures.heading('Warm: median, 99th percentile, mean CPU, and longest turn of the event loop');
for (const { name, rounds, ask } of await questionsTo(store.traces)) {
  const { p50Millis, p99Millis, cpuMillis, longestTurnMillis } = await asked(rounds, ask);
  const more = `, p99 ${p99Millis.toFixed(2)}, CPU ${cpuMillis.toFixed(2)}, turn ${longestTurnMillis.toFixed(0)}`;
  figures.atMost(name, p50Millis, 'ms', 8, more);
}
figures.plain('RSS after the queries', `${rss().toFixed(0)} MB`);
await store.close();
process.stdout.write(
  figures.missed.length === 0 ? '\nEvery goal is reached.\n' : `\nMissed: ${figures.missed.join('; ')}.\n`,
);
