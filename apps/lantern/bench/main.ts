/**
 * `nx bench lantern [--spans=1000000] [--no-logs] [--lines=1000000] [--spans-beside-lines=2000000]`:
 * measures the resources and response times of Lantern in a process of its own. This process generates and sends the
 * load. README.md explains the figures.
 */
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gunzipSync, gzipSync, zstdDecompressSync } from 'node:zlib';
import { decodeTraceRequest } from '@lantern/otlp';
import type { TraceId } from '@lantern/telemetry-model';
import { openBlockStore } from '@lantern/telemetry-store';
import { WORKLOAD_START, shopRequests } from '@lantern/telemetry-store/testing/shop-workload';
import { ask, demand, disconnect, sendAll } from './client.ts';
import { Figures, MEGABYTE, percentile } from './figures.ts';
import { LARGE_TRACE_ID, largeTraceRequests } from './large-trace.ts';
import { LanternProcess, type Usage } from './lantern-process.ts';
import { HTTP_MILLIS, questionsFor } from './questions.ts';
import { measureLogs, scaleOf } from './logs/measure-logs.ts';
import { pushOf } from './shop-logs.ts';

const { values } = parseArgs({
  options: {
    spans: { type: 'string', default: '1000000' },
    /** Skips the log lines beside the spans and the logs part of the benchmark. */
    'no-logs': { type: 'boolean', default: false },
    lines: { type: 'string', default: '1000000' },
    'spans-beside-lines': { type: 'string', default: '2000000' },
  },
});
const SPANS = Number(values.spans);
const BATCH = 512;
const SMALL_BATCH = 20;
/** Interval, in requests, at which a trace is checked for visibility and kept for queries. */
const SAMPLED_EVERY = Math.max(1, Math.min(97, Math.floor(SPANS / BATCH / 20)));
const CONNECTIONS = 4;
const ROUNDS = 40;

const figures = new Figures();
const folders: string[] = [];
const newFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'lantern-bench-'));
  folders.push(folder);
  return folder;
};
process.on('exit', () => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

const bytesIn = (folder: string): number =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);

const pause = (millis: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, millis));

const PROTOBUF = { 'content-type': 'application/x-protobuf' };
const sendSpans = (lantern: LanternProcess, request: Uint8Array, isCompressed = true) =>
  demand(`${lantern.urls.otlp}/v1/traces`, {
    headers: { ...PROTOBUF, ...(isCompressed && { 'content-encoding': 'gzip' }) },
    body: isCompressed ? gzipSync(request) : request,
  });

/** Returns the CPU seconds that Lantern uses during `work`. */
const cpuOf = async (
  lantern: LanternProcess,
  work: () => Promise<void>,
): Promise<{ cpu: number; after: Usage }> => {
  const before = await lantern.usage();
  await work();
  const after = await lantern.usage();
  return { cpu: after.cpuSeconds - before.cpuSeconds, after };
};

const start = async (): Promise<void> => {
  const ready: number[] = [];
  let rss = 0;
  for (let n = 0; n < 5; n++) {
    const lantern = await LanternProcess.start({ LANTERN_DATA_DIR: newFolder() });
    ready.push(lantern.readyMillis);
    if (n === 4) {
      await pause(2_000);
      ({ rss } = await lantern.usage());
    }
    await lantern.stop();
  }
  figures.atMost('start to ready, empty (median of 5)', percentile(ready, 0.5), 600, 'ms');
  figures.atMost('RSS, idle', rss / MEGABYTE, 110, 'MB');
};

/** @returns IDs of traces, spread over the workload */
const ingest = async (lantern: LanternProcess): Promise<TraceId[]> => {
  const traceIds: TraceId[] = [];
  const millis: number[] = [];
  let sentBytes = 0;
  const begun = performance.now();
  const { cpu, after } = await cpuOf(lantern, () =>
    sendAll(shopRequests({ spans: SPANS, batchSpans: BATCH }), CONNECTIONS, async (request, index) => {
      sentBytes += request.length;
      const sample =
        index % SAMPLED_EVERY === 0
          ? decodeTraceRequest(request).resourceSpans[0]?.scopeSpans[0]?.spans.at(-1)
          : undefined;
      millis.push((await sendSpans(lantern, request)).millis);
      if (!sample) return;
      traceIds.push(sample.traceId);
      const { body } = await demand(`${lantern.urls.jaeger}/api/v3/traces/${sample.traceId}`);
      if (!body.includes(sample.spanId))
        throw new Error(`Span ${sample.spanId} is not visible once acknowledged`);
    }),
  );
  figures.atLeast(
    `ingest, HTTP protobuf, gzip, batches of ${BATCH}: spans a CPU-second`,
    SPANS / cpu,
    80_000,
    '',
  );
  figures.plain(
    '  spans a second of wall time, generator included',
    Math.round(SPANS / ((performance.now() - begun) / 1000)).toLocaleString('en'),
  );
  figures.plain(
    '  acknowledged after p50 / p99',
    `${[0.5, 0.99].map((share) => percentile(millis, share).toFixed(1)).join(' / ')} ms`,
  );
  figures.plain('  visible at once', `${traceIds.length} of ${traceIds.length}`);
  figures.plain('  bytes a span, sent', (sentBytes / SPANS).toFixed(0));
  figures.atMost('RSS after spans', after.rss / MEGABYTE, 300, 'MB');
  return traceIds;
};

