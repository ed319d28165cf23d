import { Buffer } from 'node:buffer';
import { ByteReader, DamageError } from '../bytes/byte-reader.js';
import { ByteWriter } from '../bytes/byte-writer.js';
import { openSealedBytes, sealBytes } from '../bytes/sealed-bytes.js';
import type { Steps } from '../blocks/steps.js';
import type { LogRows } from './rows.js';
import type { OpenLogBlock } from './open-block.js';

/** Maximum size of a chunk: small enough to decompress for one line, large enough to compress well. */
const CHUNK_BYTES = 64 * 1024;
/** Minimum size at which a chunk ends with its stream, so that a search in other streams skips it. */
const MIN_CHUNK_BYTES = 16 * 1024;

/**
 * Lines of a block, one after the other, sorted by stream: lines of one program are similar, so they compress well, and
 * a search in a stream reads no lines of other streams. A text row is an index in that order.
 */
export interface BlockText {
  /** First text row of each chunk, followed by the number of rows. */
  readonly chunkStart: Uint32Array;
  /** End of each text row in its chunk. */
  readonly lineEnd: Uint32Array;
  /** Returns the lines of a chunk; undefined when it is damaged. */
  chunk(chunk: number): Buffer | undefined;
}

/** Returns the text of an open block: one chunk, in the order of arrival. */
export const openText = (open: OpenLogBlock): BlockText => {
  const { rowCount, text, lineEnd } = open;
  return { chunkStart: Uint32Array.of(0, rowCount), lineEnd, chunk: () => text };
};

/** Returns the text row of each row: sorted by stream, then by arrival. */
export const textRowsOf = ({
  rowCount,
  streams,
  streamOf,
}: Pick<LogRows, 'rowCount' | 'streams' | 'streamOf'>): Uint32Array => {
  const next = new Uint32Array(streams.length + 1);
  for (let row = 0; row < rowCount; row++) {
    const stream = (streamOf[row] ?? 0) + 1;
    next[stream] = (next[stream] ?? 0) + 1;
  }
  for (let stream = 1; stream < next.length; stream++)
    next[stream] = (next[stream] ?? 0) + (next[stream - 1] ?? 0);
  const textRows = new Uint32Array(rowCount);
  for (let row = 0; row < rowCount; row++) {
    const stream = streamOf[row] ?? 0;
    const textRow = next[stream] ?? 0;
    textRows[row] = textRow;
    next[stream] = textRow + 1;
  }
  return textRows;
};

/** Returns the rows of a block in the order of their lines. */
export const rowsInOrderOfText = (rows: Pick<LogRows, 'rowCount' | 'streams' | 'streamOf'>): Uint32Array => {
  const textRows = textRowsOf(rows);
  const order = new Uint32Array(textRows.length);
  for (let row = 0; row < textRows.length; row++) order[textRows[row] ?? 0] = row;
  return order;
};

export interface EncodedText {
  readonly layout: Uint8Array;
  readonly chunks: readonly Uint8Array[];
  /** All lines, uncompressed, in the order of the text rows. */
  readonly plain: Buffer;
}

/** Encodes the layout and the chunks for the file; see docs/file-format.md. */
export function* encodeText(open: OpenLogBlock): Steps<EncodedText> {
  const { rowCount, text, lineEnd, streamOf } = open;
  const plain = Buffer.allocUnsafeSlow(text.length);
  const lengths = new Uint32Array(rowCount);
  const chunkRows: number[] = [];
  const chunks: Uint8Array[] = [];
  let [firstRow, chunkStart, end] = [0, 0, 0];
  const endChunk = (textRow: number): void => {
    chunkRows.push(textRow - firstRow);
    chunks.push(sealBytes(plain.subarray(chunkStart, end)));
    [firstRow, chunkStart] = [textRow, end];
  };
  const order = rowsInOrderOfText(open);
  for (let textRow = 0; textRow < rowCount; textRow++) {
    const row = order[textRow] ?? 0;
    const size = end - chunkStart;
    const isOtherStream = textRow > firstRow && streamOf[row] !== streamOf[order[textRow - 1] ?? 0];
    if (size >= CHUNK_BYTES || (isOtherStream && size >= MIN_CHUNK_BYTES)) {
      endChunk(textRow);
      yield;
    }
    const [lineStart, lineStop] = [row === 0 ? 0 : (lineEnd[row - 1] ?? 0), lineEnd[row] ?? 0];
    text.copy(plain, end, lineStart, lineStop);
    lengths[textRow] = lineStop - lineStart;
    end += lineStop - lineStart;
  }
  endChunk(rowCount);
  const writer = new ByteWriter();
  writer.varint(rowCount);
  writer.varint(chunkRows.length);
  for (const rows of chunkRows) writer.varint(rows);
  writer.column(lengths);
  return { layout: sealBytes(writer.finish()), chunks, plain };
}

/** Positions of the lines in their chunks. */
export interface TextLayout {
  readonly chunkStart: Uint32Array;
  readonly lineEnd: Uint32Array;
  /** Size for the cache. */
  readonly byteLength: number;
}

/** @throws DamageError */
export const decodeLayout = (sealed: Uint8Array | undefined): TextLayout => {
  const reader = new ByteReader(openSealedBytes(sealed));
  const rowCount = reader.varint();
  const chunkStart = new Uint32Array(reader.varint() + 1);
  for (let chunk = 1; chunk < chunkStart.length; chunk++)
    chunkStart[chunk] = (chunkStart[chunk - 1] ?? 0) + reader.varint();
  if (chunkStart.at(-1) !== rowCount) throw new DamageError('rows are missing');
  const lineEnd = new Uint32Array(reader.column(rowCount));
  for (let chunk = 0; chunk + 1 < chunkStart.length; chunk++) {
    const behind = chunkStart[chunk + 1] ?? 0;
    for (let row = (chunkStart[chunk] ?? 0) + 1; row < behind; row++)
      lineEnd[row] = (lineEnd[row] ?? 0) + (lineEnd[row - 1] ?? 0);
  }
  return { chunkStart, lineEnd, byteLength: chunkStart.byteLength + lineEnd.byteLength };
};

/** @throws DamageError */
export const decodeChunk = (
  { chunkStart, lineEnd }: TextLayout,
  chunk: number,
  sealed: Uint8Array | undefined,
): Buffer => {
  const content = openSealedBytes(sealed);
  const last = (chunkStart[chunk + 1] ?? 0) - 1;
  if (last >= (chunkStart[chunk] ?? 0) && lineEnd[last] !== content.length)
    throw new DamageError('a chunk has another length');
  return content;
};
