import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  NO_BUCKETS,
  NO_CUSTOM_VALUES,
  SeriesLabels,
  StaleMarkers,
  type MillisRange,
  type NativeHistogram,
  type SeriesMatcher,
  type SeriesSamples,
} from '@lantern/telemetry-model';
import fc from 'fast-check';
import type { MetricStore } from '../metric-store.js';
import { SampleBatch } from '../metrics/sample-batch.js';

export interface MetricStoreLimits {
  readonly maxSeries: number;
  readonly maxSeriesPerMetric: number;
}

const AMPLE_METRICS: MetricStoreLimits = { maxSeries: 1_000, maxSeriesPerMetric: 1_000 };

const ALL: MillisRange = { startMillis: 0, endMillis: 8.64e15 };
const T0 = 1_700_000_000_000;

const is = (name: string, value: string): SeriesMatcher => ({
  name,
  operator: '=',
  value,
  matches: (text) => text === value,
});
const isNot = (name: string, value: string): SeriesMatcher => ({
  name,
  operator: '!=',
  value,
  matches: (text) => text !== value,
});
const like = (name: string, expression: string): SeriesMatcher => {
  const regex = new RegExp(`^(?:${expression})$`);
  return { name, operator: '=~', value: expression, matches: (text) => regex.test(text) };
};

type Point = readonly [time: number, value: number];

/** Samples of the series `up`, or of the one that `labels` name. */
const batchOf = (points: readonly Point[], labels: Record<string, string> = {}): SampleBatch => {
  const batch = new SampleBatch();
  const series = batch.addSeries(SeriesLabels.fromRecord({ __name__: 'up', ...labels }));
  for (const [time, value] of points) batch.add(series, time, value);
  return batch;
};

const readAll = async (
  store: MetricStore,
  matchers: readonly SeriesMatcher[] = [],
  range = ALL,
): Promise<SeriesSamples[]> => {
  const all: SeriesSamples[] = [];
  for await (const chunk of store.select(matchers, range)) all.push(...chunk);
  return all;
};

const pointsOf = async (
  store: MetricStore,
  matchers: readonly SeriesMatcher[] = [],
  range = ALL,
): Promise<Point[]> =>
  (await readAll(store, matchers, range)).flatMap(({ timestamps, values }) =>
    Array.from(timestamps, (time, i): Point => [time, values[i] ?? 0]),
  );

const histogram = (count: number, sum = count): NativeHistogram => ({
  counterResetHint: 'unknown',
  schema: 3,
  zeroThreshold: 2 ** -128,
  zeroCount: 1,
  count,
  sum,
  positive: { indexes: Int32Array.of(-4, 7, 8), counts: Float64Array.of(1, 0.5, count) },
  negative: NO_BUCKETS,
  customValues: NO_CUSTOM_VALUES,
});

/**
 * Defines the suite that every {@link MetricStore} must pass. The spec of an engine calls it once.
 *
 * @param create makes an empty store; the suite closes it
 */
