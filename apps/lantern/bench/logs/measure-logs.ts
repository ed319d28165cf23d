import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { evaluateLog, evaluateMetric, parseLogql, type QueryControl } from '@lantern/logql';
import type { LogStream } from '@lantern/telemetry-model';
import { openBlockStore, type LogStore } from '@lantern/telemetry-store';
import { shopRequests } from '@lantern/telemetry-store/testing/shop-workload';
import { ask, demand, sendAll } from '../client.ts';
import { MEGABYTE, percentile, type Figures } from '../figures.ts';
import { LanternProcess } from '../lantern-process.ts';
import { questions, type LogQuestion } from './log-questions.ts';
import { LINES_AN_HOUR, hoursOf, logBatches } from './log-workload.ts';

const CONNECTIONS = 4;
const SECOND = 1_000_000_000n;
const MINUTE = 60n * SECOND;
const HOUR = 60n * MINUTE;
const ROUNDS = 40;
/** Unmeasured rounds, so that Lantern's code is compiled. */
const WARM_UP_ROUNDS = 10;

export interface LogScale {
  readonly lines: number;
  /** Number of spans in the same data folder. */
  readonly spans: number;
}

/** Measures the cost of pushed log lines and the time of LogQL queries. */
export const measureLogs = async (figures: Figures, { lines, spans }: LogScale): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'lantern-bench-logs-'));
  try {
    const lantern = await LanternProcess.start({ LANTERN_DATA_DIR: folder });
    if (spans > 0) await sendSpans(lantern, spans);
    const before = bytesIn(folder);
    const endUnixNano = BigInt(Date.now()) * 1_000_000n;
    await push(figures, lantern, lines, endUnixNano);
    figures.plain('  disk: bytes a line', ((bytesIn(folder) - before) / lines).toFixed(0));
    await visibleAtOnce(figures, lantern);
    await answers(figures, lantern, lines, endUnixNano);
    await others(figures, lantern, endUnixNano - hoursOf(lines), endUnixNano);
    const { rss } = await lantern.usage();
    figures.plain('RSS after the queries', `${(rss / MEGABYTE).toFixed(0)} MB`);
    await lantern.stop();
    await engineAlone(figures, folder, lines, endUnixNano);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

const sendSpans = (lantern: LanternProcess, spans: number): Promise<void> =>
  sendAll(shopRequests({ spans, batchSpans: 512 }), CONNECTIONS, (request) =>
    demand(`${lantern.urls.otlp}/v1/traces`, {
      headers: { 'content-type': 'application/x-protobuf', 'content-encoding': 'gzip' },
      body: gzipSync(request),
    }),
  );

/** Returns the body of a push of one stream, in Loki's JSON. */
export const bodyOf = ({ labels, entries }: LogStream): Buffer =>
  Buffer.from(
    JSON.stringify({
      streams: [
        {
          stream: labels,
          values: entries.map(({ timeUnixNano, line, structuredMetadata }) => [
            String(timeUnixNano),
            line,
            structuredMetadata,
          ]),
        },
      ],
    }),
  );

const pushBody = (lantern: LanternProcess, body: Buffer) =>
  demand(`${lantern.urls.loki}/loki/api/v1/push`, {
    headers: { 'content-type': 'application/json' },
    body,
  });

const push = async (
  figures: Figures,
  lantern: LanternProcess,
  lines: number,
  endUnixNano: bigint,
): Promise<void> => {
  const before = await lantern.usage();
  let bytes = 0;
  await sendAll(logBatches(lines, endUnixNano), CONNECTIONS, async (stream) => {
    const body = bodyOf(stream);
    bytes += body.length;
    await pushBody(lantern, body);
  });
  const after = await lantern.usage();
  figures.atLeast(
    'push, JSON batches of 500 lines: lines a CPU-second',
    lines / (after.cpuSeconds - before.cpuSeconds),
    100_000,
    '',
  );
  figures.plain('  bytes a line, sent', (bytes / lines).toFixed(0));
  figures.plain('  RSS after the push', `${(after.rss / MEGABYTE).toFixed(0)} MB`);
};

/** Checks that a query right after the acknowledgement and a tail see a pushed line. */
const visibleAtOnce = async (figures: Figures, lantern: LanternProcess): Promise<void> => {
  const rounds = 20;
  const socket = new WebSocket(
    `${lantern.urls.loki.replace(/^http/, 'ws')}/loki/api/v1/tail?query=${encodeURIComponent('{service="probe"}')}`,
  );
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve, { once: true });
    socket.addEventListener('error', reject, { once: true });
  });
  const millis: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const line = `probe ${round}`;
    const timeUnixNano = BigInt(Date.now()) * 1_000_000n;
    const followed = new Promise<void>((resolve) => {
      const onMessage = ({ data }: MessageEvent): void => {
        if (!String(data).includes(`"${line}"`)) return;
        socket.removeEventListener('message', onMessage);
        resolve();
      };
      socket.addEventListener('message', onMessage);
    });
    await pushBody(
      lantern,
      bodyOf({ labels: { service: 'probe' }, entries: [{ timeUnixNano, line, structuredMetadata: {} }] }),
    );
    const acknowledged = performance.now();
    const query = new URLSearchParams({ query: `{service="probe"} |= "${line}"` });
    const { body } = await demand(`${lantern.urls.loki}/loki/api/v1/query_range?${query.toString()}`);
    if (!body.includes(`"${line}"`)) throw new Error(`The line "${line}" is not visible once acknowledged`);
    await followed;
    millis.push(performance.now() - acknowledged);
  }
  socket.close();
  figures.plain('  visible to queries once acknowledged', `${rounds} of ${rounds}`);
  figures.plain(
    '  with a query in between, in a tail after p50 / max',
    `${percentile(millis, 0.5).toFixed(1)} / ${Math.max(...millis).toFixed(1)} ms`,
  );
};

