import type { LogLabels, LogStream } from '@lantern/telemetry-model';
import type { LogQuery, LogRow, LogStore, LogStoreStats } from '../log-store.js';
import { bytesOf } from '../file/block-table.js';
import { joinChanges } from '../file/change.js';
import { RecordKind } from '../journal/journal-record.js';
import { SignalBlocks, type SignalBlocksOptions } from '../blocks/signal-blocks.js';
import type { JournalPosition } from '../journal/journal.js';
import { LogBatch, readLogBatch } from './log-batch.js';
import { LogBlockReader } from './block-reader.js';
import { LogSearch } from './search.js';
import { LogSelection } from './selection.js';
import { OpenLogs } from './open-rows.js';
import { SealedLogBlocks } from './sealed-blocks.js';
import { sealLogBlock } from './sealed-block.js';
import { StreamTable } from './stream-table.js';

/** Log store with the newest lines in an open block and all others in sealed blocks. Every query reads both. */
export class BlockLogStore extends SignalBlocks implements LogStore {
  readonly recordKind = RecordKind.logs;
  readonly signal = 'logs';
  protected readonly sealed: SealedLogBlocks;
  protected readonly open: OpenLogs;
  private readonly streams = new StreamTable();
  private readonly reader: LogBlockReader;
  private readonly batch = new LogBatch();
  private evictedEntries = 0;

  constructor(options: SignalBlocksOptions) {
    super(options);
    const { cacheBytes, rowsPerBlock, bytesPerBlock, database, now } = options;
    const { streams } = this;
    this.sealed = new SealedLogBlocks(database.logs, streams, this.damage);
    const { sealed, damage } = this;
    this.reader = new LogBlockReader({
      table: database.logs,
      texts: database.logTexts,
      sealed,
      damage,
      cacheBytes,
    });
    const { reader } = this;
    const block = sealed.load() + 1;
    this.open = new OpenLogs({ block, sealed, reader, streams, now, rowsPerBlock, bytesPerBlock });
  }

  async append(streams: readonly LogStream[]): Promise<readonly LogStream[]> {
    if (streams.every(({ entries }) => entries.length === 0)) return [];
    this.assertWritable();
    const record = this.batch.write(streams);
    const end = this.options.journal.append(this.recordKind, record);
    const added = this.add(streams, end);
    this.dropSurplus();
    await this.options.settle();
    return added;
  }

  replay(payload: Uint8Array, end: JournalPosition): void {
    const streams = readLogBatch(payload);
    this.batch.write(streams);
    this.add(streams, end);
  }

  async *read(query: LogQuery): AsyncGenerator<readonly LogRow[]> {
    const selection = new LogSelection(query, this.streams.values());
    if (selection.isEmpty) return;
    const { sealed, reader } = this;
    yield* new LogSearch(query, selection, { unsealed: this.open.blocks, sealed, reader }).chunks();
  }

  async series({ matchers, range }: Pick<LogQuery, 'matchers' | 'range'>): Promise<LogLabels[]> {
    const selection = new LogSelection({ matchers, range }, this.streams.values());
    if (selection.isEmpty) return [];
    const series = new Set<LogLabels>();
    for (const stream of selection.streams) {
      for (const span of this.sealed.spansOf(stream)) {
        const isWithin = (time: bigint) => selection.from <= time && time < selection.to;
        // A span that encloses the range need not have a line in it.
        if (
          isWithin(span.minTime) ||
          isWithin(span.maxTime) ||
          this.hasLineIn(span, stream.labels, selection)
        ) {
          series.add(stream.labels);
          break;
        }
      }
    }
    for (const open of this.open.blocks) {
      for (const row of selection.rowsOf(open, undefined)) {
        const stream = open.streams[open.streamOf[row] ?? 0];
        if (stream) series.add(stream.labels);
      }
    }
    return [...series];
  }

  async stats(): Promise<LogStoreStats> {
    let streams = this.sealed.streamCount;
    for (const stream of new Set(this.open.blocks.flatMap((block) => block.streams)))
      if (!this.sealed.hasStream(stream)) streams++;
    return {
      streams,
      entries: this.sealed.rowCount + this.open.rowCount,
      bytes: this.bytes,
      evictedEntries: this.evictedEntries,
    };
  }

  protected get bytes(): number {
    return this.sealed.bytes + this.open.byteLength;
  }

  private hasLineIn(
    { block }: { readonly block: number },
    labels: LogLabels,
    selection: LogSelection,
  ): boolean {
    const rows = this.reader.rows(block);
    if (!rows) return false;
    return selection
      .rowsOf(rows, undefined)
      .some((row) => rows.streams[rows.streamOf[row] ?? 0]?.labels === labels);
  }

  private add(streams: readonly LogStream[], end: JournalPosition): LogStream[] {
    const added = this.open.add(streams, this.batch, end);
    this.sealIfFull(end);
    return added;
  }

  protected sealBlocks(end: JournalPosition, arrivedMillis: number): void {
    const { database } = this.options;
    const blocks = this.open.blocks.map((open) => sealLogBlock(open, arrivedMillis));
    database.seal(
      this.signal,
      end,
      blocks.flatMap(({ encoded }) => [
        database.logs.insertion(encoded),
        database.logTexts.insertion(encoded.block, encoded.chunks ?? []),
      ]),
    );
    for (const { encoded, summary } of blocks) {
      this.sealed.remember({ block: encoded.block, arrivedMillis, bytes: bytesOf(encoded) }, summary);
    }
    this.open.begin();
  }

  protected removeBlocks(blocks: readonly number[]): void {
    const { database } = this.options;
    const traceWords = blocks.map((block) => this.reader.traceWords(block));
    database.write(joinChanges([database.logs.deletion(blocks), database.logTexts.deletion(blocks)]));
    for (const [i, block] of blocks.entries()) this.forget(block, traceWords[i]);
  }

  private forget(block: number, traceWords: Uint32Array | undefined): void {
    const entry = this.sealed.forget(block, traceWords);
    this.reader.forget(block);
    if (!entry) return;
    this.evictedEntries += entry.rowCount;
    for (const { stream } of entry.streams) {
      if (!this.sealed.hasStream(stream) && !this.open.has(stream)) this.streams.forget(stream);
    }
  }
}