const ingestLogs = async (lantern: LanternProcess, endUnixNano: bigint): Promise<void> => {
  const shiftNano = BigInt(Date.now()) * 1_000_000n - endUnixNano;
  let lines = 0;
  const { cpu, after } = await cpuOf(lantern, () =>
    sendAll(shopRequests({ spans: SPANS, batchSpans: BATCH }), CONNECTIONS, async (request) => {
      const push = pushOf(request, shiftNano);
      lines += push.lines;
      await demand(`${lantern.urls.loki}/loki/api/v1/push`, {
        headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
        body: gzipSync(push.body),
      });
    }),
  );
  figures.plain(
    `log lines pushed, and lines a CPU-second`,
    `${lines.toLocaleString('en')}, ${Math.round(lines / cpu).toLocaleString('en')}`,
  );
  figures.atMost('RSS after spans and logs', after.rss / MEGABYTE, 300, 'MB');
};

const measureQuestions = async (
  lantern: LanternProcess,
  traceIds: readonly TraceId[],
  endUnixNano: bigint,
): Promise<Map<string, number>> => {
  const p50 = new Map<string, number>();
  for (const question of questionsFor(traceIds, endUnixNano)) {
    const millis: number[] = [];
    for (let round = 0; round < ROUNDS + 5; round++) {
      const reply = await demand(lantern.urls.jaeger + question.path(round), {
        headers: { 'accept-encoding': 'gzip' },
      });
      if (round >= 5) millis.push(reply.millis);
    }
    const half = percentile(millis, 0.5);
    p50.set(question.name, half);
    figures.atMost(question.name, half, question.engineMillis + HTTP_MILLIS, 'ms');
  }
  return p50;
};

const measureEngine = async (
  folder: string,
  traceIds: readonly TraceId[],
  endUnixNano: bigint,
  http: ReadonlyMap<string, number>,
): Promise<number> => {
  const store = openBlockStore({ folder, sweepMillis: 0, report: () => undefined });
  for (const { name, engine, engineMillis } of questionsFor(traceIds, endUnixNano)) {
    if (!engine) continue;
    const millis: number[] = [];
    for (let round = 0; round < ROUNDS + 5; round++) {
      const begun = performance.now();
      await engine(store.traces, round);
      if (round >= 5) millis.push(performance.now() - begun);
    }
    const half = percentile(millis, 0.5);
    figures.atMost(`engine alone, ${name}`, half, engineMillis, 'ms');
    figures.atMost(`  what HTTP and JSON add, ${name}`, (http.get(name) ?? 0) - half, HTTP_MILLIS, 'ms');
  }
  const { bytes } = await store.traces.stats();
  await store.close();
  return bytes;
};

const largeTrace = async (lantern: LanternProcess): Promise<void> => {
  for (const request of largeTraceRequests(10_000)) await sendSpans(lantern, request);
  const url = `${lantern.urls.jaeger}/api/traces/${LARGE_TRACE_ID}`;
  const plain = (await demand(url)).body;
  for (const [accept, decompress] of [
    ['', undefined],
    ['gzip', gunzipSync],
    ['zstd', zstdDecompressSync],
  ] as const) {
    const millis: number[] = [];
    let size = 0;
    const before = await lantern.usage();
    for (let round = 0; round < 15; round++) {
      const reply = await demand(url, { headers: accept === '' ? {} : { 'accept-encoding': accept } });
      if (round >= 5) millis.push(reply.millis);
      size = reply.body.length;
      const body = decompress && reply.encoding !== '' ? decompress(reply.body) : reply.body;
      if (!body.equals(plain)) throw new Error(`The trace reads differently with ${accept}`);
    }
    const name = `trace of 10,000 spans, legacy JSON, ${accept === '' ? 'identity' : accept}`;
    figures.atMost(name, percentile(millis, 0.5), 80, 'ms');
    const cpu = (await lantern.usage()).cpuSeconds - before.cpuSeconds;
    figures.plain('  CPU that one takes of Lantern, all threads', `${((1000 * cpu) / 15).toFixed(0)} ms`);
    if (accept !== '') figures.atMost(`  its size, ${accept}`, size / 1e3, 300, 'KB');
  }
};

