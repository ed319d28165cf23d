import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { openBlockStore, type MetricStore } from '@lantern/telemetry-store';
import { readWriteRequest } from '../../src/ingest/prometheus/remote-write-request.ts';
import { ask, demand, sendAll } from '../client.ts';
import { MEGABYTE, percentile, type Figures } from '../figures.ts';
import { LanternProcess } from '../lantern-process.ts';
import { BATCH_SAMPLES, SCRAPE_SECONDS, metricRequests } from './metric-workload.ts';
import { compressSnappy } from './snappy.ts';

export interface MetricScale {
  readonly series: number;
  /** Hours of samples, one each 15 seconds. */
  readonly hours: number;
}

/** Default of the store. */
const SAMPLES_PER_BLOCK = 524_288;
const ROUNDS = 20;
const WARM_UP_ROUNDS = 5;
const HEADERS = { 'content-type': 'application/x-protobuf', 'content-encoding': 'snappy' };

/** Measures the cost of samples by remote write, and the time of PromQL queries. */
export const measureMetrics = async (figures: Figures, { series, hours }: MetricScale): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'lantern-bench-metrics-'));
  const scrapes = Math.round((hours * 3600) / SCRAPE_SECONDS);
  const end = Math.floor(Date.now() / 1000);
  const startMillis = (end - scrapes * SCRAPE_SECONDS) * 1000;
  try {
    const lantern = await LanternProcess.start({ LANTERN_DATA_DIR: folder });
    const requests = metricRequests(series, scrapes, startMillis);
    const send = (count: number) =>
      sendAll(takeFrom(requests, count), 2, (request) =>
        demand(`${lantern.urls.prometheus}/api/v1/write`, {
          headers: HEADERS,
          body: compressSnappy(request),
        }),
      );
    const batches = Math.ceil(series / BATCH_SAMPLES);
    await send(20 * batches);
    const before = await lantern.usage();
    await send((scrapes - 20) * batches);
    const after = await lantern.usage();
    const samples = (scrapes - 20) * series;
    figures.atLeast(
      'remote write: samples per CPU-second',
      samples / (after.cpuSeconds - before.cpuSeconds),
      400_000,
      '/s',
    );
    figures.plain('  longest turn of the event loop', `${after.longestTurnMillis.toFixed(0)} ms`);
    await questions(figures, lantern, end);
    await lantern.stop();
    // The samples of the open block are in the journal alone.
    const sealed = Math.floor((scrapes * series) / SAMPLES_PER_BLOCK) * SAMPLES_PER_BLOCK;
    figures.atMost('disk: bytes a sample in blocks', bytesIn(folder, 'lantern.db') / sealed, 2, 'B');
    figures.plain('  journal', `${(bytesIn(folder, 'wal') / MEGABYTE).toFixed(1)} MB`);
    const again = await LanternProcess.start({ LANTERN_DATA_DIR: folder });
    figures.plain(
      `start with ${(scrapes * series).toLocaleString('en')} samples`,
      `${again.readyMillis.toFixed(0)} ms`,
    );
    await again.stop();
    await memory(figures, series, startMillis);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/** A function of its own, so that nothing refers to the generated series afterwards. */
const fill = async (store: MetricStore | undefined, series: number, startMillis: number): Promise<void> => {
  for (const request of metricRequests(series, 20, startMillis))
    await store?.append(readWriteRequest(request));
};

/** Measures the engine alone in this process, with 20 samples of each series. */
const memory = async (figures: Figures, series: number, startMillis: number): Promise<void> => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const used = async (): Promise<number> => {
    // The engine returns the memory of buffers after the collection that found them.
    for (let round = 0; round < 3; round++) {
      collect();
      await sleep(100);
    }
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  // Compiled code and shared label texts belong to no series.
  await fill(undefined, series, startMillis);
  // Held by a list, so that the last reference can be removed.
  const stores = [openBlockStore({ sweepMillis: 0 }).metrics];
  await fill(stores[0], series, startMillis);
  const withSeries = await used();
  await stores[0]?.close();
  stores.length = 0;
  figures.atMost('memory: bytes per active series', (withSeries - (await used())) / series, 2_048, 'B');
};

const questions = async (figures: Figures, lantern: LanternProcess, end: number): Promise<void> => {
  const answerMillis = async (path: string, params: Record<string, string>): Promise<number> => {
    const url = `${lantern.urls.prometheus}/api/v1${path}?${new URLSearchParams(params).toString()}`;
    const millis: number[] = [];
    for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round++) {
      const reply = await ask(url);
      if (reply.status !== 200)
        throw new Error(`${url}: ${reply.status} ${reply.body.toString().slice(0, 300)}`);
      if (round >= WARM_UP_ROUNDS) millis.push(reply.millis);
    }
    return percentile(millis, 0.5);
  };
  const last = String(end - SCRAPE_SECONDS);
  figures.atMost(
    'instant: sum by (service) (rate(…[5m])) over all series',
    await answerMillis('/query', { query: 'sum by (service) (rate({job="shop"}[5m]))', time: last }),
    60,
    'ms',
  );
  figures.atMost(
    '6 h at 60 s: sum by (service) (rate(…_count[5m]))',
    await answerMillis('/query_range', {
      query: 'sum by (service) (rate(http_server_request_duration_seconds_count[5m]))',
      start: String(end - 21_600),
      end: last,
      step: '60',
    }),
    400,
    'ms',
  );
  const heavy = {
    query:
      'histogram_quantile(0.95, sum by (le, service) (rate(http_server_request_duration_seconds_bucket[5m])))',
    start: String(end - 3600),
    end: last,
    step: '15',
  };
  figures.atMost(
    '1 h at 15 s: histogram_quantile over all bucket series',
    await answerMillis('/query_range', heavy),
    800,
    'ms',
  );
  const light = { query: '1' };
  const alone = await answerMillis('/query', light);
  const beside = await besides(
    () => ask(`${lantern.urls.prometheus}/api/v1/query_range?${new URLSearchParams(heavy).toString()}`),
    () => answerMillis('/query', light),
  );
  figures.atMost('delay of a small query beside that one, p50', beside - alone, 30, 'ms');
};

/** Repeats a request until the measurement beside it is done. */
const besides = async <Result>(
  request: () => Promise<unknown>,
  measure: () => Promise<Result>,
): Promise<Result> => {
  let isDone = false;
  const repeat = async (): Promise<void> => {
    while (!isDone) await request();
  };
  const repeating = repeat();
  const result = await measure();
  isDone = true;
  await repeating;
  return result;
};

function* takeFrom(requests: Iterator<Buffer>, count: number): Generator<Buffer, void> {
  for (let i = 0; i < count; i++) {
    const next = requests.next();
    if (next.done === true) return;
    yield next.value;
  }
}

const bytesIn = (folder: string, name: string): number =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && join(entry.parentPath, entry.name).includes(name))
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
