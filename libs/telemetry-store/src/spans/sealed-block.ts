import type { SpanPart } from '../file/block-database.js';
import type { BlockParts } from '../file/block-table.js';
import { sealBytes } from '../bytes/sealed-bytes.js';
import type { Steps } from '../blocks/steps.js';
import { encodeSpanSummary, summarizeSpans, type SpanSummary } from './summary.js';
import { ROWS_PER_CHUNK, encodeSpanColumns } from './columns.js';
import type { OpenSpanBlock } from './open-block.js';
import { TagCollector, chunkBit } from './tag-chunks.js';
import { orderedByTrace, type OrderedRows } from './trace-order.js';

export interface SealedSpanParts {
  readonly summary: SpanSummary;
  readonly encoded: BlockParts<SpanPart>;
}

/** Encodes an open block for the file. The open block must not be used afterwards. */
export function* sealSpanBlock(open: OpenSpanBlock, arrivedMillis: number): Steps<SealedSpanParts> {
  const summary = summarizeSpans(open, open.calls);
  yield;
  const ordered = orderedByTrace(open, open.body);
  yield;
  const plain = chunksOf(ordered);
  const tags = tagsOf(open, ordered).encode(plain.length);
  yield;
  const columns = sealBytes(encodeSpanColumns(ordered.rows));
  yield;
  const chunks: Uint8Array[] = [];
  for (const chunk of plain) {
    chunks.push(sealBytes(chunk));
    yield;
  }
  return {
    summary,
    encoded: {
      block: open.block,
      arrivedMillis,
      summary: sealBytes(encodeSpanSummary(summary)),
      parts: { tags, columns },
      chunks,
    },
  };
}

/** Returns the body in the chunks in which it is read. */
const chunksOf = ({ rows: { bodyEnd, spanCount }, body }: OrderedRows): Uint8Array[] => {
  const chunks: Uint8Array[] = [];
  for (let row = 0, start = 0; row < spanCount; row += ROWS_PER_CHUNK) {
    const end = bodyEnd[Math.min(row + ROWS_PER_CHUNK, spanCount) - 1] ?? 0;
    chunks.push(body.subarray(start, end));
    start = end;
  }
  return chunks;
};

/** Collects the chunks that contain each attribute of the spans and of their origins. */
const tagsOf = ({ tags, tagEnd, origins }: OpenSpanBlock, { rows, source }: OrderedRows): TagCollector => {
  const collector = new TagCollector();
  const originsOfChunk = new Set<number>();
  for (let row = 0; row < rows.spanCount; row++) {
    if (row % ROWS_PER_CHUNK === 0) originsOfChunk.clear();
    const chunk = chunkBit(Math.floor(row / ROWS_PER_CHUNK));
    const origin = rows.originOf[row] ?? 0;
    if (!originsOfChunk.has(origin)) {
      originsOfChunk.add(origin);
      for (const tag of origins[origin]?.tags ?? []) collector.add(tag, chunk);
    }
    const from = source[row] ?? 0;
    const end = tagEnd[from] ?? 0;
    for (let tag = from === 0 ? 0 : (tagEnd[from - 1] ?? 0); tag < end; tag++) {
      collector.add(tags[tag] ?? 0, chunk);
    }
  }
  return collector;
};
