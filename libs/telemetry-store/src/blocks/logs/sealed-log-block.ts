import type { LogPart } from '../block-database.js';
import type { BlockParts } from '../block-table.js';
import { joinParts } from '../joined-parts.js';
import { sealBytes } from '../sealed-bytes.js';
import { buildTagFilter } from '../tag-filter.js';
import { TagSet } from '../tag-set.js';
import { encodeText } from './block-text.js';
import { buildGramFilter } from './gram-filter.js';
import { encodeLogColumns } from './log-columns.js';
import { encodeLogSummary, summarizeLogs, type LogSummary } from './log-summary.js';
import type { OpenLogBlock } from './open-log-block.js';

export interface SealedLogParts {
  readonly encoded: BlockParts<LogPart>;
  readonly summary: LogSummary;
}

/** An open block as it goes into the file. */
export const sealLogBlock = (open: OpenLogBlock, arrivedMillis: number): SealedLogParts => {
  const summary = summarizeLogs(open);
  const { layout, chunks, plain } = encodeText(open);
  const values = new TagSet();
  for (const hash of open.values.textHashes) values.add(hash);
  return {
    summary,
    encoded: {
      block: open.block,
      arrivedMillis,
      summary: sealBytes(encodeLogSummary(summary)),
      parts: {
        filter: sealBytes(joinParts([buildGramFilter(plain), buildTagFilter(values)])),
        columns: sealBytes(encodeLogColumns(open)),
        layout,
      },
      chunks,
    },
  };
};
