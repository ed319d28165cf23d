import {
  sortInSteps,
  type MillisRange,
  type SeriesLabels,
  type SeriesMatcher,
  type SeriesSamples,
} from '@lantern/telemetry-model';
import { finish, finishInTurns, type Steps } from '../blocks/steps.js';
import { SignalBlocks, type SignalBlocksOptions } from '../blocks/signal-blocks.js';
import { DamageError } from '../bytes/byte-reader.js';
import { bytesOf } from '../file/block-table.js';
import { joinChanges } from '../file/change.js';
import { RecordKind } from '../journal/journal-record.js';
import type { JournalPosition } from '../journal/journal.js';
import {
  REJECT_REASONS,
  type MetricStore,
  type MetricStoreStats,
  type RejectReason,
  type RejectedSamples,
  type SeriesExemplars,
} from '../metric-store.js';
import { Turn } from '../turn.js';
import { MetricBlockReader, type MetricBlockCursor } from './block-reader.js';
import { HIGH_WORD, LOW_WORD } from './double-words.js';
import { MetricRecordWriter, exemplarOf, readMetricRecord } from './metric-record.js';
import { OpenMetrics, isSameExemplar } from './open-rows.js';
import type { Addition } from './open-series.js';
import { Rejections, printLabels } from './rejections.js';
import { joinHistograms, type HistogramRun } from './histogram-run.js';
import { decodeLabels, encodeLabels, type LabelKey } from './label-key.js';
import type { Exemplar, MetricMetadata, SampleBatch } from './sample-batch.js';
import { SampleBuffer } from './sample-buffer.js';
import { sealMetricBlock } from './sealed-block.js';
import { SealedMetricBlocks, indexInBlock, type SealedMetricBlock } from './sealed-blocks.js';
import { KnownSeries, SeriesTable } from './series-table.js';

/** Maximum size of the labels of a series. V8 does not hash the content of longer texts. */
const MAX_LABEL_BYTES = 16_383;
/** Time by which a sample may be ahead of the clock, as in Prometheus. */
const MAX_AHEAD_MILLIS = 600_000;
/** Maximum number of metrics with metadata. */
const MAX_METADATA = 20_000;
/** Number of series in a chunk of an answer. */
const SERIES_PER_CHUNK = 128;
/** Number of series that are looked up in all blocks in one step. */
const SERIES_PER_STEP = 256;

export interface MetricStoreOptions extends SignalBlocksOptions {
  /** Maximum number of series in all. */
  readonly maxSeries: number;
  /** Maximum number of series of one metric. */
  readonly maxSeriesPerMetric: number;
}

/** Metric store with the newest samples in an open block and all others in sealed blocks. Every query reads both. */
export class BlockMetricStore extends SignalBlocks implements MetricStore {
  readonly recordKind = RecordKind.metrics;
  readonly signal = 'metrics';
  protected readonly sealed: SealedMetricBlocks;
  protected readonly open: OpenMetrics;
  private readonly known = new SeriesTable();
  private readonly reader: MetricBlockReader;
  private readonly writer = new MetricRecordWriter();
  private readonly rejected = new Map<RejectReason, number>();
  private readonly metadataByName = new Map<string, MetricMetadata>();
  /** Names of metrics whose metadata is not in the file. */
  private readonly newMetadata = new Set<string>();
  /** Series that only records of the journal define. */
  private definedInJournal: KnownSeries[] = [];

  constructor(private readonly metricOptions: MetricStoreOptions) {
    super(metricOptions);
    const { cacheBytes, rowsPerBlock, bytesPerBlock, database, now } = metricOptions;
    this.sealed = new SealedMetricBlocks(database.metrics, this.known, this.damage);
    this.loadCatalog();
    const block = this.sealed.load() + 1;
    this.reader = new MetricBlockReader({
      table: database.metrics,
      pieces: database.metricPieces,
      damage: this.damage,
      cacheBytes,
    });
    this.open = new OpenMetrics(block, rowsPerBlock, bytesPerBlock, now);
  }

  async append(batch: SampleBatch): Promise<RejectedSamples> {
    const rejections = new Rejections(this.rejected);
    if (batch.length === 0 && batch.exemplars.length === 0 && batch.metadata.length === 0)
      return rejections.result();
    let series: readonly (KnownSeries | undefined)[] = [];
    await this.appendRecord(
      () => {
        series = this.admit(batch, rejections);
        return this.writer.write(batch, series);
      },
      (end) => this.adding(batch, series, end, rejections),
    );
    return rejections.result();
  }

