import type { LogLabels, LogStream } from '@lantern/telemetry-model';
import type { LogQuery, LogRow, LogStore, LogStoreStats } from '../../log-store.js';
import type { BlockDatabase } from '../block-database.js';
import { BlockLimits } from '../block-limits.js';
import type { BlockSignal, BlockStatus } from '../block-signal.js';
import { bytesOf } from '../block-table.js';
import { Damage } from '../damage.js';
import { RecordKind } from '../log-record.js';
import type { LogPosition, WriteAheadLog } from '../write-ahead-log.js';
import { WriteError } from '../write-error.js';
import { LogBatch, readLogBatch } from './log-batch.js';
import { LogBlockReader } from './log-block-reader.js';
import { LogReading } from './log-reading.js';
import { LogSelection } from './log-selection.js';
import { OpenLogs } from './open-logs.js';
import { SealedLogBlocks } from './sealed-log-blocks.js';
import { sealLogBlock } from './sealed-log-block.js';
import { StreamTable } from './stream-table.js';

/** How much may wait in memory while blocks cannot be written, in times of what fills a block. */
const MAX_WAITING_BLOCKS = 8;

export interface BlockLogStoreOptions {
  readonly database: BlockDatabase;
  readonly log: WriteAheadLog;
  /** Waits until what was appended is as durable as was asked for. */
  readonly settle: () => Promise<void>;
  /** Called when what is in the log may be needed no longer. */
  readonly onSealed: () => void;
  readonly report: (message: string) => void;
  readonly now: () => number;
  readonly maxBytes: number;
  readonly maxAgeMillis: number;
  readonly linesPerBlock: number;
  readonly bytesPerBlock: number;
  readonly cacheBytes: number;
}

/** The newest lines are in an open block, all others in sealed ones; every question looks at both. */
export class BlockLogStore implements LogStore, BlockSignal {
  readonly recordKind = RecordKind.logs;
  readonly signal = 'logs';
  private readonly damage: Damage;
  private readonly limits: BlockLimits;
  private readonly streams = new StreamTable();
  private readonly sealed: SealedLogBlocks;
  private readonly reader: LogBlockReader;
  private readonly open: OpenLogs;
  private readonly batch = new LogBatch();
  private evictedEntries = 0;
  /** After a failure to seal, the next attempt waits until so many more lines have come. */
  private sealAtLines: number;

  constructor(private readonly options: BlockLogStoreOptions) {
    const { cacheBytes, linesPerBlock, bytesPerBlock, database, report, now } = options;
    const { streams } = this;
    this.sealAtLines = linesPerBlock;
    this.damage = new Damage(report);
    this.limits = new BlockLimits(options.maxBytes, options.maxAgeMillis, now);
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
    this.open = new OpenLogs({ block, sealed, reader, streams, now, linesPerBlock, bytesPerBlock });
  }

  async append(streams: readonly LogStream[]): Promise<void> {
    if (streams.every(({ entries }) => entries.length === 0)) return;
    this.refuseWhileFull();
    const record = this.batch.write(streams);
    const end = this.options.log.append(this.recordKind, record);
    this.add(streams, end);
    this.dropSurplus();
    await this.options.settle();
  }

  replay(payload: Uint8Array, end: LogPosition): void {
    const streams = readLogBatch(payload);
    this.batch.write(streams);
    this.add(streams, end);
  }

  async *read(query: LogQuery): AsyncGenerator<readonly LogRow[]> {
    const selection = new LogSelection(query, this.streams.values());
    if (selection.isEmpty) return;
    const { sealed, reader } = this;
    yield* new LogReading(query, selection, { unsealed: this.open.blocks, sealed, reader }).chunks();
  }

