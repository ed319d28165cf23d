/**
 * `nx bench promql [--runs=9] [--only=text]`: CPU time of the evaluator's thread alone, over series in memory. A store adds
 * the time that it takes to read the samples.
 */
import { parseArgs } from 'node:util';
import {
  NO_BUCKETS,
  NO_CUSTOM_VALUES,
  SeriesLabels,
  type NativeHistogram,
  type SeriesSamples,
  type SeriesSource,
} from '@lantern/telemetry-model';
import { evaluateInstant, evaluateRange, parsePromql, type QueryResult } from '../src/index.ts';

const { values: options } = parseArgs({
  options: { runs: { type: 'string', default: '9' }, only: { type: 'string', default: '' } },
});
const runs = Number(options.runs);

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const START = 1_767_225_600 * SECOND;
const SCRAPE_MILLIS = 15 * SECOND;
const SERVICES = 20;
const CHUNK_SERIES = 256;
const BOUNDS = ['0.005', '0.01', '0.025', '0.05', '0.1', '0.25', '0.5', '1', '2.5', '+Inf'];

/** Counters that grow by a number of their own, and are reset now and then. */
const counterValues = (index: number, samples: number): Float64Array => {
  const values = new Float64Array(samples);
  let value = 0;
  for (let at = 0; at < samples; at++) {
    const hash = Math.imul(index * 31 + at + 1, 2_654_435_761) >>> 0;
    value = hash % 5_000 === 0 ? 0 : value + (hash % (7 + (index % 5)));
    values[at] = value;
  }
  return values;
};

const seriesOf = (
  name: string,
  count: number,
  millis: number,
  bounds: readonly string[],
): SeriesSamples[] => {
  const samples = millis / SCRAPE_MILLIS + 1;
  // Scrapes of the same target have the same times, those of another are shifted.
  return Array.from({ length: count }, (_, index) => {
    const target = Math.floor(index / bounds.length);
    const labels = SeriesLabels.fromRecord({
      __name__: name,
      service: `service-${target % SERVICES}`,
      instance: `10.0.${target >> 8}.${target & 255}:8080`,
      http_route: `/route/${target % 7}`,
      le: bounds[index % bounds.length] ?? '',
    });
    const shift = (target * 37) % SCRAPE_MILLIS;
    const timestamps = Float64Array.from(
      { length: samples },
      (_value, at) => START - shift + at * SCRAPE_MILLIS,
    );
    const values = counterValues(bounds.length > 1 ? target : index, samples);
    if (bounds.length > 1)
      for (let at = 0; at < samples; at++) values[at] = (values[at] ?? 0) * (1 + (index % bounds.length));
    return { labels, timestamps, values };
  });
};

const NATIVE_BUCKETS = 20;

/** Native histograms of the same counters: each bucket grows by a number of its own. */
const nativeSeriesOf = (name: string, count: number, millis: number): SeriesSamples[] =>
  seriesOf(name, count, millis, ['']).map(({ labels, timestamps, values }) => {
    const indexes = Int32Array.from({ length: NATIVE_BUCKETS }, (_, index) => index - 10);
    const histograms = Array.from(values, (value): NativeHistogram => ({
      counterResetHint: 'unknown',
      schema: 3,
      zeroThreshold: 0,
      zeroCount: 0,
      count: value * NATIVE_BUCKETS,
      sum: value,
      positive: { indexes, counts: new Float64Array(NATIVE_BUCKETS).fill(value) },
      negative: NO_BUCKETS,
      customValues: NO_CUSTOM_VALUES,
    }));
    const none = new Float64Array(0);
    return { labels, timestamps: none, values: none, histograms: { timestamps, histograms } };
  });

/** Source that returns series as a store does: those that match, in the range, in chunks. */
class ArraySource implements SeriesSource {
  constructor(private readonly series: readonly SeriesSamples[]) {}

  async *select(
    ...[matchers, { startMillis, endMillis }]: Parameters<SeriesSource['select']>
  ): AsyncGenerator<readonly SeriesSamples[]> {
    for (let from = 0; from < this.series.length; from += CHUNK_SERIES) {
      yield this.series
        .slice(from, from + CHUNK_SERIES)
        .filter(({ labels }) => matchers.every((matcher) => matcher.matches(labels.get(matcher.name))))
        .map((series) => {
          const { labels, timestamps, values } = series;
          if (series.histograms) return series;
          let first = 0;
          let last = timestamps.length;
          while ((timestamps[first] ?? Infinity) < startMillis) first++;
          while (last > first && (timestamps[last - 1] ?? 0) > endMillis) last--;
          return {
            labels,
            timestamps: timestamps.subarray(first, last),
            values: values.subarray(first, last),
          };
        });
    }
  }
}

