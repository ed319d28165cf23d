import type { LogStream } from '@lantern/telemetry-model';
import type { OpenRows } from '../signal-blocks.js';
import type { LogPosition } from '../write-ahead-log.js';
import type { LogBatch } from './log-batch.js';
import type { LogBlockReader } from './log-block-reader.js';
import { compareTimes, timeWords } from './log-rows.js';
import { OpenLogBlock, type AddedLine } from './open-log-block.js';
import type { SealedLogBlocks } from './sealed-log-blocks.js';
import type { KnownStream, StreamTable } from './stream-table.js';

/** A request stays in one block, unless that makes it so many times as large. */
const MAX_OVERFILL = 4;

export interface OpenLogsOptions {
  /** The number of the first block. */
  readonly block: number;
  readonly sealed: SealedLogBlocks;
  readonly reader: LogBlockReader;
  readonly streams: StreamTable;
  readonly now: () => number;
  readonly rowsPerBlock: number;
  readonly bytesPerBlock: number;
}

/** What is in no sealed block yet. Lines that are known already, wherever they are, are not added again. */
export class OpenLogs implements OpenRows {
  /** Full ones of the request that is being added, and the one that takes the next line. */
  blocks: readonly OpenLogBlock[];
  duplicates = 0;
  private block: OpenLogBlock;

  constructor(private readonly options: OpenLogsOptions) {
    this.block = new OpenLogBlock(options.block);
    this.blocks = [this.block];
  }

  get rowCount(): number {
    return this.blocks.reduce((sum, { rowCount }) => sum + rowCount, 0);
  }

  get byteLength(): number {
    return this.blocks.reduce((sum, { byteLength }) => sum + byteLength, 0);
  }

  get firstEnd(): LogPosition | undefined {
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

  /** @param batch which holds the lines of `streams` and nothing else */
  add(streams: readonly LogStream[], batch: LogBatch, end: LogPosition): void {
    let line = 0;
    for (const { labels, entries } of streams) {
      if (entries.length === 0) continue;
      const stream = this.options.streams.intern(labels);
      for (const { timeUnixNano, structuredMetadata } of entries) {
        const [timeLow, timeHigh] = timeWords(timeUnixNano);
        const [start = 0, stop = 0] = [batch.lineStart[line], batch.lineEnd[line]];
        line++;
        const added = { stream, timeLow, timeHigh, bytes: batch.bytes, start, end: stop };
        if (this.blocks.some((block) => block.holds(added)) || this.isSealed(added, timeUnixNano)) {
          this.duplicates++;
          continue;
        }
        if (this.isFull(MAX_OVERFILL)) this.beginAnother();
        if (this.block.rowCount === 0) {
          this.block.firstArrivalMillis = this.options.now();
          this.block.firstPosition = end;
        }
        this.block.add(added, structuredMetadata);
      }
    }
  }

  /** After all of it has been sealed. */
  begin(): void {
    this.block = new OpenLogBlock(this.block.block + 1, this.block.roomForAnother);
    this.blocks = [this.block];
  }

  private beginAnother(): void {
    this.block = new OpenLogBlock(this.block.block + 1, this.block.roomForAnother);
    this.blocks = [...this.blocks, this.block];
  }

  private isSealed(line: AddedLine, time: bigint): boolean {
    return this.options.sealed.blocksAt(line.stream, time).some((block) => this.isIn(block, line));
  }

  private isIn(block: number, { stream, timeLow, timeHigh, bytes, start, end }: AddedLine): boolean {
    const { reader } = this.options;
    const rows = reader.rows(block);
    if (!rows) return false;
    const { inOrderOfTime: order, textRowOf } = rows;
    const compare = (row: number): number =>
      compareTimes(rows.timeLow[row] ?? 0, rows.timeHigh[row] ?? 0, timeLow, timeHigh);
    let [low, high] = [0, order.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compare(order[middle] ?? 0) < 0) low = middle + 1;
      else high = middle;
    }
    let text;
    for (let at = low; at < order.length && compare(order[at] ?? 0) === 0; at++) {
      const row = order[at] ?? 0;
      if (rows.streams[rows.streamOf[row] ?? 0] !== stream) continue;
      text ??= reader.text(block);
      if (!text) return false;
      const textRow = textRowOf[row] ?? 0;
      const chunk = text.chunkStart.findLastIndex((first) => first <= textRow);
      const lineStart = textRow === text.chunkStart[chunk] ? 0 : (text.lineEnd[textRow - 1] ?? 0);
      const lineEnd = text.lineEnd[textRow] ?? 0;
      if (lineEnd - lineStart !== end - start) continue;
      if (text.chunk(chunk)?.compare(bytes, start, end, lineStart, lineEnd) === 0) return true;
    }
    return false;
  }
}
