import { SeriesLabels } from '@lantern/telemetry-model';
import { T0 } from '@lantern/telemetry-model/testing';
import { SampleBatch } from '../metrics/sample-batch.js';

const T0_MILLIS = Number(T0 / 1_000_000n);

/** Number of series that get a sample for each number. */
export const SAMPLES_OF_A_KILL = 5;

/** Returns the samples that stand for a number: its time and value tell it. Series change as numbers grow. */
export const killSamples = (n: number): SampleBatch => {
  const batch = new SampleBatch();
  for (let series = 0; series < SAMPLES_OF_A_KILL; series++) {
    const labels = SeriesLabels.fromRecord({
      __name__: 'orders_total',
      generation: String(Math.floor(n / 40)),
      series: String(series),
    });
    batch.add(batch.addSeries(labels), T0_MILLIS + n, n + series / 8);
  }
  return batch;
};

/** Returns the number that a sample stands for; undefined when it is not what it was. */
export const numberOfSample = (
  labels: SeriesLabels,
  timestampMillis: number,
  value: number,
): number | undefined => {
  const n = timestampMillis - T0_MILLIS;
  const isSame =
    value === n + Number(labels.get('series')) / 8 && labels.get('generation') === String(Math.floor(n / 40));
  return isSame ? n : undefined;
};
