import type { MillisRange } from '@lantern/telemetry-model';
import { BlockCache } from '../blocks/block-cache.js';
import type { Damage } from '../blocks/damage.js';
import { openSealedBytes } from '../bytes/sealed-bytes.js';
import type { MetricPart } from '../file/block-database.js';
import type { BlockTable } from '../file/block-table.js';
import { chunkKey, type ChunkTable } from '../file/chunk-table.js';
import { parseList, type StoredExemplar } from './metric-record.js';
import { Piece } from './piece.js';
import type { HistogramRun, Run } from './runs.js';
import { indexInBlock, type SealedMetricBlock } from './sealed-blocks.js';
import { lowerBound } from './series-table.js';

export interface MetricBlockReaderOptions {
  readonly table: BlockTable<MetricPart>;
  readonly pieces: ChunkTable;
  readonly damage: Damage;
  readonly cacheBytes: number;
}

/** Samples of a series in one block. */
export interface BlockRuns {
  readonly runs: readonly Run[];
  readonly histograms: HistogramRun | undefined;
}

const NO_RUNS: BlockRuns = { runs: [], histograms: undefined };

/** Reads sealed blocks on demand, with a cache of recently used pieces. A damaged part is reported and has no samples. */
export class MetricBlockReader {
  private readonly cache: BlockCache<Piece>;

  constructor(private readonly options: MetricBlockReaderOptions) {
    this.cache = new BlockCache(options.cacheBytes);
  }

  read({ block, summary }: SealedMetricBlock, id: number, range: MillisRange): BlockRuns {
    const index = indexInBlock(summary, id);
    if (index === undefined) return NO_RUNS;
    const { pieceStarts } = summary;
    const after = lowerBound(pieceStarts, index + 1);
    const piece = this.piece(block, after - 1);
    const inPiece = index - (pieceStarts[after - 1] ?? 0);
    return (
      this.guarded(block, () => ({
        runs: piece?.runs(inPiece, range) ?? [],
        histograms: piece?.histogramRun(inPiece, range),
      })) ?? NO_RUNS
    );
  }

  exemplars({ block, summary }: SealedMetricBlock): StoredExemplar[] {
    if (!summary.hasExemplars) return [];
    return (
      this.guarded(block, () =>
        parseList<StoredExemplar>(openSealedBytes(this.options.table.part('exemplars', block)).toString()),
      ) ?? []
    );
  }

  forget({ block, summary }: SealedMetricBlock): void {
    for (let piece = 0; piece < summary.pieceStarts.length; piece++)
      this.cache.delete(chunkKey(block, piece));
  }

  private piece(block: number, index: number): Piece | undefined {
    const key = chunkKey(block, index);
    const cached = this.cache.get(key);
    if (cached) return cached;
    const piece = this.guarded(
      block,
      () => new Piece(openSealedBytes(this.options.pieces.chunk(block, index))),
    );
    if (piece) this.cache.set(key, piece);
    return piece;
  }

  private guarded<Part>(block: number, read: () => Part): Part | undefined {
    try {
      return read();
    } catch (error) {
      this.options.damage.ofBlock(block, `a part of block ${block} of metrics`, error);
      return undefined;
    }
  }
}