interface Case {
  readonly name: string;
  readonly goalMillis: number;
  readonly query: string;
  /** Creates the series, so that only those of one query are in memory. */
  readonly source: () => SeriesSource;
  readonly run: (query: ReturnType<typeof parsePromql>, source: SeriesSource) => Promise<QueryResult>;
}

const count = 'http_server_request_duration_seconds_count';
const bucket = 'http_server_request_duration_seconds_bucket';
const instantAt = START + 10 * MINUTE;
const instant: Case['run'] = (query, source) => evaluateInstant(query, instantAt, source);
const overHours =
  (hours: number, stepMillis: number): Case['run'] =>
  (query, source) =>
    evaluateRange(
      query,
      { startMillis: START + 5 * MINUTE, endMillis: START + hours * HOUR + 5 * MINUTE, stepMillis },
      source,
    );

const shortCounters = () => new ArraySource(seriesOf(count, 10_000, 10 * MINUTE, ['']));
const longCounters = () => new ArraySource(seriesOf(count, 1_000, 6 * HOUR + 5 * MINUTE, ['']));
const buckets = () => new ArraySource(seriesOf(bucket, 10_000, HOUR + 5 * MINUTE, BOUNDS));

const natives = () =>
  new ArraySource(nativeSeriesOf('http_server_request_duration_seconds', 500, HOUR + 5 * MINUTE));

const CASES: readonly Case[] = [
  {
    name: 'instant, 10,000 series',
    goalMillis: 60,
    query: `sum by (service) (rate(${count}[5m]))`,
    source: shortCounters,
    run: instant,
  },
  {
    name: '6 h at 60 s, 1,000 series',
    goalMillis: 400,
    query: `sum by (service) (rate(${count}[5m]))`,
    source: longCounters,
    run: overHours(6, MINUTE),
  },
  {
    name: '1 h at 15 s, 10,000 bucket series',
    goalMillis: 800,
    query: `histogram_quantile(0.95, sum by (le, service) (rate(${bucket}[5m])))`,
    source: buckets,
    run: overHours(1, SCRAPE_MILLIS),
  },
  {
    name: '6 h at 60 s, 1,000 series',
    goalMillis: 400,
    query: `avg by (service) (${count})`,
    source: longCounters,
    run: overHours(6, MINUTE),
  },
  {
    name: '6 h at 60 s, 1,000 series',
    goalMillis: 800,
    query: `topk(5, rate(${count}[1h]))`,
    source: longCounters,
    run: overHours(6, MINUTE),
  },
  {
    name: '6 h at 60 s, 1,000 series',
    goalMillis: 800,
    query: `max_over_time(rate(${count}[5m])[1h:1m])`,
    source: longCounters,
    run: overHours(6, MINUTE),
  },
  {
    name: '6 h at 60 s, 1,000 series',
    goalMillis: 800,
    query: `sum by (service) (rate(${count}[5m])) / on (service) group_left () sum by (service) (increase(${count}[1h]))`,
    source: longCounters,
    run: overHours(6, MINUTE),
  },
  {
    name: '1 h at 15 s, 500 native histograms',
    goalMillis: 1_000,
    query: 'histogram_quantile(0.95, sum by (service) (rate(http_server_request_duration_seconds[5m])))',
    source: natives,
    run: overHours(1, SCRAPE_MILLIS),
  },
];

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

const cpuMillis = (): number => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
};

/** Runs a query, and returns its CPU time and the longest part of it that ran without other work in between. */
const measure = async (
  { query, run }: Case,
  source: SeriesSource,
): Promise<readonly [millis: number, turnMillis: number]> => {
  let longest = 0;
  const started = cpuMillis();
  let last = started;
  const endTurn = () => {
    const now = cpuMillis();
    longest = Math.max(longest, now - last);
    last = now;
  };
  let isRunning = true;
  const watch = () => {
    endTurn();
    if (isRunning) setImmediate(watch);
  };
  setImmediate(watch);
  await run(parsePromql(query), source);
  isRunning = false;
  endTurn();
  return [cpuMillis() - started, longest];
};

process.stdout.write(`Node ${process.version}, median CPU time of ${runs} runs\n\n`);
process.stdout.write('    CPU   must be  longest turn  query\n');
for (const each of CASES.filter(({ query, name }) => `${name} ${query}`.includes(options.only))) {
  const results: (readonly [number, number])[] = [];
  const source = each.source();
  await measure(each, source);
  for (let run = 0; run < runs; run++) results.push(await measure(each, source));
  const [time, turn] = [
    median(results.map(([millis]) => millis)),
    Math.max(...results.map(([, millis]) => millis)),
  ];
  process.stdout.write(
    `${time.toFixed(0).padStart(5)} ms ${`≤ ${each.goalMillis}`.padStart(6)} ms ${turn.toFixed(0).padStart(10)} ms  ${each.query} (${each.name})\n`,
  );
}
