import type { LogPart } from '../file/block-database.js';
import type { BlockParts } from '../file/block-table.js';
import { joinParts } from '../bytes/joined-parts.js';
import { sealBytes } from '../bytes/sealed-bytes.js';
import type { Steps } from '../blocks/steps.js';
import { encodeText } from './block-text.js';
import { buildGramFilter } from './gram-filter.js';
import { buildHashFilter } from './hash-filter.js';
import { encodeLogColumns } from './columns.js';
import { encodeLogSummary, summarizeLogs, type LogSummary } from './summary.js';
import type { OpenLogBlock } from './open-block.js';

export interface SealedLogParts {
  readonly encoded: BlockParts<LogPart>;
  readonly summary: LogSummary;
}

/** Encodes an open block for the file. */
export function* sealLogBlock(open: OpenLogBlock, arrivedMillis: number): Steps<SealedLogParts> {
  const summary = summarizeLogs(open);
  yield;
  const { layout, chunks, plain } = yield* encodeText(open);
  yield;
  const grams = yield* buildGramFilter(plain);
  yield;
  const columns = sealBytes(encodeLogColumns(open));
  yield;
  return {
    summary,
    encoded: {
      block: open.block,
      arrivedMillis,
      summary: sealBytes(encodeLogSummary(summary)),
      parts: {
        filter: sealBytes(joinParts([grams, buildHashFilter(open.values.textHashes)])),
        columns,
        layout,
      },
      chunks,
    },
  };
}
