import { BlockCache } from '../blocks/block-cache.js';
import type { Steps } from '../blocks/steps.js';
import type { AddedLine } from './added-line.js';
import { MetadataHash, hasMetadata, hashOfLine } from './line-hash.js';
import type { LogBlockReader, ReadText } from './block-reader.js';
import type { SealedLogRows } from './columns.js';
import { compareTimes } from './rows.js';
import type { SealedLogBlocks } from './sealed-blocks.js';

/** Number of lines that are compared before other tasks may run. */
const LINES_PER_STEP = 256;
/** Maximum number of lines of one time that are compared one by one. More lines are hashed. */
const MAX_COMPARED_LINES = 16;
/**
 * Limit on the number of rows that are searched for a line, newest blocks first. A client retries a request soon.
 * Without a limit, a client whose clock does not advance would make every push read all its earlier lines.
 */
const MAX_ROWS = 2 ** 21;
/** Limit on the size of the cached hashes: those of `MAX_ROWS` rows. */
const MAX_HASH_BYTES = MAX_ROWS * Float64Array.BYTES_PER_ELEMENT;

/** Factor that packs a hash and a row into one number: hash × factor + row. A block has fewer rows. */
const ROW_SPACE = 2 ** 21;

/** Sorted hashes of a block's rows, by their time as text. */
interface HashedRows {
  readonly runs: Map<string, Float64Array>;
  byteLength: number;
}

/** Finds lines that a sealed block already has: duplicates from a retried request. */
export class SealedDuplicates {
  /** Cached hashes by block. Block numbers are never reused, so hashes of an evicted block simply expire. */
  private readonly hashed = new BlockCache<HashedRows>(MAX_HASH_BYTES);

  constructor(
    private readonly sealed: SealedLogBlocks,
    private readonly reader: LogBlockReader,
  ) {}

  /** Searches block by block, so that each block is read once. @returns the lines that are in a sealed block */
  *find(lines: Iterable<AddedLine>): Steps<ReadonlySet<AddedLine>> {
    const linesByBlock = new Map<number, AddedLine[]>();
    for (const line of lines) {
      const blocks = this.sealed.blocksAt(line.stream, line.entry.timeUnixNano);
      let rowCount = 0;
      for (const block of blocks) {
        if (rowCount >= MAX_ROWS) break;
        rowCount += this.sealed.get(block)?.rowCount ?? 0;
        const others = linesByBlock.get(block);
        if (others) others.push(line);
        else linesByBlock.set(block, [line]);
      }
    }
    const found = new Set<AddedLine>();
    for (const [block, candidates] of linesByBlock) {
      const runs = this.hashed.get(block)?.runs;
      // The hashes show that nearly all lines are new without reading the block.
      const unknown = candidates.filter((line) => {
        const run = runs?.get(timeKey(line));
        return !found.has(line) && (!run || rowsOfHash(run, line.hash).length > 0);
      });
      const rows = unknown.length > 0 ? this.reader.rows(block) : undefined;
      const text = rows && this.reader.text(block);
      if (!text) {
        yield;
        continue;
      }
      for (const [at, line] of unknown.entries()) {
        if (this.isIn({ block, rows, text }, line)) found.add(line);
        if ((at + 1) % LINES_PER_STEP === 0) yield;
      }
      yield;
    }
    return found;
  }

  private isIn(lines: ReadLines, line: AddedLine): boolean {
    const { block, rows, text } = lines;
    const run = this.hashed.get(block)?.runs.get(timeKey(line));
    if (run) return rowsOfHash(run, line.hash).some((row) => isSame(rows, text, row, line));
    const { inOrderOfTime: order } = rows;
    const first = lowerBound(order.length, (at) => compareToTime(rows, order[at] ?? 0, line) < 0);
    const behind = lowerBound(order.length, (at) => compareToTime(rows, order[at] ?? 0, line) <= 0);
    if (behind - first <= MAX_COMPARED_LINES)
      return order.subarray(first, behind).some((row) => isSame(rows, text, row, line));
    const hashes = this.keepHashes(lines, timeKey(line), order.slice(first, behind));
    return rowsOfHash(hashes, line.hash).some((row) => isSame(rows, text, row, line));
  }

