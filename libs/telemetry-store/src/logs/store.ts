import type { LogLabels, LogStream } from '@lantern/telemetry-model';
import type { LogQuery, LogRow, LogStore, LogStoreStats } from '../log-store.js';
import { bytesOf } from '../file/block-table.js';
import { joinChanges } from '../file/change.js';
import { RecordKind } from '../journal/journal-record.js';
import { finish, type Steps } from '../blocks/steps.js';
import { SignalBlocks, type SignalBlocksOptions } from '../blocks/signal-blocks.js';
import type { JournalPosition } from '../journal/journal.js';
import { LogBatch, readLogBatch } from './log-batch.js';
import { LogBlockReader } from './block-reader.js';
import { LogSearch } from './search.js';
import { LogSelection } from './selection.js';
import { OpenLogs } from './open-rows.js';
import { SealedLogBlocks } from './sealed-blocks.js';
import { sealLogBlock, type SealedLogParts } from './sealed-block.js';
import type { LogRows } from './rows.js';
import { StreamTable } from './stream-table.js';
import { Turn } from '../turn.js';

/** Log store with the newest lines in an open block and all others in sealed blocks. Every query reads both. */
export class BlockLogStore extends SignalBlocks implements LogStore {
  readonly recordKind = RecordKind.logs;
  readonly signal = 'logs';
  protected readonly sealed: SealedLogBlocks;
  protected readonly open: OpenLogs;
  private readonly streams = new StreamTable();
  private readonly reader: LogBlockReader;
  private readonly batch = new LogBatch();

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
    return this.appendRecord(
      () => this.batch.write(streams),
      (end) => this.open.add(streams, this.batch, end),
    );
  }

  replay(payload: Uint8Array, end: JournalPosition): void {
    const streams = readLogBatch(payload);
    this.batch.write(streams);
    finish(this.open.add(streams, this.batch, end));
    this.sealIfFull(end);
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
    // Read before the first yield, because open lines may be sealed during a yield.
    for (const open of this.open.blocks) addStreams(open, selection, series);
    const turn = new Turn();
    /** Blocks that have spans which enclose the range. Such a span need not have a line in it. */
    const enclosing = new Set<number>();
    for (const stream of selection.streams) {
      const isWithin = (time: bigint) => selection.from <= time && time < selection.to;
      for (const { block, minTime, maxTime } of this.sealed.spansOf(stream)) {
        if (series.has(stream.labels)) break;
        if (isWithin(minTime) || isWithin(maxTime)) series.add(stream.labels);
        else if (minTime < selection.to && maxTime >= selection.from) enclosing.add(block);
      }
      await turn.yieldWhenOver();
    }
    for (const block of enclosing) {
      const rows = this.reader.rows(block);
      if (rows) addStreams(rows, selection, series);
      await turn.yieldWhenOver();
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
      evictedEntries: this.evictedRows,
    };
  }

  protected get bytes(): number {
    return this.sealed.bytes + this.open.byteLength;
  }

  protected *sealBlocks(end: JournalPosition, arrivedMillis: number): Steps {
    const { database } = this.options;
    const blocks: SealedLogParts[] = [];
    for (const open of this.open.blocks) {
      blocks.push(yield* sealLogBlock(open, arrivedMillis));
      yield;
    }
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

  protected clearRest(end: JournalPosition): void {
    this.options.database.seal(this.signal, end, []);
  }

  private forget(block: number, traceWords: Uint32Array | undefined): void {
    const entry = this.sealed.forget(block, traceWords);
    this.reader.forget(block);
    if (!entry) return;
    for (const { stream } of entry.streams) {
      if (!this.sealed.hasStream(stream) && !this.open.has(stream)) this.streams.forget(stream);
    }
  }
}

/** Adds the labels of all streams with a selected row in a block. */
const addStreams = (rows: LogRows, selection: LogSelection, series: Set<LogLabels>): void => {
  for (const row of selection.rowsOf(rows, undefined)) {
    const stream = rows.streams[rows.streamOf[row] ?? 0];
    if (stream) series.add(stream.labels);
  }
};