  replay(payload: Uint8Array, end: JournalPosition): void {
    const record = readMetricRecord(payload);
    for (const { id, key } of record.definitions) {
      if (!this.known.get(id)) this.known.add(key, decodeLabels(key), id);
    }
    const series = record.series.map((id) => this.known.get(id));
    if (series.includes(undefined)) {
      this.damage.report(
        'a record has samples of series whose labels are in a damaged record; they were skipped',
      );
    }
    finish(this.adding(record.batch, series, end, new Rejections(new Map())));
    this.sealIfFull(end);
  }

  async *select(
    matchers: readonly SeriesMatcher[],
    range: MillisRange,
  ): AsyncGenerator<readonly SeriesSamples[]> {
    const turn = new Turn();
    const matching = await finishInTurns(this.known.matching(matchers), turn);
    const buffer = new SampleBuffer(range);
    let cursors = this.cursors(range);
    let chunk: SeriesSamples[] = [];
    for (const series of matching) {
      const samples = this.read(series, cursors, range, buffer);
      if (samples) chunk.push(samples);
      const isFull = chunk.length >= SERIES_PER_CHUNK;
      if (isFull) {
        yield chunk;
        chunk = [];
      }
      const pause = turn.giveWay();
      if (pause) await pause;
      // Blocks may have been sealed or dropped in between.
      if (isFull || pause) cursors = this.cursors(range, cursors);
    }
    if (chunk.length > 0) yield chunk;
  }

  async series(matchers: readonly SeriesMatcher[], range: MillisRange): Promise<SeriesLabels[]> {
    return finishInTurns(this.labelsWithin(matchers, range), new Turn());
  }

  async exemplars(matchers: readonly SeriesMatcher[], range: MillisRange): Promise<SeriesExemplars[]> {
    const turn = new Turn();
    const matching = await finishInTurns(this.known.matching(matchers), turn);
    const found = new Map<number, Exemplar[]>(matching.map(({ id }) => [id, []]));
    const consider = (id: number, exemplar: Exemplar): void => {
      const list = found.get(id);
      const { timestampMillis } = exemplar;
      if (!list || timestampMillis < range.startMillis || timestampMillis > range.endMillis) return;
      if (!list.some((other) => isSameExemplar(other, exemplar))) list.push(exemplar);
    };
    // Read before the next yield, because open exemplars may be sealed during a yield.
    for (const { series, exemplar } of this.open.exemplars) consider(series.id, exemplar);
    for (const block of this.sealed.within(range)) {
      if (this.sealed.get(block.block) !== block) continue;
      for (const stored of this.reader.exemplars(block)) consider(stored.series, exemplarOf(stored));
      await turn.yieldWhenOver();
    }
    return matching.flatMap(({ id, labels }) => {
      const exemplars = found.get(id) ?? [];
      exemplars.sort((a, b) => a.timestampMillis - b.timestampMillis);
      return exemplars.length > 0 ? [{ labels, exemplars }] : [];
    });
  }

  metadata(): ReadonlyMap<string, MetricMetadata> {
    return this.metadataByName;
  }

  async stats(): Promise<MetricStoreStats> {
    let [minMillis, maxMillis] = [Infinity, -Infinity];
    const note = (minTime: number, maxTime: number): void => {
      minMillis = Math.min(minMillis, minTime);
      maxMillis = Math.max(maxMillis, maxTime);
    };
    for (const { summary } of this.sealed.values()) note(summary.minTime, summary.maxTime);
    for (const { minTime, maxTime } of this.open.series.values()) note(minTime, maxTime);
    const hasSamples = minMillis <= maxMillis;
    return {
      series: this.known.size,
      samples: this.sealed.rowCount + this.open.rowCount,
      bytes: this.bytes,
      minMillis: hasSamples ? minMillis : undefined,
      maxMillis: hasSamples ? maxMillis : undefined,
      rejected: Object.fromEntries(
        REJECT_REASONS.map((reason) => [reason, this.rejected.get(reason) ?? 0]),
      ) as Record<RejectReason, number>,
      evictedSamples: this.evictedRows,
    };
  }

  protected get bytes(): number {
    return this.sealed.bytes + this.open.byteLength;
  }

  protected *sealBlocks(end: JournalPosition, arrivedMillis: number): Steps {
    const { database } = this.options;
    const { encoded, summary } = yield* sealMetricBlock(this.open, arrivedMillis);
    yield;
    const metadata = Array.from(this.newMetadata, (name) => this.metadataByName.get(name));
    database.seal(this.signal, end, [
      database.metrics.insertion(encoded),
      database.metricPieces.insertion(encoded.block, encoded.chunks ?? []),
      database.seriesCatalog.insertion(
        this.definedInJournal,
        metadata.filter((item) => item !== undefined),
      ),
    ]);
    for (const series of this.definedInJournal) series.isInFile = true;
    this.definedInJournal = [];
    this.newMetadata.clear();
    this.open.begin();
    this.sealed.remember({ block: encoded.block, arrivedMillis, bytes: bytesOf(encoded) }, summary);
  }

