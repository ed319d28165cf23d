/**
 * `nx bench:cardinality lantern`: memory and delay of Lantern in a data folder whose clients send names without end, through
 * HTTP. Lantern runs from its source, which costs some 40 MB of memory that a build does not need.
 *
 *   --operations=200000   operations of one service
 *   --services=1000000    services of one span each
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { encodeTraceRequest } from '@lantern/otlp';
import type { ResourceSpans, SpanId, TraceId } from '@lantern/telemetry-model';
import { resource, scope, span } from '@lantern/telemetry-model/testing';
import { ask, demand, disconnect } from '../client.ts';
import { Figures, MEGABYTE, percentile } from '../figures.ts';
import { WatchedLantern } from '../../fuzz/watched-lantern.ts';

const { values } = parseArgs({
  options: {
    operations: { type: 'string', default: '200000' },
    services: { type: 'string', default: '1000000' },
  },
});

const BATCH = 500;
/** Interval at which a cheap request is sent beside the others. */
const CHEAP_EVERY_MILLIS = 20;
const SERVER = 2;

/** Sends spans, each with names of its own. */
const send = async (
  lantern: WatchedLantern,
  count: number,
  groupsOf: (first: number, now: bigint) => ResourceSpans[],
): Promise<void> => {
  for (let first = 0; first < count; first += BATCH) {
    const body = encodeTraceRequest(groupsOf(first, BigInt(Date.now()) * 1_000_000n));
    await demand(`${lantern.urls.otlp}/v1/traces`, {
      headers: { 'content-type': 'application/x-protobuf' },
      body,
    });
  }
};

const group = (service: string, spans: ResourceSpans['scopeSpans'][number]['spans']): ResourceSpans => ({
  resource: resource(service),
  schemaUrl: '',
  scopeSpans: [{ scope: scope('bench'), schemaUrl: '', spans: [...spans] }],
});

const spanOf = (n: number, name: string, now: bigint) =>
  span({
    traceId: n.toString(16).padStart(32, '1') as TraceId,
    spanId: n.toString(16).padStart(16, '1') as SpanId,
    name,
    kind: SERVER,
    startUnixNano: now,
    endUnixNano: now + 1_000_000n,
  });

const operationsOf = (first: number, now: bigint): ResourceSpans[] => [
  group(
    'shop',
    Array.from({ length: BATCH }, (_, n) => spanOf(first + n, `GET /items/${first + n}`, now)),
  ),
];

const servicesOf = (first: number, now: bigint): ResourceSpans[] =>
  Array.from({ length: BATCH }, (_, n) =>
    group(`service-${first + n}`, [spanOf(first + n, 'GET /items', now)]),
  );

/** Does work while a cheap request is sent again and again; returns how long these took. */
const beside = async (lantern: WatchedLantern, work: () => Promise<unknown>): Promise<number[]> => {
  const state = { isOver: false };
  const millis: number[] = [];
  const cheap = (async () => {
    while (!state.isOver) {
      millis.push((await ask(`${lantern.urls.loki}/ready`)).millis);
      await new Promise((resolve) => setTimeout(resolve, CHEAP_EVERY_MILLIS));
    }
  })();
  await work();
  state.isOver = true;
  await cheap;
  return millis;
};

const figures = new Figures();

const measure = async (
  name: string,
  count: number,
  groupsOf: (first: number, now: bigint) => ResourceSpans[],
  questions: (lantern: WatchedLantern) => readonly (readonly [name: string, url: string])[],
): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'lantern-cardinality-'));
  let lantern = await WatchedLantern.start(undefined, { LANTERN_DATA_DIR: folder });
  const rss = async (): Promise<number> => (await lantern.usage()).rss / MEGABYTE;
  try {
    figures.heading(`${count.toLocaleString('en')} ${name}`);
    const turn = async (): Promise<string> => {
      const { heldMillis, waitedMillis } = (await lantern.usage()).longestTurn;
      return `${heldMillis.toFixed(0)} ms beside ${waitedMillis.toFixed(0)} ms without a free core`;
    };
    figures.plain('RSS at the start', `${(await rss()).toFixed(0)} MB`);
    const { cpuSeconds } = await lantern.usage();
    const sending = await beside(lantern, () => send(lantern, count, groupsOf));
    const after = await lantern.usage();
    const cpu = after.cpuSeconds - cpuSeconds;
    figures.plain('spans a CPU-second', Math.round(count / cpu).toLocaleString('en'));
    figures.atMost('longest turn of the event loop', after.longestTurn.heldMillis, 250, 'ms');
    figures.atMost('RSS after the spans', await rss(), 500, 'MB');
    figures.plain('cheap request beside, slowest', `${Math.max(...sending).toFixed(0)} ms`);
    for (const [question, url] of questions(lantern)) {
      let answered = { millis: 0, bytes: 0 };
      const waits = await beside(lantern, async () => {
        const answer = await demand(url);
        answered = { millis: answer.millis, bytes: answer.body.length };
      });
      figures.plain(
        question,
        `${answered.millis.toFixed(0)} ms, ${(answered.bytes / MEGABYTE).toFixed(1)} MB; cheap request beside ` +
          `p50 ${percentile(waits, 0.5).toFixed(1)}, slowest ${Math.max(...waits).toFixed(0)} ms; longest turn ${await turn()}`,
      );
    }
    figures.atMost('RSS after the queries', await rss(), 500, 'MB');
    // Everything but the newest records is in blocks, so a start reads their summaries.
    await lantern.kill();
    const begun = performance.now();
    lantern = await WatchedLantern.start(undefined, { LANTERN_DATA_DIR: folder });
    const { cpuSeconds: startCpu } = await lantern.usage();
    figures.plain(
      'start to ready',
      `${(performance.now() - begun).toFixed(0)} ms, CPU ${startCpu.toFixed(1)} s`,
    );
    figures.atMost('RSS after a restart', await rss(), 500, 'MB');
  } finally {
    await lantern.kill();
    rmSync(folder, { recursive: true, force: true });
  }
};

const WINDOW = 'lookback=3600000&step=60000&ratePer=60000';
const allServices = (names: readonly string[]): string => names.map((name) => `service=${name}`).join('&');

await measure(
  'operations of one service',
  Number(values.operations),
  operationsOf,
  ({ urls: { jaeger } }) => [
    ['operations', `${jaeger}/api/services/shop/operations`],
    ...['calls', 'latencies&quantile=0.95'].map((metric) => {
      const [family = '', more = ''] = metric.split('&');
      const params = `service=shop&groupByOperation=true&${WINDOW}${more && `&${more}`}`;
      return [`${family} by operation`, `${jaeger}/api/metrics/${family}?${params}`] as const;
    }),
    [
      'search of one operation',
      `${jaeger}/api/traces?service=shop&operation=GET%20%2Fitems%2F77&lookback=1h`,
    ],
  ],
);
await measure('services of one span each', Number(values.services), servicesOf, ({ urls: { jaeger } }) => [
  ['services', `${jaeger}/api/services`],
  [
    'calls of 500 services',
    `${jaeger}/api/metrics/calls?${allServices(Array.from({ length: 500 }, (_, n) => `service-${Number(values.services) - n}`))}&${WINDOW}`,
  ],
  ['search of an evicted service', `${jaeger}/api/traces?service=service-77&lookback=1h`],
  ['dependencies', `${jaeger}/api/dependencies?endTs=${Date.now()}&lookback=3600000`],
]);
disconnect();
