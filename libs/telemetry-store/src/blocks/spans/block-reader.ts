import { BlockCache } from '../block-cache.js';
import type { SpanPart } from '../block-database.js';
import type { BlockTable } from '../block-table.js';
import { DamageError } from '../byte-reader.js';
import type { Damage } from '../damage.js';
import { splitParts } from '../joined-parts.js';
import { openSealedBytes } from '../sealed-bytes.js';
import type { ReadBlock } from './block-search.js';
import { decodeSummary, type BlockSummary } from './block-summary.js';
import { decodeColumns, type DecodedRows } from './columns-codec.js';
import type { OpenBlock } from './open-block.js';
import type { OriginTable } from './origin.js';
import type { SealedBlocks } from './sealed-blocks.js';

export interface BlockReaderOptions {
  readonly table: BlockTable<SpanPart>;
  readonly sealed: SealedBlocks;
  readonly origins: OriginTable;
  readonly damage: Damage;
  readonly cacheBytes: number;
}

/**
 * The parts of sealed blocks, each read and decompressed when it is asked for; what was used last stays in memory.
 * Whatever a method returns undefined for is damaged, which is counted and said, or was dropped just now.
 */
export class BlockReader {
  private readonly rowsCache: BlockCache<DecodedRows>;
  private readonly chunkCache: BlockCache<Uint8Array>;
  private readonly filterCache: BlockCache<{ parts: readonly Uint8Array[]; byteLength: number }>;

  constructor(private readonly options: BlockReaderOptions) {
    const { cacheBytes } = options;
    this.rowsCache = new BlockCache(cacheBytes * 0.45);
    this.chunkCache = new BlockCache(cacheBytes * 0.4);
    this.filterCache = new BlockCache(cacheBytes * 0.15);
  }

  rows(block: number): DecodedRows | undefined {
    const cached = this.rowsCache.get(block);
    if (cached) return cached;
    const { table, origins } = this.options;
    const rows = this.part(block, () =>
      decodeColumns(block, openSealedBytes(table.part('columns', block)), origins),
    );
    if (rows) this.rowsCache.set(block, rows);
    return rows;
  }

  chunk(block: number, chunk: number): Uint8Array | undefined {
    const key = chunkKey(block, chunk);
    const cached = this.chunkCache.get(key);
    if (cached) return cached;
    const bytes = this.part(block, () => {
      const body = this.options.table.part('body', block);
      return openSealedBytes(body && splitParts(body)[chunk]);
    });
    if (bytes) this.chunkCache.set(key, bytes);
    return bytes;
  }

  /** One for each chunk. */
  filters(block: number): readonly Uint8Array[] | undefined {
    const cached = this.filterCache.get(block);
    if (cached) return cached.parts;
    const filters = this.part(block, () => {
      const joined = this.options.table.part('filter', block);
      if (!joined) throw new DamageError('the filter is missing');
      return { parts: splitParts(joined), byteLength: joined.length };
    });
    if (filters) this.filterCache.set(block, filters);
    return filters?.parts;
  }

  summary(block: number): BlockSummary | undefined {
    return this.part(block, () => decodeSummary(openSealedBytes(this.options.table.summary(block))));
  }

  /** A block as a search sees it that has not looked at its filters. */
  readable(block: number): ReadBlock | undefined {
    const rows = this.rows(block);
    return rows && { rows, read: (chunk) => this.chunk(block, chunk), fits: everyChunk };
  }

  forget(block: number): void {
    for (const cache of [this.rowsCache, this.filterCache]) cache.delete(block);
  }

  private part<Part>(block: number, read: () => Part): Part | undefined {
    const { sealed, damage } = this.options;
    if (!sealed.has(block)) return undefined;
    try {
      return read();
    } catch (error) {
      damage.ofBlock(block, `a part of block ${block}`, error);
      return undefined;
    }
  }
}

/** A chunk is looked for by one number. */
const chunkKey = (block: number, chunk: number): number => block * 65_536 + chunk;

export const everyChunk = (): boolean => true;

export const readableOpen = (open: OpenBlock): ReadBlock => ({
  rows: open,
  read: () => open.body,
  fits: everyChunk,
});
