import { BlockCache } from '../block-cache.js';
import type { AddedLine } from './added-line.js';
import { MetadataHash, hasMetadata, hashOfLine } from './line-hash.js';
import type { LogBlockReader, ReadText } from './log-block-reader.js';
import type { SealedLogRows } from './log-columns.js';
import { compareTimes } from './log-rows.js';
import type { SealedLogBlocks } from './sealed-log-blocks.js';

/** Up to so many lines of one time are compared one by one; more of them get hashes. */
const MAX_COMPARED_LINES = 16;
/**
 * Limit on the rows among which a line is looked for, those of the newest blocks. A request is sent again soon; without
 * a limit a sender whose clock stands still would make every push read all that it ever sent.
 */
const MAX_ROWS = 2 ** 21;
/** Limit on the hashes that are kept for the next push: those of so many rows. */
const MAX_HASH_BYTES = MAX_ROWS * Float64Array.BYTES_PER_ELEMENT;

/** Rows of one time, sorted by hash: each is the hash times this, plus the row. A block has fewer rows. */
const ROW_SPACE = 2 ** 21;

/** Hashed rows of a block, by the place of the first of their time in the order of time. */
interface HashedRows {
  readonly runs: Map<number, Float64Array>;
  byteLength: number;
}

/** Finds the lines that a sealed block holds already: duplicates, which a resent request brings. */
export class SealedDuplicates {
  /** Block numbers are never used twice, so what is kept of an evicted block only ages. */
  private readonly hashed = new BlockCache<HashedRows>(MAX_HASH_BYTES);

  constructor(
    private readonly sealed: SealedLogBlocks,
    private readonly reader: LogBlockReader,
  ) {}

  /** @returns those of the lines that are in a sealed block; block by block, so that each is read once */
  find(lines: Iterable<AddedLine>): ReadonlySet<AddedLine> {
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
      const rows = this.reader.rows(block);
      const text = rows && this.reader.text(block);
      if (!text) continue;
      for (const line of candidates)
        if (!found.has(line) && this.isIn({ block, rows, text }, line)) found.add(line);
    }
    return found;
  }

  private isIn({ block, rows, text }: ReadLines, line: AddedLine): boolean {
    const { inOrderOfTime: order } = rows;
    const first = lowerBound(order.length, (at) => compareToTime(rows, order[at] ?? 0, line) < 0);
    const behind = lowerBound(order.length, (at) => compareToTime(rows, order[at] ?? 0, line) <= 0);
    if (behind - first <= MAX_COMPARED_LINES) {
      for (let at = first; at < behind; at++) if (isSame(rows, text, order[at] ?? 0, line)) return true;
      return false;
    }
    const hashes = this.hashesOf({ block, rows, text }, first, behind);
    const from = line.hash * ROW_SPACE;
    for (let at = lowerBound(hashes.length, (index) => (hashes[index] ?? 0) < from); ; at++) {
      const row = (hashes[at] ?? Infinity) - from;
      if (row >= ROW_SPACE) return false;
      if (isSame(rows, text, row, line)) return true;
    }
  }

  private hashesOf(lines: ReadLines, first: number, behind: number): Float64Array {
    const { block } = lines;
    const known = this.hashed.get(block);
    const run = known?.runs.get(first);
    if (run) return run;
    const hashes = hashesOfRows(lines, lines.rows.inOrderOfTime.slice(first, behind));
    const grown = known ?? { runs: new Map<number, Float64Array>(), byteLength: 0 };
    // The cache weighs what it is given once: it has to be told anew.
    this.hashed.delete(block);
    grown.runs.set(first, hashes);
    grown.byteLength += hashes.byteLength;
    this.hashed.set(block, grown);
    return hashes;
  }
}

/** A block, read. */
interface ReadLines {
  readonly block: number;
  readonly rows: SealedLogRows;
  readonly text: ReadText;
}

/** Those whose text is damaged are left out. */
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

/** The first index for which the condition, which holds for the first few only, does not hold. */
const lowerBound = (length: number, isBefore: (index: number) => boolean): number => {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBefore(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
};
