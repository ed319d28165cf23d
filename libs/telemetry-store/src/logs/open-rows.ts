import type { LogEntry, LogStream } from '@lantern/telemetry-model';
import type { OpenRows } from '../blocks/signal-blocks.js';
import type { Steps } from '../blocks/steps.js';
import type { JournalPosition } from '../journal/journal.js';
import { AddedLine } from './added-line.js';
import type { LogBatch } from './log-batch.js';
import type { LogBlockReader } from './block-reader.js';
import { OpenLogBlock } from './open-block.js';
import { SealedDuplicates } from './sealed-duplicates.js';
import type { SealedLogBlocks } from './sealed-blocks.js';
import type { KnownStream, StreamTable } from './stream-table.js';

/** Maximum size of a block that takes a whole request, as a multiple of a full block. */
const MAX_OVERFILL = 4;
/** Number of lines that are added before other tasks may run. */
const LINES_PER_STEP = 256;

export interface OpenLogsOptions {
  /** Number of the first block. */
  readonly block: number;
  readonly sealed: SealedLogBlocks;
  readonly reader: LogBlockReader;
  readonly streams: StreamTable;
  readonly now: () => number;
  readonly rowsPerBlock: number;
  readonly bytesPerBlock: number;
}

/** Lines that are in no sealed block. A duplicate of an open or a sealed line is discarded. */
export class OpenLogs implements OpenRows {
  /** Full blocks of the request that is being added, and the block that takes the next line. */
  blocks: readonly OpenLogBlock[];
  duplicates = 0;
  private block: OpenLogBlock;
  private readonly sealed: SealedDuplicates;

  constructor(private readonly options: OpenLogsOptions) {
    this.sealed = new SealedDuplicates(options.sealed, options.reader);
    this.block = new OpenLogBlock(options.block);
    this.blocks = [this.block];
  }

  get rowCount(): number {
    return this.blocks.reduce((sum, { rowCount }) => sum + rowCount, 0);
  }

  get byteLength(): number {
    return this.blocks.reduce((sum, { byteLength }) => sum + byteLength, 0);
  }

  get firstEnd(): JournalPosition | undefined {
    return this.blocks[0]?.firstPosition;
  }

  get firstArrivalMillis(): number | undefined {
    return this.rowCount === 0 ? undefined : this.blocks[0]?.firstArrivalMillis;
  }

  get isDue(): boolean {
    return this.blocks.length > 1 || this.isFull(1);
  }

  private isFull(times: number): boolean {
    const { rowsPerBlock, bytesPerBlock } = this.options;
    const { rowCount, byteLength } = this.block;
    return rowCount >= times * rowsPerBlock || byteLength >= times * bytesPerBlock;
  }

  has(stream: KnownStream): boolean {
    return this.blocks.some((block) => block.has(stream));
  }

  /**
   * @param batch batch that has exactly the lines of `streams`
   * @returns the streams without duplicates
   */
  *add(streams: readonly LogStream[], batch: LogBatch, end: JournalPosition): Steps<LogStream[]> {
    const lines = yield* this.linesOf(streams, batch);
    const sealed = yield* this.sealed.find(lines);
    const result: LogStream[] = [];
    let line = 0;
    for (const { labels, entries } of streams) {
      const added: LogEntry[] = [];
      for (const entry of entries) {
        if (this.addLine(lines[line], sealed, end)) added.push(entry);
        if (++line % LINES_PER_STEP === 0) yield;
      }
      if (added.length > 0) result.push({ labels, entries: added });
    }
    return result;
  }

  /** @returns false for a duplicate */
  private addLine(
    line: AddedLine | undefined,
    sealed: ReadonlySet<AddedLine>,
    end: JournalPosition,
  ): boolean {
    if (!line) return false;
    if (sealed.has(line) || this.blocks.some((block) => block.holds(line))) {
      this.duplicates++;
      return false;
    }
    if (this.isFull(MAX_OVERFILL)) this.beginAnother();
    if (this.block.rowCount === 0) {
      this.block.firstArrivalMillis = this.options.now();
      this.block.firstPosition = end;
    }
    this.block.add(line);
    return true;
  }

  private *linesOf(
    streams: readonly LogStream[],
    { bytes, lineStart, lineEnd }: LogBatch,
  ): Steps<AddedLine[]> {
    const lines: AddedLine[] = [];
    for (const { labels, entries } of streams) {
      if (entries.length === 0) continue;
      const stream = this.options.streams.intern(labels);
      for (const entry of entries) {
        const line = lines.length;
        lines.push(new AddedLine(stream, entry, bytes, lineStart[line] ?? 0, lineEnd[line] ?? 0));
        if (lines.length % LINES_PER_STEP === 0) yield;
      }
    }
    return lines;
  }

  /** Begins a new open block. Call it after all blocks were sealed. */
  begin(): void {
    this.block = new OpenLogBlock(this.block.block + 1, this.block.roomForAnother);
    this.blocks = [this.block];
  }

  private beginAnother(): void {
    this.block = new OpenLogBlock(this.block.block + 1, this.block.roomForAnother);
    this.blocks = [...this.blocks, this.block];
  }
}
