// `npm run bench:layouts -- [seconds]`: the engine in the process of the API, or in a worker thread? Spans come at a
// fixed rate, 60 questions a second are asked, and everything is measured on the main thread, where the API would be.
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { checkTraceRequest, decodeTraceRequest } from '@lantern/otlp';
import type { Trace, TraceId } from '@lantern/telemetry-model';
import { openBlockStore } from '../src/block-store.js';
import type { TraceQuery } from '../src/trace-store.js';

import { cpuSeconds, percentile } from './figures.js';
import { sentRequests } from './sent-requests.js';
import { WORKLOAD_START } from '../src/testing/shop-workload.js';

const seconds = Number(process.argv[2] ?? 8);
const BATCH = 512;
const QUESTIONS_A_SECOND = 60;
const RANGE = { startUnixNano: WORKLOAD_START, endUnixNano: WORKLOAD_START + 1_000_000_000_000_000n };

interface Layout {
  append(request: Uint8Array): Promise<unknown>;
  find(query: TraceQuery): Promise<readonly Trace[]>;
  get(traceId: TraceId): Promise<unknown>;
  close(): Promise<unknown>;
}

const inProcess = (folder: string): Layout => {
  const { traces } = openBlockStore({ folder });
  return {
    append: (request) => traces.append(checkTraceRequest(request)),
    find: (query) => traces.findTraces(query),
    get: (traceId) => traces.getTrace(traceId),
    close: () => traces.close(),
  };
};

const inWorker = (folder: string): Layout => {
  const worker = new Worker(new URL('./store-worker.ts', import.meta.url), { workerData: folder });
  const waiting = new Map<number, (bodies: readonly Uint8Array[]) => void>();
  let next = 0;
  worker.on('message', ({ id, bodies }: { id: number; bodies: readonly Uint8Array[] }) => {
    waiting.get(id)?.(bodies);
    waiting.delete(id);
  });
  const call = (message: object, transfer: ArrayBuffer[] = []): Promise<readonly Trace[]> =>
    new Promise((resolve) => {
      const id = next++;
      waiting.set(id, (bodies) => {
        resolve(bodies.map((body) => ({ traceId: '' as TraceId, ...decodeTraceRequest(body) })));
      });
      worker.postMessage({ id, ...message }, transfer);
    });
  return {
    append: (request) => call({ append: request }, [request.buffer as ArrayBuffer]),
    find: (query) => call({ find: query }),
    get: (traceId) => call({ get: traceId }),
    close: () => worker.terminate(),
  };
};

const measure = async (name: string, layout: Layout, spansASecond: number): Promise<void> => {
  const requests: Uint8Array[] = [];
  for await (const request of sentRequests((seconds + 1) * spansASecond, BATCH))
    requests.push(request.slice());
  // A second to warm up, and something to find.
  for (const request of requests.splice(0, Math.ceil(spansASecond / BATCH))) await layout.append(request);
  const newest = await layout.find({ range: RANGE, limit: 20, service: 'api-gateway' });
  const [known] = newest;
  const knownId = known?.resourceSpans[0]?.scopeSpans[0]?.spans[0]?.traceId ?? ('' as TraceId);

  const acknowledged: number[] = [];
  const found: number[] = [];
  const got: number[] = [];
  const timed = async (into: number[], work: () => Promise<unknown>): Promise<void> => {
    const begun = performance.now();
    await work();
    into.push(performance.now() - begun);
  };
  const turns = monitorEventLoopDelay({ resolution: 1 });
  turns.enable();
  const cpuBefore = process.cpuUsage();
  const start = performance.now();
  const paced = async (aSecond: number, count: number, act: (n: number) => Promise<void>): Promise<void> => {
    const running: Promise<void>[] = [];
    for (let n = 0; n < count; n++) {
      const wait = start + (1000 * n) / aSecond - performance.now();
      if (wait > 0) await delay(wait);
      running.push(act(n));
    }
    await Promise.all(running);
  };
  await Promise.all([
    paced(spansASecond / BATCH, requests.length, (n) =>
      timed(acknowledged, () => layout.append(requests[n] ?? new Uint8Array())),
    ),
    paced(QUESTIONS_A_SECOND / 2, (seconds * QUESTIONS_A_SECOND) / 2, (n) =>
      timed(found, () => layout.find({ range: RANGE, limit: 20, attributes: { 'user.id': `u-${n}` } })),
    ),
    paced(QUESTIONS_A_SECOND / 2, (seconds * QUESTIONS_A_SECOND) / 2, () =>
      timed(got, () => layout.get(knownId)),
    ),
  ]);
  const took = (performance.now() - start) / 1000;
  turns.disable();
  const cpu = (100 * cpuSeconds(cpuBefore)) / took;
  await layout.close();
  const pair = (times: readonly number[]): string =>
    [0.5, 0.99].map((share) => percentile(times, share).toFixed(1)).join(' / ');
  process.stdout.write(
    `| ${name}, ${spansASecond / 1000}k spans/s | ${((requests.length * BATCH) / took / 1000).toFixed(1)}k | ${cpu.toFixed(0)} % | ` +
      `${(turns.percentile(99) / 1e6).toFixed(1)} / ${(turns.max / 1e6).toFixed(1)} | ${pair(found)} | ${pair(got)} | ${pair(acknowledged)} |\n`,
  );
};

process.stdout.write(
  `Milliseconds; load ${loadavg()[0]?.toFixed(1)}\n\n` +
    '| layout | spans/s got | CPU | main loop p99 / max | rare search p50 / p99 | trace by id p50 / p99 | acknowledged p50 / p99 |\n' +
    '| --- | --- | --- | --- | --- | --- | --- |\n',
);
for (const rate of [20_000, 60_000]) {
  for (const [name, open] of Object.entries({ 'in process': inProcess, 'in a worker': inWorker })) {
    const folder = mkdtempSync(join(tmpdir(), 'lantern-layout-'));
    await measure(name, open(folder), rate);
    rmSync(folder, { recursive: true });
  }
}
