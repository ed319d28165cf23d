import type { MillisRange } from '@lantern/telemetry-model';
import type { AgedBlock } from '../blocks/block-limits.js';
import type { Damage } from '../blocks/damage.js';
import { openSealedBytes } from '../bytes/sealed-bytes.js';
import type { MetricPart } from '../file/block-database.js';
import type { BlockTable } from '../file/block-table.js';
import { lowerBound, type SeriesTable } from './series-table.js';
import { decodeMetricSummary, type MetricSummary } from './summary.js';

/** Sealed block as it is known in memory. */
export interface SealedMetricBlock extends AgedBlock {
  readonly summary: MetricSummary;
}

/** Index of the sealed blocks, kept in memory. */
export class SealedMetricBlocks {
  bytes = 0;
  sampleCount = 0;
  private readonly entries = new Map<number, SealedMetricBlock>();

  constructor(
    private readonly table: BlockTable<MetricPart>,
    private readonly series: SeriesTable,
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
        this.remember(about, decodeMetricSummary(openSealedBytes(summary)));
      } catch (error) {
        this.damage.ofBlock(about.block, `block ${about.block} of metrics`, error);
      }
    }
    return last;
  }

  get size(): number {
    return this.entries.size;
  }

  get(block: number): SealedMetricBlock | undefined {
    return this.entries.get(block);
  }

  values(): Iterable<SealedMetricBlock> {
    return this.entries.values();
  }

  /** Returns the blocks with samples in the range, in the order of their arrival. */
  within({ startMillis, endMillis }: MillisRange): SealedMetricBlock[] {
    return [...this.entries.values()].filter(
      ({ summary }) => summary.minTime <= endMillis && summary.maxTime >= startMillis,
    );
  }

  remember({ block, arrivedMillis, bytes }: AgedBlock, summary: MetricSummary): void {
    this.entries.set(block, { block, arrivedMillis, bytes, summary });
    this.bytes += bytes;
    this.sampleCount += summary.sampleCount;
    for (const id of summary.ids) {
      const series = this.series.get(id);
      if (series) series.sealedBlocks++;
    }
  }

  /** Forgets a dropped block. */
  forget(block: number): SealedMetricBlock | undefined {
    const entry = this.entries.get(block);
    if (!entry) return undefined;
    this.entries.delete(block);
    this.bytes -= entry.bytes;
    this.sampleCount -= entry.summary.sampleCount;
    for (const id of entry.summary.ids) {
      const series = this.series.get(id);
      if (series) series.sealedBlocks--;
    }
    return entry;
  }
}

/** Returns the index of a series in a block; undefined when the block has no samples of it. */
export const indexInBlock = ({ ids }: MetricSummary, id: number): number | undefined => {
  const index = lowerBound(ids, id);
  return ids[index] === id ? index : undefined;
};