/** Slow queries have fewer rounds. */
const roundsOf = ({ range }: LogQuestion): number => (range === 'hour' ? ROUNDS / 4 : ROUNDS);

const pathOf = (
  { query, range, limit }: LogQuestion,
  round: number,
  lines: number,
  endUnixNano: bigint,
): string => {
  const start = endUnixNano - (range === 'all' ? hoursOf(lines) : HOUR);
  const params = new URLSearchParams({
    query: query(round),
    start: String(start),
    end: String(endUnixNano),
    limit: String(limit),
    step: '60',
  });
  return `/loki/api/v1/query_range?${params.toString()}`;
};

const answers = async (
  figures: Figures,
  lantern: LanternProcess,
  lines: number,
  endUnixNano: bigint,
): Promise<void> => {
  for (const question of questions(lines)) {
    const rounds = roundsOf(question);
    const millis: number[] = [];
    const askOne = (round: number) => demand(lantern.urls.loki + pathOf(question, round, lines, endUnixNano));
    for (let round = 0; round < WARM_UP_ROUNDS; round++) await askOne(rounds + round);
    const before = await lantern.usage();
    for (let round = 0; round < rounds; round++) millis.push((await askOne(round)).millis);
    const after = await lantern.usage();
    const half = percentile(millis, 0.5);
    const name = `HTTP: ${question.name}`;
    if (question.goalMillis === undefined) figures.plain(name, `${half.toFixed(1)} ms`);
    else figures.atMost(name, half, question.goalMillis, 'ms');
    figures.plain(
      '  CPU of one',
      `${((1000 * (after.cpuSeconds - before.cpuSeconds)) / rounds).toFixed(1)} ms`,
    );
  }
};

/** Measures the delay of other requests during a search of all text. */
const others = async (
  figures: Figures,
  lantern: LanternProcess,
  startUnixNano: bigint,
  endUnixNano: bigint,
): Promise<void> => {
  const quick = `${lantern.urls.loki}/ready`;
  const alone: number[] = [];
  for (let round = 0; round < 100; round++) alone.push((await demand(quick)).millis);
  const state = { isSearching: true };
  const search = async (): Promise<void> => {
    for (let round = 0; round < 10; round++) {
      const params = new URLSearchParams({
        query: `{service="order-service"} |= "u-98${round}9"`,
        start: String(startUnixNano),
        end: String(endUnixNano),
      });
      await demand(`${lantern.urls.loki}/loki/api/v1/query_range?${params.toString()}`);
    }
    state.isSearching = false;
  };
  const searching = search();
  const beside: number[] = [];
  while (state.isSearching) beside.push((await ask(quick)).millis);
  await searching;
  figures.atMost(
    'longest delay of a request during a search of all text',
    Math.max(...beside) - percentile(alone, 0.5),
    30,
    'ms',
  );
};

const FREE_RUN: QueryControl = { checkpoint: () => undefined };

const engineAlone = async (
  figures: Figures,
  folder: string,
  lines: number,
  endUnixNano: bigint,
): Promise<void> => {
  const begun = performance.now();
  const store = openBlockStore({ folder, sweepMillis: 0, report: () => undefined });
  figures.plain('the folder is opened again in', `${(performance.now() - begun).toFixed(0)} ms`);
  for (const question of questions(lines)) {
    const rounds = roundsOf(question);
    const millis: number[] = [];
    for (let round = 0; round < WARM_UP_ROUNDS; round++)
      await evaluate(store.logs, question, rounds + round, lines, endUnixNano);
    const before = process.cpuUsage();
    for (let round = 0; round < rounds; round++) {
      const asked = performance.now();
      await evaluate(store.logs, question, round, lines, endUnixNano);
      millis.push(performance.now() - asked);
    }
    const { user, system } = process.cpuUsage(before);
    figures.plain(
      `engine alone: ${question.name}`,
      `${percentile(millis, 0.5).toFixed(1)} ms, CPU ${((user + system) / 1000 / rounds).toFixed(1)} ms`,
    );
  }
  await store.close();
};

const evaluate = async (
  logs: LogStore,
  { query, range, limit }: LogQuestion,
  round: number,
  lines: number,
  endUnixNano: bigint,
): Promise<number> => {
  const expression = parseLogql(query(round));
  const startUnixNano = endUnixNano - (range === 'all' ? hoursOf(lines) : HOUR);
  if (expression.kind === 'log') {
    const options = { startUnixNano, endUnixNano, direction: 'backward', limit } as const;
    return (await evaluateLog(expression, options, source(logs), FREE_RUN)).length;
  }
  const steps = { startUnixNano, stepNanos: MINUTE, count: 61 };
  return (await evaluateMetric(expression, steps, source(logs), FREE_RUN)).length;
};

const source = (logs: LogStore) => ({ read: (query: Parameters<LogStore['read']>[0]) => logs.read(query) });

const bytesIn = (folder: string): number =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);

/** Describes the number of lines and spans. */
export const scaleOf = ({ lines, spans }: LogScale): string =>
  `${lines.toLocaleString('en')} lines, ${LINES_AN_HOUR.toLocaleString('en')} an hour` +
  (spans > 0 ? `, beside ${spans.toLocaleString('en')} spans` : '');
