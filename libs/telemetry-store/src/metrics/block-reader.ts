import type { MillisRange } from '@lantern/telemetry-model';
import { BlockCache } from '../blocks/block-cache.js';
import type { Damage } from '../blocks/damage.js';
import { openSealedBytes } from '../bytes/sealed-bytes.js';
import type { MetricPart } from '../file/block-database.js';
import type { BlockTable } from '../file/block-table.js';
import { chunkKey, type ChunkTable } from '../file/chunk-table.js';
import { parseList, type StoredExemplar } from './metric-record.js';
import { Piece } from './piece.js';
import type { HistogramRun } from './histogram-run.js';
import type { SampleBuffer } from './sample-buffer.js';
import type { SealedMetricBlock } from './sealed-blocks.js';
import { lowerBound } from './series-table.js';

export interface MetricBlockReaderOptions {
  readonly table: BlockTable<MetricPart>;
  readonly pieces: ChunkTable;
  readonly damage: Damage;
  readonly cacheBytes: number;
}

/** Reads sealed blocks on demand, with a cache of recently used pieces. A damaged part is reported and has no samples. */
export class MetricBlockReader {
  private readonly cache: BlockCache<Piece>;

  constructor(private readonly options: MetricBlockReaderOptions) {
    this.cache = new BlockCache(options.cacheBytes);
  }

  /** Returns a reader of one block for series in the order of their numbers. */
  cursor(block: SealedMetricBlock): MetricBlockCursor {
    return new MetricBlockCursor(
      block,
      (index) => this.piece(block.block, index),
      (read) => this.guarded(block.block, read),
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

/** Reads the samples of series in the order of their numbers, so that each piece of a block is looked up once. */
export class MetricBlockCursor {
  /** Index of the first series that was not read yet. */
  private next = 0;
  private pieceIndex = -1;
  private piece: Piece | undefined;

  constructor(
    private readonly block: SealedMetricBlock,
    private readonly pieceAt: (index: number) => Piece | undefined,
    private readonly guarded: <Part>(read: () => Part) => Part | undefined,
  ) {}

  /** Adds the floats of a series to the buffer. @returns its histograms */
  read(id: number, range: MillisRange, buffer: SampleBuffer): HistogramRun | undefined {
    const { ids, pieceStarts } = this.block.summary;
    if (ids[this.next] !== id) this.next = lowerBound(ids, id, ids.length, this.next);
    if (ids[this.next] !== id) return undefined;
    const index = this.next++;
    if (index >= (pieceStarts[this.pieceIndex + 1] ?? Infinity) || this.pieceIndex < 0) {
      this.pieceIndex = lowerBound(pieceStarts, index + 1) - 1;
      this.piece = this.pieceAt(this.pieceIndex);
    }
    const { piece } = this;
    if (!piece) return undefined;
    const inPiece = index - (pieceStarts[this.pieceIndex] ?? 0);
    return this.guarded(() => {
      piece.addSamples(inPiece, buffer);
      return piece.histogramRun(inPiece, range);
    });
  }
}
