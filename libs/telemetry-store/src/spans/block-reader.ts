import { BlockCache } from '../blocks/block-cache.js';
import type { BlockDatabase } from '../file/block-database.js';
import { DamageError } from '../bytes/byte-reader.js';
import { chunkKey } from '../file/chunk-table.js';
import type { Damage } from '../blocks/damage.js';
import { openSealedBytes } from '../bytes/sealed-bytes.js';
import type { ReadBlock } from './selection.js';
import { decodeSpanSummary, type SpanSummary } from './summary.js';
import { decodeSpanColumns, type DecodedRows } from './columns.js';
import type { OpenSpanBlock } from './open-block.js';
import type { OriginTable } from './origin.js';
import type { SealedSpanBlocks } from './sealed-blocks.js';
import { EVERY_CHUNK, TagChunks } from './tag-chunks.js';

export interface SpanBlockReaderOptions {
  readonly database: BlockDatabase;
  readonly sealed: SealedSpanBlocks;
  readonly origins: OriginTable;
  readonly damage: Damage;
  readonly cacheBytes: number;
}

/**
 * Reads and decompresses the parts of sealed blocks on demand, with a cache of recently used parts. A method returns
 * undefined when the part is damaged, which is counted and reported, or when its block was just dropped.
 */
export class SpanBlockReader {
  private readonly rowsCache: BlockCache<DecodedRows>;
  private readonly chunkCache: BlockCache<Uint8Array>;
  private readonly tagsCache: BlockCache<TagChunks>;

  constructor(private readonly options: SpanBlockReaderOptions) {
    const { cacheBytes } = options;
    this.rowsCache = new BlockCache(cacheBytes * 0.45);
    this.chunkCache = new BlockCache(cacheBytes * 0.4);
    this.tagsCache = new BlockCache(cacheBytes * 0.15);
  }

  rows(block: number): DecodedRows | undefined {
    const cached = this.rowsCache.get(block);
    if (cached) return cached;
    const { database, origins } = this.options;
    const rows = this.part(block, () =>
      decodeSpanColumns(block, openSealedBytes(database.spans.part('columns', block)), origins),
    );
    if (rows) this.rowsCache.set(block, rows);
    return rows;
  }

  chunk(block: number, chunk: number): Uint8Array | undefined {
    const key = chunkKey(block, chunk);
    const cached = this.chunkCache.get(key);
    if (cached) return cached;
    const { spanBodies } = this.options.database;
    const bytes = this.part(block, () => openSealedBytes(spanBodies.chunk(block, chunk)));
    if (bytes) this.chunkCache.set(key, bytes);
    return bytes;
  }

  /** Undefined also means that every chunk has to be searched. */
  tags(block: number): TagChunks | undefined {
    const cached = this.tagsCache.get(block);
    if (cached) return cached;
    const tags = this.part(block, () => {
      const encoded = this.options.database.spans.part('tags', block);
      if (!encoded) throw new DamageError('a part is missing');
      return new TagChunks(encoded);
    });
    if (tags) this.tagsCache.set(block, tags);
    return tags;
  }

  summary(block: number): SpanSummary | undefined {
    return this.part(block, () =>
      decodeSpanSummary(openSealedBytes(this.options.database.spans.summary(block))),
    );
  }

  /** Returns a block for a search, before the search consults its filters. */
  readable(block: number): ReadBlock | undefined {
    const rows = this.rows(block);
    return rows && { rows, read: (chunk) => this.chunk(block, chunk), chunks: EVERY_CHUNK };
  }

  forget(block: number): void {
    for (const cache of [this.rowsCache, this.tagsCache]) cache.delete(block);
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

export const readableOpen = (open: OpenSpanBlock): ReadBlock => ({
  rows: open,
  read: () => open.body,
  chunks: EVERY_CHUNK,
});
