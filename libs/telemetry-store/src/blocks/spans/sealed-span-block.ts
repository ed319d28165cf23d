import type { SpanPart } from '../block-database.js';
import type { BlockParts } from '../block-table.js';
import { sealBytes } from '../sealed-bytes.js';
import { encodeSummary, summarize, type BlockSummary } from './block-summary.js';
import { ROWS_PER_CHUNK, encodeColumns } from './columns-codec.js';
import type { OpenBlock } from './open-block.js';

export interface SealedSpanBlock {
  readonly summary: BlockSummary;
  readonly encoded: BlockParts<SpanPart>;
}

/** An open block as it is written; the open one may be used no longer once it is. */
export const sealSpanBlock = (open: OpenBlock, arrivedMillis: number): SealedSpanBlock => {
  const summary = summarize(open, open.calls);
  const chunks = chunksOf(open);
  return {
    summary,
    encoded: {
      block: open.block,
      arrivedMillis,
      summary: sealBytes(encodeSummary(summary)),
      parts: { tags: open.tags.encode(chunks.length), columns: sealBytes(encodeColumns(open)) },
      chunks: chunks.map(sealBytes),
    },
  };
};

/** The body in the pieces in which it is read. */
const chunksOf = ({ body, bodyEnd, spanCount }: OpenBlock): Uint8Array[] => {
  const chunks: Uint8Array[] = [];
  for (let row = 0, start = 0; row < spanCount; row += ROWS_PER_CHUNK) {
    const end = bodyEnd[Math.min(row + ROWS_PER_CHUNK, spanCount) - 1] ?? 0;
    chunks.push(body.subarray(start, end));
    start = end;
  }
  return chunks;
};
