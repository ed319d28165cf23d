import type { AgedBlock } from '../blocks/block-limits.js';
import type { BlockSummaryRow, BlockTable } from '../file/block-table.js';
import type { SpanPart } from '../file/block-database.js';
import type { Damage } from '../blocks/damage.js';
import { openSealedBytes } from '../bytes/sealed-bytes.js';
import { TraceIndex } from '../blocks/trace-index.js';
import { wordsAt } from '../blocks/trace-words.js';
import { periodOf } from '../bytes/wide-time.js';
import { decodeSpanSummary, type SpanSummary, type SignedCall } from './summary.js';
import { CallRollup, MINUTE_NANOS } from './call-rollup.js';
import { OperationCatalog } from './operation-catalog.js';
import { operationHashes, type OperationHashes } from './operation-hashes.js';

/** Summary fields of a sealed block that stay in memory. */
export interface SealedSpanBlock extends AgedBlock {
  readonly spanCount: number;
  readonly minStart: bigint;
  readonly maxStart: bigint;
  readonly maxDurationNanos: number;
  readonly operations: OperationHashes;
  /**
   * Periods in which its spans start, ascending. A list, because one late span would stretch a range over many empty
   * periods.
   */
  readonly periods: readonly number[];
  /** Minutes in which its calls start. */
  readonly callMinutes: readonly number[];
}

/**
 * Summaries of the sealed blocks, and the data derived from all of them. {@link forget} removes the data of a block.
 * Ten spans of one order, in a block of six and an open one of four:
 *
 * ```
 * entries     1 → 6 spans, 10:00:00.000 – 10:00:00.012, operations "POST /orders" server, …
 * traceIndex  …01 → block 1
 * operations  api-gateway → "POST /orders" server: in 1 block, 1 call from 10:00:00 to 10:00:10, …
 * calls       api-gateway → order-service at 10:00: 1 call, of block 1
 * ```
 */
export class SealedSpanBlocks {
  traceIndex = new TraceIndex();
  operationCatalog = new OperationCatalog();
  calls = new CallRollup();
  bytes = 0;
  rowCount = 0;
  private readonly entries = new Map<number, SealedSpanBlock>();
  private readonly blocksByCallMinute = new Map<number, Set<number>>();

  constructor(
    private readonly table: BlockTable<SpanPart>,
    private readonly damage: Damage,
  ) {}

  /**
   * Reads the summaries of all blocks.
   *
   * @returns the number of the last block, including unreadable ones
   */
  load(): number {
    let last = 0;
    for (const row of this.table.summaries((message) => this.damage.report(message))) {
      last = row.block;
      this.loadOne(row);
    }
    return last;
  }

  /**
   * Rebuilds all derived data, because the data of a block cannot be subtracted without its summary.
   *
   * @param unsealedCalls calls that are in no block yet
   */
  reload(unsealedCalls: readonly SignedCall[]): void {
    this.entries.clear();
    this.blocksByCallMinute.clear();
    this.traceIndex = new TraceIndex();
    this.operationCatalog = new OperationCatalog();
    this.calls = new CallRollup();
    this.bytes = 0;
    this.rowCount = 0;
    this.load();
    for (const call of unsealedCalls) this.calls.add(call, call.sign);
  }

  get size(): number {
    return this.entries.size;
  }

  has(block: number): boolean {
    return this.entries.has(block);
  }

  /** Blocks in the order in which they were opened. */
  values(): Iterable<SealedSpanBlock> {
    return this.entries.values();
  }

  /** Returns the blocks with calls that start in a minute. */
  blocksWithCallsIn(minute: number): readonly number[] {
    return [...(this.blocksByCallMinute.get(minute) ?? [])];
  }

  /** @param about block whose calls were counted when they were observed */
  remember(about: AgedBlock, summary: SpanSummary): void {
    const { spanCount, minStart, maxStart, maxDurationNanos, traceWords } = summary;
    for (let trace = 0; 4 * trace < traceWords.length; trace++) {
      this.traceIndex.add(about.block, wordsAt(traceWords, trace));
    }
    const callMinutes = ascending(
      summary.calls.map(({ startLow, startHigh }) => periodOf(startLow, startHigh, MINUTE_NANOS)),
    );
    for (const minute of callMinutes) {
      const blocks = this.blocksByCallMinute.get(minute);
      if (blocks) blocks.add(about.block);
      else this.blocksByCallMinute.set(minute, new Set([about.block]));
    }
    this.entries.set(about.block, {
      ...about,
      spanCount,
      minStart,
      maxStart,
      maxDurationNanos,
      operations: operationHashes(summary.operations),
      periods: ascending(summary.operationPeriods.map(({ period }) => period)),
      callMinutes,
    });
    this.operationCatalog.add(about.block, summary);
    this.bytes += about.bytes;
    this.rowCount += spanCount;
  }

  /**
   * Subtracts the derived data of a dropped block.
   *
   * @param summary undefined when it cannot be read; the caller must then call {@link reload}
   */
  forget(block: number, summary: SpanSummary | undefined): void {
    const entry = this.entries.get(block);
    if (!entry) return;
    this.entries.delete(block);
    this.bytes -= entry.bytes;
    this.rowCount -= entry.spanCount;
    this.calls.drop(block);
    for (const minute of entry.callMinutes) {
      const blocks = this.blocksByCallMinute.get(minute);
      blocks?.delete(block);
      if (blocks?.size === 0) this.blocksByCallMinute.delete(minute);
    }
    if (summary) {
      this.operationCatalog.drop(block, summary);
      for (let trace = 0; 4 * trace < summary.traceWords.length; trace++) {
        this.traceIndex.remove(block, wordsAt(summary.traceWords, trace));
      }
    }
  }

  private loadOne({ block, arrivedMillis, bytes, summary: sealedSummary }: BlockSummaryRow): void {
    try {
      const summary = decodeSpanSummary(openSealedBytes(sealedSummary));
      this.remember({ block, arrivedMillis, bytes }, summary);
      for (const call of summary.calls) if (this.has(call.block)) this.calls.add(call, call.sign);
    } catch (error) {
      this.damage.ofBlock(block, `block ${block}`, error);
    }
  }
}

const ascending = (numbers: Iterable<number>): number[] => [...new Set(numbers)].sort((a, b) => a - b);
