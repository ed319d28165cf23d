import {
  SeriesLabels,
  markStale,
  type MillisRange,
  type NativeHistogram,
  type SeriesMatcher,
  type SeriesSamples,
  type SeriesSource,
} from '@lantern/telemetry-model';
import { parseSelector } from '../syntax/parser.js';

/** A value, a histogram, the end of the series, or nothing at this time. */
export type TestSample = number | NativeHistogram | 'stale' | undefined;

export interface TestSeries {
  readonly labels: SeriesLabels;
  readonly samples: ReadonlyMap<number, TestSample>;
}

/** Returns labels for a selector of equality matchers, for example `up{job="api"}`. */
export const labelsOf = (selector: string): SeriesLabels =>
  SeriesLabels.of(parseSelector(selector).map(({ name, value }) => [name, value]));

/** Returns a series with one sample each `intervalMillis` from the beginning of 1970 on. */
export const seriesOf = (
  selector: string,
  samples: readonly TestSample[],
  intervalMillis = 60_000,
): TestSeries => ({
  labels: labelsOf(selector),
  samples: new Map(samples.map((sample, index) => [index * intervalMillis, sample])),
});

/** Source of series in memory. */
export class MemorySource implements SeriesSource {
  /** Ranges of the received requests. */
  readonly ranges: MillisRange[] = [];

  constructor(
    private readonly series: readonly TestSeries[],
    private readonly chunkSize = 2,
  ) {}

  async *select(
    matchers: readonly SeriesMatcher[],
    range: MillisRange,
  ): AsyncGenerator<readonly SeriesSamples[]> {
    this.ranges.push(range);
    let chunk: SeriesSamples[] = [];
    for (const { labels, samples } of this.series) {
      if (!matchers.every((matcher) => matcher.matches(labels.get(matcher.name)))) continue;
      chunk.push(samplesIn(labels, samples, range));
      if (chunk.length < this.chunkSize) continue;
      yield chunk;
      chunk = [];
    }
    if (chunk.length > 0) yield chunk;
  }
}

const samplesIn = (
  labels: SeriesLabels,
  samples: ReadonlyMap<number, TestSample>,
  { startMillis, endMillis }: MillisRange,
): SeriesSamples => {
  const inRange = [...samples]
    .filter(([time]) => time >= startMillis && time <= endMillis)
    .sort(([a], [b]) => a - b);
  const floats = inRange.filter(([, sample]) => typeof sample === 'number' || sample === 'stale');
  const histograms = inRange.filter((each): each is [number, NativeHistogram] => typeof each[1] === 'object');
  const values = Float64Array.from(floats, ([, sample]) => (typeof sample === 'number' ? sample : 0));
  for (const [index, [, sample]] of floats.entries()) if (sample === 'stale') markStale(values, index);
  return {
    labels,
    timestamps: Float64Array.from(floats, ([time]) => time),
    values,
    ...(histograms.length === 0
      ? {}
      : {
          histograms: {
            timestamps: Float64Array.from(histograms, ([time]) => time),
            histograms: histograms.map(([, histogram]) => histogram),
          },
        }),
  };
};
