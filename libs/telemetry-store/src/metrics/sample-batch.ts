import type { NativeHistogram, SeriesLabels } from '@lantern/telemetry-model';
import { HIGH_WORD, LOW_WORD, wordsOf } from './double-words.js';
import { encodeLabels, type LabelKey } from './label-key.js';

/** Exemplar: an observation with labels that point to its trace. */
export interface Exemplar {
  readonly labels: SeriesLabels;
  readonly value: number;
  readonly timestampMillis: number;
}

/** Description of a metric: Prometheus' type (`counter`, `gauge`, `histogram`, `summary`, …), unit and help text. */
export interface MetricMetadata {
  readonly name: string;
  readonly type: string;
  readonly unit: string;
  readonly help: string;
}

/** Bits of a staleness marker. */
const STALE_HIGH = 0x7ff00000;
const STALE_LOW = 0x00000002;

/** Samples of a request in columns, in the order of the request. */
export class SampleBatch {
  /** Keys of the series. A series may occur more than once. */
  readonly keys: LabelKey[] = [];
  /** Labels of the series where the caller has them. */
  readonly labels: (SeriesLabels | undefined)[] = [];
  /** Index in {@link keys} of the series of each sample. */
  seriesOf = new Uint32Array(256);
  times = new Float64Array(256);
  values = new Float64Array(256);
  words = wordsOf(this.values);
  length = 0;
  /** Histograms, by index of their sample; the value of such a sample is not read. */
  readonly histograms = new Map<number, NativeHistogram>();
  readonly exemplars: { readonly series: number; readonly exemplar: Exemplar }[] = [];
  readonly metadata: MetricMetadata[] = [];

  /** Adds a series. @returns its index, for the samples that follow */
  addSeries(labels: SeriesLabels): number {
    this.labels.push(labels);
    return this.keys.push(encodeLabels(labels)) - 1;
  }

  /** Adds a series by its key. @returns its index */
  addKey(key: LabelKey): number {
    this.labels.push(undefined);
    return this.keys.push(key) - 1;
  }

  /** Adds a sample. A NaN loses its payload: see {@link addBits}. */
  add(series: number, timestampMillis: number, value: number): void {
    const at = this.place(series, timestampMillis);
    this.values[at] = value;
  }

  /** Adds a sample whose value is given as the words of its double. */
  addBits(series: number, timestampMillis: number, high: number, low: number): void {
    const at = 2 * this.place(series, timestampMillis);
    this.words[at + HIGH_WORD] = high;
    this.words[at + LOW_WORD] = low;
  }

  addStale(series: number, timestampMillis: number): void {
    this.addBits(series, timestampMillis, STALE_HIGH, STALE_LOW);
  }

  addHistogram(series: number, timestampMillis: number, histogram: NativeHistogram): void {
    this.histograms.set(this.place(series, timestampMillis), histogram);
  }

  addExemplar(series: number, exemplar: Exemplar): void {
    this.exemplars.push({ series, exemplar });
  }

  private place(series: number, timestampMillis: number): number {
    const at = this.length++;
    if (at === this.times.length) this.grow();
    this.seriesOf[at] = series;
    this.times[at] = timestampMillis;
    return at;
  }

  private grow(): void {
    const capacity = 2 * this.times.length;
    const seriesOf = new Uint32Array(capacity);
    seriesOf.set(this.seriesOf);
    this.seriesOf = seriesOf;
    const times = new Float64Array(capacity);
    times.set(this.times);
    this.times = times;
    const values = new Float64Array(capacity);
    values.set(this.values);
    this.values = values;
    this.words = wordsOf(values);
  }
}