const restart = async (folder: string): Promise<void> => {
  const ready: number[] = [];
  for (let n = 0; n < 3; n++) {
    const lantern = await LanternProcess.start({ LANTERN_DATA_DIR: folder });
    ready.push(lantern.readyMillis);
    if (n === 2)
      figures.plain('RSS after a restart', `${((await lantern.usage()).rss / MEGABYTE).toFixed(0)} MB`);
    await lantern.stop();
  }
  figures.atMost(
    `start to ready with ${SPANS.toLocaleString('en')} spans (median of 3)`,
    percentile(ready, 0.5),
    1_000,
    'ms',
  );
};

/** Measures the time of requests while Lantern evicts the oldest fifth. */
const retention = async (
  folder: string,
  storedBytes: number,
  traceIds: readonly TraceId[],
): Promise<void> => {
  const before = bytesIn(folder);
  const lantern = await LanternProcess.start({
    LANTERN_DATA_DIR: folder,
    LANTERN_MAX_TRACE_BYTES: String(Math.floor(storedBytes * 0.8)),
  });
  const oldest = traceIds[Math.floor(traceIds.length * 0.15)] ?? traceIds[0];
  const newest = traceIds.at(-1);
  const millis: number[] = [];
  let goneAfter = 0;
  // Warm-up: the first calls of a process are slower, and it evicts nothing in its first second.
  const begun = performance.now();
  while (performance.now() - begun < 700) await demand(`${lantern.urls.jaeger}/api/traces/${newest}`);
  await lantern.usage();
  while (performance.now() - begun < 6_000) {
    millis.push((await demand(`${lantern.urls.jaeger}/api/traces/${newest}`)).millis);
    const reply = await ask(`${lantern.urls.jaeger}/api/traces/${oldest}`);
    millis.push(reply.millis);
    if (reply.status === 404 && goneAfter === 0) goneAfter = performance.now() - begun;
    await pause(2);
  }
  const { longestTurnMillis } = await lantern.usage();
  await lantern.stop();
  if (goneAfter === 0) throw new Error('The oldest traces are still there');
  figures.atMost('slowest request while the oldest fifth is evicted', Math.max(...millis), 50, 'ms');
  figures.plain('  longest turn of the event loop', `${longestTurnMillis.toFixed(0)} ms`);
  figures.plain(
    '  disk before and after',
    `${(before / MEGABYTE).toFixed(0)} / ${(bytesIn(folder) / MEGABYTE).toFixed(0)} MB`,
  );
};

const smallRequests = async (isCompressed: boolean): Promise<void> => {
  const lantern = await LanternProcess.start({ LANTERN_DATA_DIR: newFolder() });
  const spans = Math.min(SPANS, 200_000);
  const { cpu } = await cpuOf(lantern, () =>
    sendAll(shopRequests({ spans, batchSpans: SMALL_BATCH }), CONNECTIONS, (request) =>
      sendSpans(lantern, request, isCompressed),
    ),
  );
  await lantern.stop();
  figures.atLeast(
    `requests of ${SMALL_BATCH} spans, ${isCompressed ? 'gzip' : 'not compressed'}: spans a CPU-second`,
    spans / cpu,
    30_000,
    '',
  );
};

const load = loadavg()
  .map((average) => average.toFixed(1))
  .join(' ');
process.stdout.write(
  `\n${SPANS.toLocaleString('en')} spans, Node ${process.version}, load average ${load}\n`,
);

figures.heading('Start');
await start();

figures.heading('Ingest');
const folder = newFolder();
const lantern = await LanternProcess.start({ LANTERN_DATA_DIR: folder });
const traceIds = await ingest(lantern);
// Traces are 63 ms apart, with 8.8 spans on average.
const endUnixNano = WORKLOAD_START + BigInt(Math.ceil(SPANS / 8.4)) * 63_000_000n + 10_000_000_000n;
if (!values['no-logs']) await ingestLogs(lantern, endUnixNano);
figures.atMost('disk: bytes a span', bytesIn(folder) / SPANS, 150, 'bytes');

figures.heading('Questions, warm, p50 through HTTP');
const http = await measureQuestions(lantern, traceIds, endUnixNano);
figures.atMost('RSS after the queries', (await lantern.usage()).rss / MEGABYTE, 400, 'MB');

figures.heading('A large trace');
await largeTrace(lantern);
await lantern.stop();

figures.heading('After a restart');
await restart(folder);
const storedBytes = await measureEngine(folder, traceIds, endUnixNano, http);

figures.heading('Retention');
await retention(folder, storedBytes, traceIds);

figures.heading('Small requests');
await smallRequests(false);
await smallRequests(true);

if (!values['no-logs']) {
  const scale = { lines: Number(values.lines), spans: Number(values['spans-beside-lines']) };
  figures.heading(`Logs: ${scaleOf(scale)}`);
  await measureLogs(figures, scale);
}

disconnect();
const { missed } = figures;
process.stdout.write(
  missed.length === 0 ? '\nEvery goal is reached.\n' : `\nMissed: ${missed.join('; ')}.\n`,
);