  protected removeBlocks(blocks: readonly number[]): void {
    const { database } = this.options;
    const entries = blocks.map((block) => this.sealed.get(block)).filter((entry) => entry !== undefined);
    const orphans = this.sealed.onlyIn(entries).filter((series) => !this.open.series.has(series));
    database.write(
      joinChanges([
        database.metrics.deletion(blocks),
        database.metricPieces.deletion(blocks),
        database.seriesCatalog.deletion(orphans.map(({ id }) => id)),
      ]),
    );
    for (const entry of entries) {
      this.reader.forget(entry);
      this.sealed.forget(entry.block);
    }
    for (const series of orphans) this.known.forget(series);
  }

  protected clearRest(end: JournalPosition): void {
    const { database } = this.options;
    database.seal(this.signal, end, [database.seriesCatalog.clearing()]);
    // Exemplars may have arrived without a sample, and series without an accepted one.
    this.open.begin();
    for (const series of finish(this.known.matching([]))) this.known.forget(series);
    this.definedInJournal = [];
    this.metadataByName.clear();
    this.newMetadata.clear();
  }

  private loadCatalog(): void {
    const { seriesCatalog } = this.options.database;
    try {
      for (const { id, key } of seriesCatalog.series()) {
        const series = this.known.add(key, decodeLabels(key), id);
        series.isDefined = true;
        series.isInFile = true;
      }
      for (const row of seriesCatalog.metadata()) this.metadataByName.set(row.name, row);
    } catch (error) {
      this.damage.report(`the labels of series cannot be read (${(error as Error).message})`);
    }
  }

  /**
   * Returns the series of the batch by index; undefined for a rejected one. Marks rejected samples, so that neither the
   * journal nor the open block gets them.
   */
  private admit(batch: SampleBatch, rejections: Rejections): (KnownSeries | undefined)[] {
    const refusals: (Refusal | undefined)[] = [];
    const series = batch.keys.map((key, index) => {
      const known = this.known.find(key) ?? this.newSeries(key, batch.labels[index]);
      if (known instanceof KnownSeries) return known;
      refusals[index] = known;
      return undefined;
    });
    const latest = this.options.now() + MAX_AHEAD_MILLIS;
    const { seriesOf, times, length } = batch;
    for (let i = 0; i < length; i++) {
      const time = times[i] ?? 0;
      const index = seriesOf[i] ?? 0;
      const refusal = series[index] ? undefined : refusals[index];
      if (refusal) rejections.add(refusal.reason, () => refusal.message);
      else if (time <= latest && time >= 0) continue;
      else if (time >= 0) rejections.add('future', () => 'out of bounds: timestamp is too far in the future');
      else rejections.add('past', () => 'out of bounds');
      seriesOf[i] = REJECTED;
    }
    return series;
  }

  private newSeries(key: LabelKey, given: SeriesLabels | undefined): KnownSeries | Refusal {
    if (key.length > MAX_LABEL_BYTES) {
      return {
        reason: 'labels',
        message: `the labels of a series exceed the limit of ${MAX_LABEL_BYTES} bytes`,
      };
    }
    const labels = given ?? labelsOrUndefined(key);
    if (!labels) return { reason: 'labels', message: 'the labels of a series cannot be read' };
    // A client may have sent the labels in another form than that of the key.
    const canonical = encodeLabels(labels);
    const known = canonical === key ? undefined : this.known.find(canonical);
    if (known) return known;
    const { maxSeries, maxSeriesPerMetric } = this.metricOptions;
    const name = labels.metricName;
    if (name === '') return { reason: 'labels', message: 'a series has no metric name' };
    if (this.known.size >= maxSeries) {
      return {
        reason: 'series limit',
        message: `the limit of ${maxSeries} series is reached; no sample of the new series ${printLabels(labels)} was stored`,
      };
    }
    if (this.known.sizeOf(name) >= maxSeriesPerMetric) {
      return {
        reason: 'metric limit',
        message:
          `the metric ${name} has reached the limit of ${maxSeriesPerMetric} series; no sample of the new series ` +
          `${printLabels(labels)} was stored`,
      };
    }
    return this.known.add(canonical, labels);
  }

