import { Buffer } from 'node:buffer';
import { grownBytes, grownWords } from '../bytes/growing.js';
import type { JournalPosition } from '../journal/journal.js';
import type { AddedLine } from './added-line.js';
import { MetadataHash, hasMetadata, hashOfLine } from './line-hash.js';
import { compareTimes, type LogRows } from './rows.js';
import { OpenValues } from './open-values.js';
import { RowTable } from './row-table.js';
import type { KnownStream } from './stream-table.js';

/** Capacity of the next block: what the previous block needed, with a small margin. */
export interface RoomFor {
  readonly rows: number;
  readonly textBytes: number;
  readonly values: number;
}

export const LITTLE_ROOM: RoomFor = { rows: 64, textBytes: 8 * 1024, values: 64 };

/** Block that new lines are added to. It can be searched like a sealed one. */
export class OpenLogBlock implements LogRows {
  rowCount = 0;
  readonly streams: KnownStream[] = [];
  streamOf: Uint32Array<ArrayBuffer>;
  timeLow: Uint32Array<ArrayBuffer>;
  timeHigh: Uint32Array<ArrayBuffer>;
  readonly shapes: string[][] = [[]];
  shapeOf: Uint32Array<ArrayBuffer>;
  pairStart: Uint32Array<ArrayBuffer>;
  pairs: Uint32Array<ArrayBuffer>;
  readonly values: OpenValues;
  /** Ends of the lines, in the order of arrival. */
  lineEnd: Uint32Array<ArrayBuffer>;
  /** Arrival time of the first line. */
  firstArrivalMillis = 0;
  /** End of the record that brought the first line. */
  firstPosition: JournalPosition | undefined;

  private textBytes: Uint8Array<ArrayBuffer>;
  private readonly streamIndexes = new Map<KnownStream, number>();
  /** Latest row of each stream. */
  private readonly latestRows: number[] = [];
  /** Transitions from a shape, by the name that is appended. */
  private readonly longerShapes: Map<string, number>[] = [new Map<string, number>()];
  private lastShape = 0;
  /** Rows by their hash. Rows from `hashedRows` on are not indexed yet. */
  private readonly rowsByHash = new RowTable();
  private readonly metadataHash = new MetadataHash(this);
  private hashedRows = 0;

  constructor(
    readonly block: number,
    { rows, textBytes, values } = LITTLE_ROOM,
  ) {
    this.streamOf = new Uint32Array(rows);
    this.timeLow = new Uint32Array(rows);
    this.timeHigh = new Uint32Array(rows);
    this.shapeOf = new Uint32Array(rows);
    this.pairStart = new Uint32Array(rows + 1);
    this.pairs = new Uint32Array(4 * rows);
    this.lineEnd = new Uint32Array(rows);
    this.textBytes = Buffer.allocUnsafeSlow(textBytes);
    this.values = new OpenValues(values);
  }

  /** Capacity that another block of this kind would need. */
  get roomForAnother(): RoomFor {
    const more = (count: number, least: number): number => Math.max(least, Math.ceil(1.1 * count));
    return {
      rows: more(this.rowCount, LITTLE_ROOM.rows),
      textBytes: more(this.textLength, LITTLE_ROOM.textBytes),
      values: more(this.values.texts.length, LITTLE_ROOM.values),
    };
  }

  get textLength(): number {
    return this.rowCount === 0 ? 0 : (this.lineEnd[this.rowCount - 1] ?? 0);
  }

  /** A view. */
  get text(): Buffer {
    return Buffer.from(this.textBytes.buffer, this.textBytes.byteOffset, this.textLength);
  }

  get pairCount(): number {
    return this.pairStart[this.rowCount] ?? 0;
  }

  /** Uncompressed size. */
  get byteLength(): number {
    return this.textLength + this.values.byteLength + 4 * this.pairCount + 16 * this.rowCount;
  }

  has(stream: KnownStream): boolean {
    return this.streamIndexes.has(stream);
  }

  /** Whether a duplicate of the line is present. */
  holds(line: AddedLine): boolean {
    const stream = this.streamIndexes.get(line.stream);
    if (stream === undefined) return false;
    const latest = this.latestRows[stream] ?? 0;
    // Nearly all lines are later than the earlier lines of their stream, and need no hash.
    if (compareTimes(line.timeLow, line.timeHigh, this.timeLow[latest] ?? 0, this.timeHigh[latest] ?? 0) > 0)
      return false;
    this.hashRows();
    return this.rowsByHash.some(line.hash, (row) => this.isSame(row, line, stream));
  }