  private keepHashes(lines: ReadLines, time: string, rows: Uint32Array): Float64Array {
    const { block } = lines;
    const hashes = hashesOfRows(lines, rows);
    const grown = this.hashed.get(block) ?? { runs: new Map<string, Float64Array>(), byteLength: 0 };
    grown.runs.set(time, hashes);
    grown.byteLength += hashes.byteLength;
    this.hashed.set(block, grown);
    return hashes;
  }
}

const timeKey = ({ timeLow, timeHigh }: AddedLine): string => `${timeHigh} ${timeLow}`;

const rowsOfHash = (hashes: Float64Array, hash: number): readonly number[] => {
  const from = hash * ROW_SPACE;
  const rows: number[] = [];
  for (let at = lowerBound(hashes.length, (index) => (hashes[index] ?? 0) < from); ; at++) {
    const row = (hashes[at] ?? Infinity) - from;
    if (row >= ROW_SPACE) return rows;
    rows.push(row);
  }
};

/** Decoded block. */
interface ReadLines {
  readonly block: number;
  readonly rows: SealedLogRows;
  readonly text: ReadText;
}

/** Returns the hashes of rows. Rows with damaged text are omitted. */
const hashesOfRows = ({ rows, text }: ReadLines, wanted: Uint32Array): Float64Array => {
  const { textRowOf, timeLow, timeHigh, streams, streamOf } = rows;
  const metadata = new MetadataHash(rows);
  const hashes: number[] = [];
  // In the order of the text, so that each chunk is decompressed once.
  wanted.sort((a, b) => (textRowOf[a] ?? 0) - (textRowOf[b] ?? 0));
  let chunk = -1;
  let bytes;
  for (const row of wanted) {
    const place = placeOf(text, textRowOf[row] ?? 0);
    if (place.chunk !== chunk) {
      ({ chunk } = place);
      bytes = text.look(chunk);
    }
    const stream = streams[streamOf[row] ?? 0];
    if (!bytes || !stream) continue;
    const time = { timeLow: timeLow[row] ?? 0, timeHigh: timeHigh[row] ?? 0 };
    const hash = hashOfLine(stream, time, { bytes, ...place }, metadata.of(row));
    hashes.push(hash * ROW_SPACE + row);
  }
  return Float64Array.from(hashes).sort();
};

const isSame = (rows: SealedLogRows, text: ReadText, row: number, line: AddedLine): boolean => {
  if (rows.streams[rows.streamOf[row] ?? 0] !== line.stream) return false;
  const { chunk, start, end } = placeOf(text, rows.textRowOf[row] ?? 0);
  if (end - start !== line.end - line.start) return false;
  if (!hasMetadata(rows, row, line.metadata)) return false;
  return text.chunk(chunk)?.compare(line.bytes, line.start, line.end, start, end) === 0;
};

interface TextPlace {
  readonly chunk: number;
  readonly start: number;
  readonly end: number;
}

const placeOf = ({ chunkStart, lineEnd }: ReadText, textRow: number): TextPlace => {
  const chunk = lowerBound(chunkStart.length, (at) => (chunkStart[at] ?? 0) <= textRow) - 1;
  const start = textRow === chunkStart[chunk] ? 0 : (lineEnd[textRow - 1] ?? 0);
  return { chunk, start, end: lineEnd[textRow] ?? 0 };
};

const compareToTime = ({ timeLow, timeHigh }: SealedLogRows, row: number, line: AddedLine): number =>
  compareTimes(timeLow[row] ?? 0, timeHigh[row] ?? 0, line.timeLow, line.timeHigh);

/** Returns the first index for which `isBefore` is false. The indexes for which it is true come first. */
const lowerBound = (length: number, isBefore: (index: number) => boolean): number => {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBefore(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
};
