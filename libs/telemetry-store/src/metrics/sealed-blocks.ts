import type { MillisRange } from '@lantern/telemetry-model';
import type { AgedBlock } from '../blocks/block-limits.js';
import type { Damage } from '../blocks/damage.js';
import { openSealedBytes } from '../bytes/sealed-bytes.js';
import type { MetricPart } from '../file/block-database.js';
import type { BlockTable } from '../file/block-table.js';
import { lowerBound, type KnownSeries, type SeriesTable } from './series-table.js';
import { decodeMetricSummary, type MetricSummary } from './summary.js';

/** Sealed block as it is known in memory. */
export interface SealedMetricBlock extends AgedBlock {
  readonly summary: MetricSummary;
}

/** Index of the sealed blocks, kept in memory. */
export class SealedMetricBlocks {
  bytes = 0;
  rowCount = 0;
  private readonly entries = new Map<number, SealedMetricBlock>();
  /**
   * Number of blocks by their list of series. Consecutive blocks mostly have the same series and share one list, so that
   * memory and the time of a start do not grow with the product of blocks and series.
   */
  private readonly blocksByList = new Map<Uint32Array, number>();
  private lastList: Uint32Array = new Uint32Array(0);

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

  remember({ block, arrivedMillis, bytes }: AgedBlock, decoded: MetricSummary): void {
    const ids = isSameList(decoded.ids, this.lastList) ? this.lastList : decoded.ids;
    this.lastList = ids;
    const summary = { ...decoded, ids };
    this.entries.set(block, { block, arrivedMillis, bytes, summary });
    this.bytes += bytes;
    this.rowCount += summary.sampleCount;
    const blocks = this.blocksByList.get(ids) ?? 0;
    this.blocksByList.set(ids, blocks + 1);
    if (blocks === 0) for (const series of this.seriesOf(ids)) series.sealedLists++;
  }

  /** Forgets a dropped block. */
  forget(block: number): SealedMetricBlock | undefined {
    const entry = this.entries.get(block);
    if (!entry) return undefined;
    const { bytes, summary } = entry;
    this.entries.delete(block);
    this.bytes -= bytes;
    this.rowCount -= summary.sampleCount;
    const blocks = this.blocksByList.get(summary.ids) ?? 1;
    if (blocks > 1) this.blocksByList.set(summary.ids, blocks - 1);
    else {
      this.blocksByList.delete(summary.ids);
      for (const series of this.seriesOf(summary.ids)) series.sealedLists--;
    }
    return entry;
  }

  /** Returns the series that no other sealed block has. */
  onlyIn(blocks: readonly SealedMetricBlock[]): KnownSeries[] {
    const blocksByList = new Map<Uint32Array, number>();
    for (const { summary } of blocks) blocksByList.set(summary.ids, (blocksByList.get(summary.ids) ?? 0) + 1);
    const lists = new Map<KnownSeries, number>();
    for (const [ids, count] of blocksByList) {
      if (count < (this.blocksByList.get(ids) ?? 0)) continue;
      for (const series of this.seriesOf(ids)) lists.set(series, (lists.get(series) ?? 0) + 1);
    }
    return Array.from(lists.keys()).filter((series) => series.sealedLists === lists.get(series));
  }

  private *seriesOf(ids: Uint32Array): Generator<KnownSeries> {
    for (const id of ids) {
      const series = this.series.get(id);
      if (series) yield series;
    }
  }
}

const isSameList = (a: Uint32Array, b: Uint32Array): boolean =>
  a.length === b.length && a.every((id, i) => id === b[i]);

/** Returns the index of a series in a block; undefined when the block has no samples of it. */
export const indexInBlock = ({ ids }: MetricSummary, id: number): number | undefined => {
  const index = lowerBound(ids, id);
  return ids[index] === id ? index : undefined;
};
