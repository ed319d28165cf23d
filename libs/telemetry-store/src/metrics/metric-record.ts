import { Buffer } from 'node:buffer';
import { SeriesLabels } from '@lantern/telemetry-model';
import { ByteReader, DamageError } from '../bytes/byte-reader.js';
import { HIGH_WORD, LOW_WORD } from './double-words.js';
import { decodeHistogram, encodeHistogram } from './histogram-codec.js';
import { SampleBatch, type Exemplar, type MetricMetadata } from './sample-batch.js';
import type { KnownSeries } from './series-table.js';

/** Exemplar as JSON in a record and in a block. */
export interface StoredExemplar {
  readonly series: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number | string;
  readonly time: number;
}

/** Maximum sizes in a record: of the numbers of a definition, and of a sample. */
const MAX_DEFINITION_BYTES = 20;
const MAX_SAMPLE_BYTES = 26;

/** Writes batches as records of the journal: numbers in LEB128, values as their 8 bytes. */
export class MetricRecordWriter {
  private buffer = Buffer.allocUnsafeSlow(64 * 1024);
  private length = 0;

  /**
   * Writes the samples of a batch whose series is known. Series without an earlier record are defined in this one.
   *
   * @param series series by their index in the batch; undefined for a rejected one
   * @returns a view that is valid until the next call
   */
  write(batch: SampleBatch, series: readonly (KnownSeries | undefined)[]): Uint8Array {
    this.length = 0;
    // A series is defined together with its first sample, so that both are sealed at once.
    const defined = new Set<KnownSeries>();
    for (let i = 0; i < batch.length; i++) {
      const known = series[batch.seriesOf[i] ?? 0];
      if (known && !known.isDefined) defined.add(known);
    }
    this.reserve(MAX_DEFINITION_BYTES);
    this.varint(defined.size);
    for (const { id, key } of defined) {
      this.reserve(MAX_DEFINITION_BYTES + key.length);
      this.varint(id);
      this.varint(key.length);
      this.length += this.buffer.write(key, this.length, 'latin1');
    }
    this.samples(batch, series);
    this.histograms(batch, series);
    const exemplars = batch.exemplars.flatMap(({ series: index, exemplar }): StoredExemplar[] => {
      const known = series[index];
      return known && (known.isDefined || defined.has(known)) ? [storedExemplar(known.id, exemplar)] : [];
    });
    this.text(exemplars.length === 0 ? '' : JSON.stringify(exemplars));
    this.text(batch.metadata.length === 0 ? '' : JSON.stringify(batch.metadata));
    return this.buffer.subarray(0, this.length);
  }

  private samples(batch: SampleBatch, series: readonly (KnownSeries | undefined)[]): void {
    const { seriesOf, times, words, length, histograms } = batch;
    this.reserve(MAX_DEFINITION_BYTES + length * MAX_SAMPLE_BYTES);
    let lastId = 0;
    let lastTime = 0;
    for (let i = 0; i < length; i++) {
      const known = series[seriesOf[i] ?? 0];
      if (!known || (histograms.size > 0 && histograms.has(i))) continue;
      const time = times[i] ?? 0;
      this.varint(zigzag(known.id - lastId) + 1);
      this.varint(zigzag(time - lastTime));
      lastId = known.id;
      lastTime = time;
      this.word(words[2 * i + LOW_WORD] ?? 0);
      this.word(words[2 * i + HIGH_WORD] ?? 0);
    }
    // The end of the samples.
    this.varint(0);
  }

  private histograms(
    { histograms, seriesOf, times }: SampleBatch,
    series: readonly (KnownSeries | undefined)[],
  ): void {
    for (const [i, histogram] of histograms) {
      const known = series[seriesOf[i] ?? 0];
      if (!known) continue;
      const bytes = encodeHistogram(histogram);
      this.reserve(MAX_DEFINITION_BYTES + MAX_SAMPLE_BYTES + bytes.length);
      this.varint(known.id);
      this.varint(zigzag(times[i] ?? 0));
      this.bytes(bytes);
    }
    this.reserve(1);
    this.varint(0);
  }

