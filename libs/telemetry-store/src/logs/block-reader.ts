import { Buffer } from 'node:buffer';
import { BlockCache } from '../blocks/block-cache.js';
import type { LogPart } from '../file/block-database.js';
import type { BlockTable } from '../file/block-table.js';
import { DamageError } from '../bytes/byte-reader.js';
import { chunkKey, type ChunkTable } from '../file/chunk-table.js';
import type { Damage } from '../blocks/damage.js';
import { splitParts } from '../bytes/joined-parts.js';
import { openSealedBytes } from '../bytes/sealed-bytes.js';
import { decodeChunk, decodeLayout, type BlockText, type TextLayout } from './block-text.js';
import { SealedLogRows } from './columns.js';
import { decodeLogSummary } from './summary.js';
import type { SealedLogBlocks } from './sealed-blocks.js';
import { StreamTable } from './stream-table.js';

export interface LogBlockReaderOptions {
  readonly table: BlockTable<LogPart>;
  readonly texts: ChunkTable;
  readonly sealed: SealedLogBlocks;
  readonly damage: Damage;
  readonly cacheBytes: number;
}

export interface LogFilters {
  /** Filter over the grams of the lines, see `mayHoldGrams`. */
  readonly grams: Uint8Array;
  /** Filter over the values of structured metadata, see `mayHoldHash`. */
  readonly values: Uint8Array;
  readonly byteLength: number;
}

/** Lines of a sealed block. */
export interface ReadText extends BlockText {
  /** Returns a chunk without adding it to the cache, for a chunk that is probably not needed again. */
  look(chunk: number): Buffer | undefined;
  /** Adds a chunk to the cache that was read with `look`. */
  keep(chunk: number, content: Buffer): void;
}

/**
 * Reads and decompresses the parts of sealed blocks on demand, with a cache of recently used parts. A method returns
 * undefined when the part is damaged, which is counted and reported, or when its block was just dropped.
 */
export class LogBlockReader {
  private readonly rowsCache: BlockCache<SealedLogRows>;
  private readonly layoutCache: BlockCache<TextLayout>;
  private readonly chunkCache: BlockCache<Buffer>;
  private readonly filterCache: BlockCache<LogFilters>;

  constructor(private readonly options: LogBlockReaderOptions) {
    const { cacheBytes } = options;
    this.rowsCache = new BlockCache(cacheBytes * 0.35);
    this.layoutCache = new BlockCache(cacheBytes * 0.05);
    this.chunkCache = new BlockCache(cacheBytes * 0.25);
    this.filterCache = new BlockCache(cacheBytes * 0.35);
  }

  rows(block: number): SealedLogRows | undefined {
    const cached = this.rowsCache.get(block);
    if (cached) return cached;
    const entry = this.options.sealed.get(block);
    const rows = this.part(block, () => {
      const streams = (entry?.streams ?? []).map(({ stream }) => stream);
      return new SealedLogRows(block, openSealedBytes(this.options.table.part('columns', block)), streams);
    });
    if (rows) this.rowsCache.set(block, rows);
    return rows;
  }

  filters(block: number): LogFilters | undefined {
    const cached = this.filterCache.get(block);
    if (cached) return cached;
    const filters = this.part(block, () => {
      const joined = openSealedBytes(this.options.table.part('filter', block));
      const [grams, values] = splitParts(joined);
      if (!grams || !values) throw new DamageError('a filter is missing');
      return { grams, values, byteLength: joined.length };
    });
    if (filters) this.filterCache.set(block, filters);
    return filters;
  }

  text(block: number): ReadText | undefined {
    const layout = this.layout(block);
    if (!layout) return undefined;
    const { texts } = this.options;
    const cached = (chunk: number): Buffer | undefined => this.chunkCache.get(chunkKey(block, chunk));
    const decode = (chunk: number): Buffer | undefined =>
      this.part(block, () => decodeChunk(layout, chunk, texts.chunk(block, chunk)));
    const look = (chunk: number): Buffer | undefined => cached(chunk) ?? decode(chunk);
    const keep = (chunk: number, content: Buffer): void =>
      this.chunkCache.set(chunkKey(block, chunk), content);
    const chunk = (index: number): Buffer | undefined => {
      const known = cached(index);
      if (known) return known;
      const content = decode(index);
      if (content) keep(index, content);
      return content;
    };
    return { ...layout, chunk, look, keep };
  }

  /** Words of the traces that have lines in the block. */
  traceWords(block: number): Uint32Array | undefined {
    return this.part(block, () => {
      const summary = openSealedBytes(this.options.table.summary(block));
      return decodeLogSummary(summary, new StreamTable()).traceWords;
    });
  }

  forget(block: number): void {
    for (const cache of [this.rowsCache, this.layoutCache, this.filterCache]) cache.delete(block);
  }

  private layout(block: number): TextLayout | undefined {
    const cached = this.layoutCache.get(block);
    if (cached) return cached;
    const layout = this.part(block, () => decodeLayout(this.options.table.part('layout', block)));
    if (layout) this.layoutCache.set(block, layout);
    return layout;
  }

  private part<Part>(block: number, read: () => Part): Part | undefined {
    const { sealed, damage } = this.options;
    if (!sealed.get(block)) return undefined;
    try {
      return read();
    } catch (error) {
      damage.ofBlock(block, `a part of block ${block} of log lines`, error);
      return undefined;
    }
  }
}