  /** Adds a batch in one step: a block that is dropped in between could take a series of the batch with it. */
  private *adding(
    batch: SampleBatch,
    series: readonly (KnownSeries | undefined)[],
    end: JournalPosition,
    rejections: Rejections,
  ): Steps {
    const { seriesOf, times, words, values, length, histograms } = batch;
    const { open } = this;
    for (let i = 0; i < length; i++) {
      const known = series[seriesOf[i] ?? 0];
      if (!known) continue;
      if (!known.isDefined) this.define(known);
      const time = times[i] ?? 0;
      const histogram = histograms.size > 0 ? histograms.get(i) : undefined;
      const addition = histogram
        ? open.of(known).addHistogram(time, histogram)
        : open.of(known).add(time, words[2 * i + HIGH_WORD] ?? 0, words[2 * i + LOW_WORD] ?? 0);
      this.count(addition, end, rejections, () => {
        const at = `duplicate sample for timestamp ${time}; overrides not allowed`;
        return histogram ? at : `${at}: existing ${known.lastValue}, new value ${values[i] ?? 0}`;
      });
    }
    for (const { series: index, exemplar } of batch.exemplars) {
      const known = series[index];
      if (known?.isDefined) open.addExemplar(known, exemplar);
    }
    for (const metadata of batch.metadata) this.noteMetadata(metadata);
    yield;
  }

  private count(
    addition: Addition,
    end: JournalPosition,
    rejections: Rejections,
    describe: () => string,
  ): void {
    if (addition === 'added') this.open.count(end);
    else if (addition === 'duplicate') this.open.duplicates++;
    else rejections.add('conflict', describe);
  }

  private define(series: KnownSeries): void {
    series.isDefined = true;
    this.definedInJournal.push(series);
  }

  private noteMetadata(metadata: MetricMetadata): void {
    const { name, type, unit, help } = metadata;
    const known = this.metadataByName.get(name);
    if (
      known
        ? known.type === type && known.unit === unit && known.help === help
        : this.metadataByName.size >= MAX_METADATA
    )
      return;
    this.metadataByName.set(name, metadata);
    this.newMetadata.add(name);
  }

  private *labelsWithin(matchers: readonly SeriesMatcher[], range: MillisRange): Steps<SeriesLabels[]> {
    const matching = yield* this.known.matching(matchers);
    const found: SeriesLabels[] = [];
    for (let start = 0; start < matching.length; start += SERIES_PER_STEP) {
      // Blocks may have been sealed or dropped in between.
      const blocks = this.sealed.within(range);
      for (const series of matching.slice(start, start + SERIES_PER_STEP)) {
        const isThere =
          (this.open.series.get(series)?.overlaps(range) ?? false) ||
          blocks.some(({ summary }) => indexInBlock(summary, series.id) !== undefined);
        if (isThere) found.push(series.labels);
      }
      yield;
    }
    return yield* sortInSteps(found, (a, b) => a.compare(b));
  }

  /** Returns cursors of the sealed blocks within the range, in the order of their arrival. Cursors in use move on. */
  private cursors(
    range: MillisRange,
    used: ReadonlyMap<SealedMetricBlock, MetricBlockCursor> = new Map(),
  ): ReadonlyMap<SealedMetricBlock, MetricBlockCursor> {
    return new Map(
      this.sealed.within(range).map((block) => [block, used.get(block) ?? this.reader.cursor(block)]),
    );
  }

  private read(
    series: KnownSeries,
    cursors: ReadonlyMap<SealedMetricBlock, MetricBlockCursor>,
    range: MillisRange,
    buffer: SampleBuffer,
  ): SeriesSamples | undefined {
    const histogramRuns: HistogramRun[] = [];
    for (const cursor of cursors.values()) {
      const histograms = cursor.read(series.id, range, buffer);
      if (histograms) histogramRuns.push(histograms);
    }
    const open = this.open.series.get(series);
    if (open?.overlaps(range)) {
      open.addTo(buffer, range);
      const run = open.histogramRun(range);
      if (run) histogramRuns.push(run);
    }
    const histograms = histogramRuns.length === 0 ? undefined : joinHistograms(histogramRuns);
    if (buffer.isEmpty && !histograms) return undefined;
    return { labels: series.labels, ...buffer.take(), ...(histograms ? { histograms } : undefined) };
  }
}

/** Index in {@link SampleBatch.seriesOf} of a rejected sample. */
const REJECTED = 0xffff_ffff;

const labelsOrUndefined = (key: LabelKey): SeriesLabels | undefined => {
  try {
    return decodeLabels(key);
  } catch (error) {
    if (error instanceof DamageError) return undefined;
    throw error;
  }
};

interface Refusal {
  readonly reason: RejectReason;
  readonly message: string;
}
