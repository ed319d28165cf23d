import type { AgedBlock } from '../blocks/block-limits.js';
import type { LogPart } from '../file/block-database.js';
import type { BlockTable } from '../file/block-table.js';
import type { Damage } from '../blocks/damage.js';
import { openSealedBytes } from '../bytes/sealed-bytes.js';
import type { TraceWords } from '../blocks/trace-words.js';
import { TraceIndex } from '../blocks/trace-index.js';
import { decodeLogSummary, type LogSummary, type StreamSpan } from './summary.js';
import type { KnownStream, StreamTable } from './stream-table.js';
import { traceHashOf } from '../bytes/text-hash.js';

/** Summary fields of a sealed block that stay in memory. */
export interface SealedLogBlock extends AgedBlock {
  readonly rowCount: number;
  readonly streams: readonly StreamSpan[];
}

/** Time range of a stream's lines in a block. */
interface BlockSpan {
  readonly block: number;
  readonly minTime: bigint;
  readonly maxTime: bigint;
}

interface StreamBlocks {
  /** Time ranges by block number, ascending. */
  readonly spans: Map<number, BlockSpan>;
  /** Upper bound of all times of the stream. */
  latest: bigint;
}

const NO_BLOCKS: readonly number[] = [];

/** Index of the sealed blocks by stream and by trace, kept in memory. */
export class SealedLogBlocks {
  bytes = 0;
  rowCount = 0;
  private readonly entries = new Map<number, SealedLogBlock>();
  private readonly byStream = new Map<KnownStream, StreamBlocks>();
  private readonly traceIndex = new TraceIndex();

  constructor(
    private readonly table: BlockTable<LogPart>,
    private readonly streams: StreamTable,
    private readonly damage: Damage,
  ) {}

  /**
   * Reads the summaries of all blocks.
   *
   * @returns the number of the last block, including unreadable ones
   */
  load(): number {
    let last = 0;
    for (const { summary, ...about } of this.table.summaries((message) => this.damage.report(message))) {
      last = about.block;
      try {
        this.remember(about, decodeLogSummary(openSealedBytes(summary), this.streams));
      } catch (error) {
        this.damage.ofBlock(about.block, `block ${about.block} of log lines`, error);
      }
    }
    return last;
  }

  get size(): number {
    return this.entries.size;
  }

  /** Number of distinct streams. */
  get streamCount(): number {
    return this.byStream.size;
  }

  get(block: number): SealedLogBlock | undefined {
    return this.entries.get(block);
  }

  /** Blocks in the order in which they were opened. */
  values(): Iterable<SealedLogBlock> {
    return this.entries.values();
  }

  hasStream(stream: KnownStream): boolean {
    return this.byStream.has(stream);
  }

  /** Returns the blocks in which a stream may have a line of exactly this time, newest first. */
  blocksAt(stream: KnownStream, time: bigint): readonly number[] {
    const known = this.byStream.get(stream);
    // Nearly all lines are later than all earlier lines.
    if (!known || time > known.latest) return NO_BLOCKS;
    const blocks: number[] = [];
    for (const { block, minTime, maxTime } of known.spans.values())
      if (minTime <= time && time <= maxTime) blocks.push(block);
    return blocks.reverse();
  }

  spansOf(stream: KnownStream): Iterable<BlockSpan> {
    return this.byStream.get(stream)?.spans.values() ?? [];
  }

  /** Returns the blocks that may have lines of a trace. Hash collisions make false positives possible. */
  blocksOfTrace(traceId: string): number[] {
    return this.traceIndex.blocksOf(hashWordsAt(traceHashOf(traceId), 0));
  }

  remember(about: AgedBlock, { rowCount, streams, traceWords }: LogSummary): void {
    const { block } = about;
    for (let at = 0; at < traceWords.length; at += 2) this.traceIndex.add(block, hashWordsAt(traceWords, at));
    for (const { stream, minTime, maxTime } of streams) {
      let known = this.byStream.get(stream);
      if (!known) this.byStream.set(stream, (known = { spans: new Map(), latest: maxTime }));
      known.spans.set(block, { block, minTime, maxTime });
      if (maxTime > known.latest) known.latest = maxTime;
    }
    this.entries.set(block, { ...about, rowCount, streams });
    this.bytes += about.bytes;
    this.rowCount += rowCount;
  }

  /**
   * Removes a dropped block from the indexes.
   *
   * @param traceWords trace words of its summary; undefined when the summary cannot be read. Readers then ignore the
   *   block's remaining index entries.
   * @returns the summary fields of the block
   */
  forget(block: number, traceWords: Uint32Array | undefined): SealedLogBlock | undefined {
    const entry = this.entries.get(block);
    if (!entry) return undefined;
    this.entries.delete(block);
    this.bytes -= entry.bytes;
    this.rowCount -= entry.rowCount;
    for (const { stream } of entry.streams) {
      const known = this.byStream.get(stream);
      known?.spans.delete(block);
      if (known?.spans.size === 0) this.byStream.delete(stream);
    }
    for (let at = 0; traceWords && at < traceWords.length; at += 2)
      this.traceIndex.remove(block, hashWordsAt(traceWords, at));
    return entry;
  }
}

/** Returns the hash of a trace ID, two words, in the form of a trace ID. */
const hashWordsAt = (hashes: ArrayLike<number>, at: number): TraceWords => ({
  words: Uint32Array.of(hashes[at] ?? 0, hashes[at + 1] ?? 0, 0, 0),
  at: 0,
});