export const metricStoreContract = (
  name: string,
  create: (limits: MetricStoreLimits) => Promise<MetricStore>,
): void => {
  describe(name, () => {
    let store: MetricStore;

    beforeEach(async () => {
      store = await create(AMPLE_METRICS);
    });

    afterEach(() => store.close());

    it('An empty store answers every query with an empty result', async () => {
      expect(await readAll(store)).toEqual([]);
      expect(await store.series([], ALL)).toEqual([]);
      expect(await store.exemplars([], ALL)).toEqual([]);
      expect(store.metadata().size).toBe(0);
      expect(await store.stats()).toMatchObject({ series: 0, samples: 0, minMillis: undefined });
      expect(await store.append(new SampleBatch())).toEqual({ rejected: 0, reasons: [] });
    });

    it('Samples are read back in the order of time, also if they arrived in another', async () => {
      await store.append(batchOf([[T0 + 30_000, 3]]));
      await store.append(batchOf([[T0 + 10_000, 1]]));
      await store.append(
        batchOf([
          [T0 + 20_000, 2],
          [T0, 0],
          [T0 + 40_000, 4],
        ]),
      );
      expect(await pointsOf(store)).toEqual([0, 1, 2, 3, 4].map((i) => [T0 + i * 10_000, i]));
    });

    it('A range includes both of its ends', async () => {
      await store.append(batchOf([0, 1, 2, 3, 4].map((i): Point => [T0 + i, i])));
      const within = { startMillis: T0 + 1, endMillis: T0 + 3 };
      expect(await pointsOf(store, [], within)).toEqual([
        [T0 + 1, 1],
        [T0 + 2, 2],
        [T0 + 3, 3],
      ]);
      expect(await pointsOf(store, [], { startMillis: T0 + 5, endMillis: T0 + 9 })).toEqual([]);
    });

    it('Values keep every bit, also those of staleness markers', async () => {
      const values = [0, -0, 1, -1, 0.1, 1e300, 5e-324, Infinity, -Infinity, Number.NaN, 2 ** 53 + 2, 1, 1];
      const batch = batchOf(values.map((value, i) => [T0 + i, value]));
      batch.addStale(0, T0 + values.length);
      await store.append(batch);
      const [series] = await readAll(store);
      expect(Array.from(series?.values ?? [])).toEqual([...values, Number.NaN]);
      const markers = new StaleMarkers(series?.values ?? new Float64Array());
      const stale = Array.from({ length: values.length + 1 }, (_, i) => markers.isAt(i));
      expect(stale.indexOf(true)).toBe(values.length);
      expect(stale.filter(Boolean)).toHaveLength(1);
    });

    it('The same sample is accepted again, and another value for its time is rejected', async () => {
      await store.append(batchOf([[T0, 1]]));
      expect(await store.append(batchOf([[T0, 1]]))).toEqual({ rejected: 0, reasons: [] });
      expect(await store.append(batchOf([[T0, 2]]))).toEqual({
        rejected: 1,
        reasons: [`duplicate sample for timestamp ${T0}; overrides not allowed: existing 1, new value 2`],
      });
      expect(await pointsOf(store)).toEqual([[T0, 1]]);
      expect((await store.stats()).rejected.conflict).toBe(1);
    });

    it('A sample that is too far ahead is rejected, and others of its request are kept', async () => {
      const now = Date.now();
      const outcome = await store.append(
        batchOf([
          [now + 3_600_000, 1],
          [now, 2],
          [1, 0],
          [-1, 0],
        ]),
      );
      expect(outcome).toEqual({
        rejected: 2,
        reasons: ['out of bounds: timestamp is too far in the future', 'out of bounds'],
      });
      expect(await pointsOf(store)).toEqual([
        [1, 0],
        [now, 2],
      ]);
    });

    it('Series are found by equality, inequality and expressions, and by absent labels', async () => {
      for (const [job, zone] of [
        ['web', 'eu'],
        ['web', 'us'],
        ['worker', ''],
      ]) {
        await store.append(batchOf([[T0, 1]], { job: job ?? '', zone: zone ?? '' }));
      }
      await store.append(batchOf([[T0, 1]], { __name__: 'other' }));
      const found = async (...matchers: SeriesMatcher[]) =>
        (await store.series(matchers, ALL)).map((labels) => labels.toRecord());
      expect(await found(is('job', 'web'))).toEqual([
        { __name__: 'up', job: 'web', zone: 'eu' },
        { __name__: 'up', job: 'web', zone: 'us' },
      ]);
      expect(await found(is('__name__', 'up'), isNot('job', 'web'))).toEqual([
        { __name__: 'up', job: 'worker' },
      ]);
      expect(await found(like('zone', 'e.|us'), like('job', 'w.*'))).toHaveLength(2);
      expect(await found(is('zone', ''), is('__name__', 'up'))).toHaveLength(1);
      expect(await found(is('job', 'none'))).toEqual([]);
      expect(await readAll(store, [is('job', 'web'), like('zone', 'u.')])).toHaveLength(1);
    });

    it('A series outside the range is not listed', async () => {
      await store.append(batchOf([[T0, 1]]));
      expect(await store.series([], { startMillis: T0 + 1, endMillis: T0 + 100 })).toEqual([]);
      expect(await store.series([], { startMillis: T0, endMillis: T0 })).toHaveLength(1);
    });

    it('Native histograms are read back beside floats of the same series', async () => {
      const batch = batchOf([[T0 + 2, 5]]);
      batch.addHistogram(0, T0 + 1, histogram(3, 2.5));
      batch.addHistogram(0, T0, { ...histogram(2, Number.NaN), counterResetHint: 'gauge' });
      await store.append(batch);
      const [series] = await readAll(store);
      expect(series?.timestamps).toEqual(Float64Array.of(T0 + 2));
      expect(series?.histograms?.timestamps).toEqual(Float64Array.of(T0, T0 + 1));
      expect(series?.histograms?.histograms).toEqual([
        { ...histogram(2, Number.NaN), counterResetHint: 'gauge' },
        histogram(3, 2.5),
      ]);
    });

    it('Exemplars are read back by series and range, each once', async () => {
      const exemplar = {
        labels: SeriesLabels.fromRecord({ trace_id: '0af7651916cd43dd8448eb211c80319c' }),
        value: 0.25,
        timestampMillis: T0,
      };
      for (let repeat = 0; repeat < 2; repeat++) {
        const batch = batchOf([[T0 + repeat, 1]]);
        batch.addExemplar(0, exemplar);
        await store.append(batch);
      }
      const [found] = await store.exemplars([is('__name__', 'up')], ALL);
      expect(found?.labels.toRecord()).toEqual({ __name__: 'up' });
      expect(found?.exemplars).toEqual([exemplar]);
      expect(await store.exemplars([], { startMillis: T0 + 1, endMillis: T0 + 9 })).toEqual([]);
      expect(await store.exemplars([is('__name__', 'other')], ALL)).toEqual([]);
    });

    it('The last metadata of a metric counts', async () => {
      for (const help of ['Old', 'Whether the target is up']) {
        const batch = batchOf([[T0, 1]]);
        batch.metadata.push({ name: 'up', type: 'gauge', unit: '', help });
        await store.append(batch);
      }
      expect(Array.from(store.metadata().values())).toEqual([
        { name: 'up', type: 'gauge', unit: '', help: 'Whether the target is up' },
      ]);
    });

    it('New series beyond a limit are rejected and counted, and known series still take samples', async () => {
      await store.close();
      store = await create({ maxSeries: 3, maxSeriesPerMetric: 2 });
      const append = (metric: string, id: string, time = T0) =>
        store.append(batchOf([[time, 1]], { __name__: metric, id }));
      await append('a', '1');
      await append('a', '2');
      expect(await append('a', '3')).toEqual({
        rejected: 1,
        reasons: [
          'the metric a has reached the limit of 2 series; no sample of the new series {__name__="a", id="3"} was stored',
        ],
      });
      await append('b', '1');
      expect((await append('b', '2')).reasons).toEqual([
        'the limit of 3 series is reached; no sample of the new series {__name__="b", id="2"} was stored',
      ]);
      expect((await append('a', '1', T0 + 1)).rejected).toBe(0);
      expect(await store.stats()).toMatchObject({
        series: 3,
        samples: 4,
        rejected: { 'series limit': 1, 'metric limit': 1 },
      });
    });

    it('A cleared store has no series, exemplars or metadata, has evicted nothing, and takes the same samples again', async () => {
      for (let time = 0; time < 2; time++) {
        for (let id = 0; id < 4; id++) {
          const points = [0, 1, 2].map((i): Point => [T0 + i * 1_000, i]);
          const batch = batchOf(points, { id: String(id) });
          batch.metadata.push({ name: 'up', type: 'gauge', unit: '', help: '' });
          batch.addExemplar(0, { labels: SeriesLabels.EMPTY, value: 1, timestampMillis: T0 });
          await store.append(batch);
        }
        expect(await pointsOf(store)).toHaveLength(12);
        await store.clear();
        expect(await readAll(store)).toEqual([]);
        expect(await store.series([], ALL)).toEqual([]);
        expect(await store.exemplars([], ALL)).toEqual([]);
        expect(store.metadata().size).toBe(0);
        expect(await store.stats()).toMatchObject({ series: 0, samples: 0, bytes: 0, evictedSamples: 0 });
      }
    });

    it('Any samples in any order are read back as a model says', async () => {
      const sample = fc.record({
        id: fc.nat({ max: 3 }),
        time: fc.oneof(fc.nat({ max: 40 }), fc.nat({ max: T0 })),
        value: fc.oneof(fc.double(), fc.integer(), fc.constantFrom(0, 1, -0, Number.NaN)),
      });
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.array(sample, { maxLength: 40 }), { maxLength: 6 }),
          fc.tuple(fc.nat({ max: 40 }), fc.nat({ max: T0 })),
          async (requests, [startMillis, length]) => {
            const fresh = await create(AMPLE_METRICS);
            const model = new Map<number, Map<number, number>>();
            for (const request of requests) {
              const batch = new SampleBatch();
              for (const { id, time, value } of request) {
                batch.add(
                  batch.addSeries(SeriesLabels.fromRecord({ __name__: 'm', id: `${id}` })),
                  time,
                  value,
                );
                const series = model.get(id) ?? new Map<number, number>();
                // The first value of a time counts.
                if (!series.has(time)) series.set(time, value);
                model.set(id, series);
              }
              await fresh.append(batch);
            }
            const range = { startMillis, endMillis: startMillis + length };
            for (const id of [0, 1, 2, 3]) {
              const expected = [...(model.get(id) ?? [])]
                .filter(([time]) => time >= range.startMillis && time <= range.endMillis)
                .sort(([a], [b]) => a - b);
              expect(await pointsOf(fresh, [is('id', `${id}`)], range)).toEqual(expected);
            }
            await fresh.close();
          },
        ),
        { numRuns: 60 },
      );
    });
  });
};