  async series({ matchers, range }: Pick<LogQuery, 'matchers' | 'range'>): Promise<LogLabels[]> {
    const selection = new LogSelection({ matchers, range }, this.streams.values());
    if (selection.isEmpty) return [];
    const series = new Set<LogLabels>();
    for (const stream of selection.streams) {
      for (const span of this.sealed.spansOf(stream)) {
        const isWithin = (time: bigint) => selection.from <= time && time < selection.to;
        // A span around the range need not have a line in it.
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

  status(): BlockStatus {
    return {
      blocks: this.sealed.size,
      damagedBlocks: this.damage.blockCount,
      duplicates: this.open.duplicates,
    };
  }

  async close(): Promise<void> {
    // The files belong to whoever opened them; what is not in a block is in the log.
  }

  get firstUnsealed(): LogPosition | undefined {
    return this.open.firstEnd;
  }

  sealOpen(): void {
    if (this.open.rowCount > 0) this.seal(this.options.log.end);
  }

  dropExpired(): boolean {
    const expired = this.limits.tooOld(this.sealed.values());
    if (expired.length > 0) return this.drop(expired);
    const { block } = this.open;
    if (this.sealed.size === 0 && block.rowCount > 0 && this.limits.isTooOld(block.firstArrivalMillis)) {
      this.sealOpen();
      return true;
    }
    return this.dropSurplus();
  }

  private get bytes(): number {
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

  private add(streams: readonly LogStream[], end: LogPosition): void {
    this.open.add(streams, this.batch, end);
    this.sealIfFull(end);
  }

  private refuseWhileFull(): void {
    if (this.open.rowCount < MAX_WAITING_BLOCKS * this.options.linesPerBlock) return;
    // Sealing failed for some time: whoever sends now has to know that nothing more can be kept.
    this.seal(this.options.log.end);
  }

  /** Only between requests, so that a position in the log separates what is sealed from what is not. */
  private sealIfFull(end: LogPosition): void {
    const { block, hasFullBlocks } = this.open;
    const { linesPerBlock, bytesPerBlock, report } = this.options;
    if (!hasFullBlocks && !this.open.isFull()) return;
    if (!hasFullBlocks && block.rowCount < this.sealAtLines && block.byteLength < bytesPerBlock) return;
    try {
      this.seal(end);
    } catch (error) {
      if (!(error instanceof WriteError)) throw error;
      // Nothing is lost: the log has it. The next request tries again.
      this.sealAtLines = block.rowCount + linesPerBlock;
      report(`${error.message} What arrived stays in memory and in the log until then.`);
    }
  }

  private seal(end: LogPosition): void {
    const { database, now, linesPerBlock, onSealed } = this.options;
    const arrivedMillis = now();
    const blocks = this.open.blocks.map((open) => sealLogBlock(open, arrivedMillis));
    database.seal(this.signal, end, () => {
      for (const { encoded } of blocks) {
        database.logs.insert(encoded);
        database.logTexts.insert(encoded.block, encoded.chunks ?? []);
      }
    });
    for (const { encoded, summary } of blocks) {
      this.sealed.remember({ block: encoded.block, arrivedMillis, bytes: bytesOf(encoded) }, summary);
    }
    this.sealAtLines = linesPerBlock;
    this.open.begin();
    onSealed();
  }

  /** @returns whether there is more to drop */
  private dropSurplus(): boolean {
    const { maxBytes } = this.limits;
    if (this.bytes <= maxBytes) return false;
    const surplus = this.limits.tooMuch(this.sealed.values(), this.bytes);
    return this.drop(surplus) && this.bytes > maxBytes && this.sealed.size > 0;
  }

  /** @returns false when the file could not be written */
  private drop(blocks: readonly number[]): boolean {
    if (blocks.length === 0) return true;
    const { database, report } = this.options;
    const traceWords = blocks.map((block) => this.reader.traceWords(block));
    try {
      database.inTransaction(() => {
        database.logs.delete(blocks);
        database.logTexts.delete(blocks);
      });
    } catch (error) {
      if (!(error instanceof WriteError)) throw error;
      report(`${error.message} What is too old or too much is kept until then.`);
      return false;
    }
    for (const [i, block] of blocks.entries()) this.forget(block, traceWords[i]);
    return true;
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
