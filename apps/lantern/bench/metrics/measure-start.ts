import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SampleBatch, openBlockStore } from '@lantern/telemetry-store';
import { readWriteRequest } from '../../src/ingest/prometheus/remote-write-request.ts';
import { MEGABYTE, percentile, type Figures } from '../figures.ts';
import { LanternProcess } from '../lantern-process.ts';
import { SCRAPE_SECONDS, metricRequests } from './metric-workload.ts';

const ROUNDS = 5;

/** Measures the start of Lantern with a store of many samples. The last samples are in no block: they are replayed. */
export const measureStart = async (figures: Figures, series: number, samples: number): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'lantern-bench-start-'));
  try {
    await fill(folder, series, samples);
    const millis: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const lantern = await LanternProcess.start({ LANTERN_DATA_DIR: folder });
      millis.push(lantern.readyMillis);
      if (round === ROUNDS - 1) {
        const { rss, heapUsed } = await lantern.usage();
        figures.plain('  resident memory, heap', `${megabytes(rss)}, ${megabytes(heapUsed)}`);
      }
      await lantern.kill();
    }
    figures.atMost(
      `start with ${samples.toLocaleString('en')} samples, after a kill`,
      percentile(millis, 0.5),
      1_500,
      'ms',
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/** Writes the samples to the store directly. All series keep the values of the first requests, plus a small step. */
const fill = async (folder: string, series: number, samples: number): Promise<void> => {
  const scrapes = Math.floor(samples / series);
  const startMillis = Date.now() - scrapes * SCRAPE_SECONDS * 1000;
  const store = openBlockStore({ folder, durability: 'none' });
  const batches: SampleBatch[] = Array.from(metricRequests(series, 1, startMillis), readWriteRequest);
  for (let scrape = 0; scrape < scrapes; scrape++) {
    for (const batch of batches) {
      for (let i = 0; i < batch.length; i++) {
        batch.times[i] = startMillis + scrape * SCRAPE_SECONDS * 1000;
        batch.values[i] = (batch.values[i] ?? 0) + ((i * 7 + scrape) % 5);
      }
      await store.metrics.append(batch);
    }
  }
  await store.close();
};

const megabytes = (bytes: number): string => `${(bytes / MEGABYTE).toFixed(0)} MB`;
