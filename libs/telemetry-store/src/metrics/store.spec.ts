import { afterAll, describe, expect, it } from '@jest/globals';
import { SeriesLabels } from '@lantern/telemetry-model';
import { openBlockStore, type BlockStoreOptions } from '../block-store.js';
import { metricStoreContract } from '../contract/metric-store-contract.js';
import { TemporaryFolders } from '../testing/temporary-folders.js';
import { abandon } from '../testing/abandon.js';
import { encodeLabels } from './label-key.js';
import { SampleBatch } from './sample-batch.js';
import { SeriesTable } from './series-table.js';

const folders = new TemporaryFolders();

afterAll(() => folders.remove());

const durable = (options: BlockStoreOptions = {}) =>
  openBlockStore({ folder: folders.next(), durability: 'none', sweepMillis: 0, ...options });

describe.each([5, 4096])('Metric store with %i samples per block', (samplesPerBlock) => {
  metricStoreContract(
    'the durable metric store',
    async (limits) => durable({ samplesPerBlock, ...limits }).metrics,
  );
});

metricStoreContract(
  'the metric store in memory',
  async (limits) => openBlockStore({ samplesPerBlock: 64, sweepMillis: 0, ...limits }).metrics,
);

const T0 = 1_700_000_000_000;
const ALL = { startMillis: 0, endMillis: 8.64e15 };

const scrape = (time: number, count: number): SampleBatch => {
  const batch = new SampleBatch();
  for (let i = 0; i < count; i++) {
    const labels = SeriesLabels.fromRecord({
      __name__: 'requests_total',
      id: `${i}`,
      service: 'order-service',
    });
    batch.add(batch.addSeries(labels), time, i + time - T0);
  }
  return batch;
};

describe('A metric store in a data folder', () => {
  it('has the samples, labels, exemplars and metadata of an earlier process, sealed or not', async () => {
    const options = { durability: 'none', sweepMillis: 0, samplesPerBlock: 35 } as const;
    let folder = folders.next();
    for (let process = 0; process < 4; process++) {
      const store = openBlockStore({ ...options, folder });
      for (let i = 0; i < 3; i++) {
        const batch = scrape(T0 + (process * 3 + i) * 15_000, 10);
        batch.metadata.push({ name: 'requests', type: 'counter', unit: '', help: `Run ${process}` });
        batch.addExemplar(0, { labels: SeriesLabels.EMPTY, value: process, timestampMillis: T0 + process });
        await store.metrics.append(batch);
      }
      folder = abandon(folder, folders.next());
      await store.close();
    }
    const { metrics } = openBlockStore({ ...options, folder });
    let samples = 0;
    for await (const chunk of metrics.select([], ALL)) {
      for (const { labels, timestamps, values } of chunk) {
        const id = Number(labels.get('id'));
        expect(Array.from(timestamps)).toEqual(Array.from({ length: 12 }, (_, i) => T0 + i * 15_000));
        expect(Array.from(values)).toEqual(Array.from({ length: 12 }, (_, i) => id + i * 15_000));
        samples += values.length;
      }
    }
    expect(samples).toBe(120);
    const [exemplars] = await metrics.exemplars([], ALL);
    expect(exemplars?.exemplars.map(({ value }) => value)).toEqual([0, 1, 2, 3]);
    expect(metrics.metadata().get('requests')?.help).toBe('Run 3');
    await metrics.close();
  });

  it('evicts the oldest samples and forgets the series that have no others', async () => {
    const store = durable({ samplesPerBlock: 100, maxMetricBytes: 4_000 });
    for (let i = 0; i < 40; i++) {
      const batch = new SampleBatch();
      for (let id = 0; id < 50; id++) {
        const labels = SeriesLabels.fromRecord({ __name__: 'm', id: `${id}`, pod: `${Math.floor(i / 4)}` });
        batch.add(batch.addSeries(labels), T0 + i * 15_000, Math.sin(i * id));
      }
      await store.metrics.append(batch);
    }
    const stats = await store.metrics.stats();
    expect(stats.bytes).toBeLessThan(4_000);
    expect(stats.evictedSamples).toBeGreaterThan(500);
    expect(stats.evictedSamples + stats.samples).toBe(2_000);
    const series = await store.metrics.series([], ALL);
    expect(series.length).toBe(stats.series);
    expect(stats.series).toBeLessThan(400);
    await store.close();
  });
});

describe('A table of very many series', () => {
  it('Matching tests a bounded number of values and series in each step, so that other requests are answered', () => {
    const table = new SeriesTable();
    for (let id = 0; id < 5_000; id++) {
      const labels = SeriesLabels.fromRecord({ __name__: 'requests_total', id: `${id}` });
      table.add(encodeLabels(labels), labels);
    }
    for (const absent of [true, false]) {
      const tests = [0];
      const matches = (value: string): boolean => {
        tests[tests.length - 1] = (tests.at(-1) ?? 0) + 1;
        return value === '' ? absent : Number(value) % 2 === 0;
      };
      const steps = table.matching([{ name: 'id', operator: '=~', value: '', matches }]);
      let result = steps.next();
      for (; result.done !== true; result = steps.next()) tests.push(0);
      expect(result.value).toHaveLength(2_500);
      expect(Math.max(...tests)).toBeLessThanOrEqual(513);
    }
  });
});