  private text(text: string): void {
    const bytes = Buffer.from(text);
    this.reserve(MAX_DEFINITION_BYTES + bytes.length);
    this.bytes(bytes);
  }

  private bytes(bytes: Uint8Array): void {
    this.varint(bytes.length);
    this.buffer.set(bytes, this.length);
    this.length += bytes.length;
  }

  private word(word: number): void {
    const { buffer, length } = this;
    buffer[length] = word;
    buffer[length + 1] = word >>> 8;
    buffer[length + 2] = word >>> 16;
    buffer[length + 3] = word >>> 24;
    this.length = length + 4;
  }

  private varint(value: number): void {
    while (value >= 0x80) {
      this.buffer[this.length++] = (value % 0x80) | 0x80;
      value = Math.floor(value / 0x80);
    }
    this.buffer[this.length++] = value;
  }

  private reserve(count: number): void {
    if (this.length + count <= this.buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(2 * this.buffer.length, this.length + count));
    larger.set(this.buffer.subarray(0, this.length));
    this.buffer = larger;
  }
}

const zigzag = (value: number): number => (value < 0 ? -2 * value - 1 : 2 * value);

const unzigzag = (value: number): number => (value % 2 === 0 ? value / 2 : -(value + 1) / 2);

/** Content of a record. The series of a sample is given by its index in {@link series}. */
export interface MetricRecord {
  readonly definitions: readonly { readonly id: number; readonly key: string }[];
  /** IDs of the series of the batch, by index. */
  readonly series: readonly number[];
  readonly batch: SampleBatch;
}

/** @throws DamageError */
export const readMetricRecord = (payload: Uint8Array): MetricRecord => {
  const reader = new ByteReader(payload);
  const definitions = Array.from({ length: reader.varint() }, () => ({
    id: reader.varint(),
    key: reader.bytes().toString('latin1'),
  }));
  const batch = new SampleBatch();
  const indexes = new Map<number, number>();
  const series: number[] = [];
  const indexOf = (id: number): number => {
    let index = indexes.get(id);
    if (index === undefined) {
      index = series.push(id) - 1;
      indexes.set(id, index);
    }
    return index;
  };
  let id = 0;
  let time = 0;
  for (let step = reader.varint(); step > 0; step = reader.varint()) {
    id += unzigzag(step - 1);
    time += unzigzag(reader.varint());
    const low = reader.uint32();
    batch.addBits(indexOf(id), time, reader.uint32(), low);
  }
  for (let histogramId = reader.varint(); histogramId > 0; histogramId = reader.varint()) {
    const at = unzigzag(reader.varint());
    batch.addHistogram(indexOf(histogramId), at, decodeHistogram(reader.bytes()));
  }
  for (const stored of parseList<StoredExemplar>(reader.text())) {
    batch.addExemplar(indexOf(stored.series), exemplarOf(stored));
  }
  batch.metadata.push(...parseList<MetricMetadata>(reader.text()));
  return { definitions, series, batch };
};

/** Parses JSON that this module wrote. @throws DamageError */
export const parseList = <Item>(json: string): Item[] => {
  if (json === '') return [];
  try {
    return JSON.parse(json) as Item[];
  } catch {
    throw new DamageError('a list cannot be read');
  }
};

/** JSON has no NaN and no infinity. */
const valueText = (value: number): number | string => (Number.isFinite(value) ? value : String(value));

export const storedExemplar = (series: number, exemplar: Exemplar): StoredExemplar => ({
  series,
  labels: exemplar.labels.toRecord(),
  value: valueText(exemplar.value),
  time: exemplar.timestampMillis,
});

export const exemplarOf = ({ labels, value, time }: StoredExemplar): Exemplar => ({
  labels: SeriesLabels.fromRecord(labels),
  value: Number(value),
  timestampMillis: time,
});