  add(line: AddedLine): void {
    const row = this.rowCount;
    if (row === this.lineEnd.length) this.grow();
    const stream = this.streamIndex(line.stream);
    this.streamOf[row] = stream;
    this.timeLow[row] = line.timeLow;
    this.timeHigh[row] = line.timeHigh;
    const latest = this.latestRows[stream] ?? row;
    if (compareTimes(line.timeLow, line.timeHigh, this.timeLow[latest] ?? 0, this.timeHigh[latest] ?? 0) >= 0)
      this.latestRows[stream] = row;
    this.addMetadata(row, line.entry.structuredMetadata);
    const { bytes, start, end } = line;
    const textStart = this.textLength;
    const textEnd = textStart + end - start;
    if (textEnd > this.textBytes.length) this.textBytes = grownBytes(this.textBytes, textEnd);
    bytes.copy(this.textBytes, textStart, start, end);
    this.lineEnd[row] = textEnd;
    this.rowCount++;
  }

  private streamIndex(stream: KnownStream): number {
    const known = this.streamIndexes.get(stream);
    if (known !== undefined) return known;
    this.streamIndexes.set(stream, this.streams.length);
    return this.streams.push(stream) - 1;
  }

  private addMetadata(row: number, metadata: Readonly<Record<string, string>>): void {
    let pair = this.pairStart[row] ?? 0;
    // Nearly all lines have the names of the previous line, and many of its values.
    let shape = this.isShape(this.lastShape, metadata) ? this.lastShape : 0;
    const isKnown = shape !== 0;
    let before = row === 0 ? 0 : (this.pairStart[row - 1] ?? 0);
    for (const name in metadata) {
      if (!Object.hasOwn(metadata, name)) continue;
      if (pair === this.pairs.length) this.pairs = grownWords(this.pairs);
      const value = metadata[name] ?? '';
      const sameAsBefore = isKnown ? (this.pairs[before++] ?? 0) : -1;
      this.pairs[pair++] =
        this.values.texts[sameAsBefore] === value ? sameAsBefore : this.values.intern(value);
      if (!isKnown) shape = this.shapeWith(shape, name);
    }
    this.lastShape = shape;
    this.shapeOf[row] = shape;
    this.pairStart[row + 1] = pair;
  }

  private isShape(shape: number, metadata: Readonly<Record<string, string>>): boolean {
    const names = this.shapes[shape] ?? [];
    let count = 0;
    for (const name in metadata) if (names[count++] !== name) return false;
    return count === names.length;
  }

  private shapeWith(shape: number, name: string): number {
    const longer = this.longerShapes[shape];
    const known = longer?.get(name);
    if (known !== undefined) return known;
    const made = this.shapes.push([...(this.shapes[shape] ?? []), name]) - 1;
    this.longerShapes.push(new Map());
    longer?.set(name, made);
    return made;
  }

  private isSame(row: number, line: AddedLine, stream: number): boolean {
    if (this.streamOf[row] !== stream) return false;
    if (this.timeLow[row] !== line.timeLow || this.timeHigh[row] !== line.timeHigh) return false;
    const start = row === 0 ? 0 : (this.lineEnd[row - 1] ?? 0);
    const end = this.lineEnd[row] ?? 0;
    if (end - start !== line.end - line.start) return false;
    if (line.bytes.compare(this.textBytes, start, end, line.start, line.end) !== 0) return false;
    return hasMetadata(this, row, line.metadata);
  }

  private hashRows(): void {
    const { text, rowsByHash, metadataHash } = this;
    for (; this.hashedRows < this.rowCount; this.hashedRows++) {
      const row = this.hashedRows;
      const stream = this.streams[this.streamOf[row] ?? 0];
      if (!stream) continue;
      const time = { timeLow: this.timeLow[row] ?? 0, timeHigh: this.timeHigh[row] ?? 0 };
      const line = {
        bytes: text,
        start: row === 0 ? 0 : (this.lineEnd[row - 1] ?? 0),
        end: this.lineEnd[row] ?? 0,
      };
      rowsByHash.add(hashOfLine(stream, time, line, metadataHash.of(row)), row);
    }
  }

  private grow(): void {
    this.streamOf = grownWords(this.streamOf);
    this.timeLow = grownWords(this.timeLow);
    this.timeHigh = grownWords(this.timeHigh);
    this.shapeOf = grownWords(this.shapeOf);
    this.pairStart = grownWords(this.pairStart);
    this.lineEnd = grownWords(this.lineEnd);
  }
}
