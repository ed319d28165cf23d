import { Buffer } from 'node:buffer';
import type { BlockText } from './block-text.js';

/** Finds lines that contain given texts. It compares UTF-8 bytes and decodes no line. */
export class LineSearch {
  /** Texts, longest first: the longest is usually the rarest. */
  private readonly texts: readonly Buffer[];

  constructor(texts: readonly string[]) {
    this.texts = texts
      .filter((text) => text !== '')
      .map((text) => Buffer.from(text))
      .sort((a, b) => b.length - a.length);
  }

  /** Whether every line matches, as it does for the empty text. */
  get takesAll(): boolean {
    return this.texts.length === 0;
  }

  /** Searched texts in UTF-8. */
  get needles(): readonly Buffer[] {
    return this.texts;
  }

  /** Returns the text rows of a chunk whose lines contain all texts, ascending. */
  rowsOf({ chunkStart, lineEnd }: BlockText, chunk: number, bytes: Buffer): number[] {
    const [first, ...others] = this.texts;
    const found: number[] = [];
    if (!first) return found;
    const behind = chunkStart[chunk + 1] ?? 0;
    const firstRow = chunkStart[chunk] ?? 0;
    let row = firstRow;
    for (let at = bytes.indexOf(first); at >= 0;) {
      row = firstEndingBehind(lineEnd, at, row, behind);
      const end = lineEnd[row] ?? 0;
      if (row >= behind) break;
      if (at + first.length > end) {
        // The hit begins in one line and ends in the next.
        at = bytes.indexOf(first, at + 1);
        continue;
      }
      const start = row === firstRow ? 0 : (lineEnd[row - 1] ?? 0);
      if (others.every((text) => isWithin(bytes, start, end, text))) found.push(row);
      at = bytes.indexOf(first, end);
    }
    return found;
  }
}

const isWithin = (bytes: Buffer, start: number, end: number, text: Buffer): boolean =>
  bytes.subarray(start, end).includes(text);

/** Returns the first row at or after `from` that ends after `at`; row ends ascend. */
const firstEndingBehind = (lineEnd: Uint32Array, at: number, from: number, behind: number): number => {
  let [low, high] = [from, behind];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((lineEnd[middle] ?? 0) <= at) low = middle + 1;
    else high = middle;
  }
  return low;
};
