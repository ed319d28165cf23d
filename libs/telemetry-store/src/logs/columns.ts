import { Buffer } from 'node:buffer';
import { ByteReader, DamageError } from '../bytes/byte-reader.js';
import { ByteWriter } from '../bytes/byte-writer.js';
import type { Column } from '../bytes/column.js';
import { rowsInOrderOfText, textRowsOf } from './block-text.js';
import { allRows, sortByTime, type LogRows } from './rows.js';
import type { OpenLogBlock } from './open-block.js';
import { SealedValues } from './sealed-values.js';
import type { KnownStream } from './stream-table.js';

const WORD = 2 ** 32;
/** Approximate memory of a block without its columns, in bytes. */
const BYTES_PER_BLOCK = 4096;

/** The order of the fields is part of the file format; see docs/file-format.md. */
export const encodeLogColumns = (open: OpenLogBlock): Uint8Array => {
  const writer = new ByteWriter();
  const { rowCount } = open;
  writer.varint(rowCount);
  writer.varint(open.streams.length);
  writer.column(open.streamOf.subarray(0, rowCount));
  encodeTimes(writer, open);
  writer.varint(open.shapes.length);
  for (const names of open.shapes) {
    writer.varint(names.length);
    for (const name of names) writer.text(name);
  }
  writer.column(open.shapeOf.subarray(0, rowCount));
  encodeValues(writer, open.values.texts);
  writer.column(positionMajor(open, firstMentions(open.pairs.subarray(0, open.pairCount))));
  return writer.finish();
};

/** Encodes times as offsets from the earliest one, in the largest unit without loss. */
const encodeTimes = (writer: ByteWriter, { rowCount, timeLow, timeHigh }: OpenLogBlock): void => {
  let [baseLow, baseHigh] = [timeLow[0] ?? 0, timeHigh[0] ?? 0];
  for (let row = 1; row < rowCount; row++) {
    const [low, high] = [timeLow[row] ?? 0, timeHigh[row] ?? 0];
    if (high < baseHigh || (high === baseHigh && low < baseLow)) [baseLow, baseHigh] = [low, high];
  }
  writer.uint32(baseLow);
  writer.uint32(baseHigh);
  const since = new Float64Array(rowCount);
  let unit = 1_000_000;
  let isExact = true;
  for (let row = 0; row < rowCount; row++) {
    const nanos = ((timeHigh[row] ?? 0) - baseHigh) * WORD + ((timeLow[row] ?? 0) - baseLow);
    since[row] = nanos;
    if (nanos > Number.MAX_SAFE_INTEGER) isExact = false;
    while (Math.floor(nanos / unit) * unit !== nanos && unit > 1) unit /= 1_000;
  }
  // The differences of rows that are months apart are not exact doubles.
  writer.varint(isExact ? unit : 0);
  const low = new Uint32Array(rowCount);
  const high = new Uint32Array(rowCount);
  for (let row = 0; row < rowCount; row++) {
    if (!isExact) {
      low[row] = timeLow[row] ?? 0;
      high[row] = timeHigh[row] ?? 0;
      continue;
    }
    const units = (since[row] ?? 0) / unit;
    low[row] = units % WORD;
    high[row] = Math.floor(units / WORD);
  }
  writer.column(low);
  writer.column(high);
};

const decodeTimes = (
  reader: ByteReader,
  rowCount: number,
): { readonly timeLow: Uint32Array; readonly timeHigh: Uint32Array } => {
  const [baseLow, baseHigh] = [reader.uint32(), reader.uint32()];
  const unit = reader.varint();
  const timeLow = new Uint32Array(reader.column(rowCount));
  const timeHigh = new Uint32Array(reader.column(rowCount));
  if (unit === 0) return { timeLow, timeHigh };
  for (let row = 0; row < rowCount; row++) {
    const nanos = ((timeHigh[row] ?? 0) * WORD + (timeLow[row] ?? 0)) * unit;
    const sinceHigh = Math.floor(nanos / WORD);
    const low = baseLow + (nanos - sinceHigh * WORD);
    timeLow[row] = low >= WORD ? low - WORD : low;
    timeHigh[row] = baseHigh + sinceHigh + (low >= WORD ? 1 : 0);
  }
  return { timeLow, timeHigh };
};

const encodeValues = (writer: ByteWriter, texts: readonly string[]): void => {
  const joined = texts.join('');
  const bytes = Buffer.from(joined);
  writer.varint(texts.length);
  if (bytes.length === joined.length) {
    const lengths = new Uint32Array(texts.length);
    for (let index = 0; index < lengths.length; index++) lengths[index] = texts[index]?.length ?? 0;
    writer.column(lengths);
    writer.bytes(bytes);
    return;
  }
  // Encoded one by one: a high surrogate at the end of one text must not join a low surrogate at the start of the next.
  const encoded = texts.map((text) => Buffer.from(text));
  writer.column(Uint32Array.from(encoded, ({ length }) => length));
  writer.bytes(Buffer.concat(encoded));
};

/**
 * Replaces the first occurrence of a value by 0 and every other one by its index + 1. Values are numbered by first
 * occurrence, so a column of unique IDs becomes all zeros.
 */
const firstMentions = (pairs: Column): Uint32Array => {
  const mentions = new Uint32Array(pairs.length);
  let next = 0;
  for (let pair = 0; pair < pairs.length; pair++) {
    const index = pairs[pair] ?? 0;
    if (index === next) next++;
    else mentions[pair] = index + 1;
  }
  return mentions;
};

/** @throws DamageError */
const undoFirstMentions = (mentions: Uint32Array, valueCount: number): Uint32Array => {
  let next = 0;
  for (let pair = 0; pair < mentions.length; pair++) {
    const mention = mentions[pair] ?? 0;
    const index = mention === 0 ? next++ : mention - 1;
    if (index >= valueCount) throw new DamageError('an index is out of range');
    mentions[pair] = index;
  }
  return mentions;
};

type Pairs = Pick<LogRows, 'rowCount' | 'shapes' | 'shapeOf' | 'pairStart'>;

/**
 * Returns the first value of every row, then the second of every row, and so on, so that similar values are neighbors.
 */
const positionMajor = (rows: Pairs, byRow: Uint32Array): Uint32Array => {
  const moved = new Uint32Array(byRow.length);
  let at = 0;
  eachPairByPosition(rows, (pair) => (moved[at++] = byRow[pair] ?? 0));
  return moved;
};

const rowMajor = (rows: Pairs, byPosition: Column): Uint32Array => {
  const moved = new Uint32Array(byPosition.length);
  let at = 0;
  eachPairByPosition(rows, (pair) => (moved[pair] = byPosition[at++] ?? 0));
  return moved;
};

const eachPairByPosition = ({ rowCount, pairStart }: Pairs, visit: (pair: number) => void): void => {
  let left = rowCount;
  for (let position = 0; left > 0; position++) {
    left = 0;
    for (let row = 0; row < rowCount; row++) {
      const pair = (pairStart[row] ?? 0) + position;
      const behind = pairStart[row + 1] ?? 0;
      if (pair < behind) visit(pair);
      if (pair + 1 < behind) left++;
    }
  }
};

/** Rows of a sealed block. Data derived from them is computed on first use. */
export class SealedLogRows implements LogRows {
  readonly rowCount: number;
  readonly streamOf: Column;
  readonly timeLow: Uint32Array;
  readonly timeHigh: Uint32Array;
  readonly shapes: readonly (readonly string[])[];
  readonly shapeOf: Column;
  readonly pairStart: Uint32Array;
  readonly pairs: Uint32Array;
  readonly values: SealedValues;
  /** Size for the cache. */
  readonly byteLength: number;
  private timeOrder: Uint32Array | undefined;
  private textOrder: Uint32Array | undefined;
  private textRows: Uint32Array | undefined;

  /** @throws DamageError */
  constructor(
    readonly block: number,
    bytes: Uint8Array,
    readonly streams: readonly KnownStream[],
  ) {
    const reader = new ByteReader(bytes);
    const rowCount = reader.varint();
    if (reader.varint() !== streams.length) throw new DamageError('a stream is missing');
    this.rowCount = rowCount;
    this.streamOf = indexes(reader, rowCount, streams.length);
    const { timeLow, timeHigh } = decodeTimes(reader, rowCount);
    this.timeLow = timeLow;
    this.timeHigh = timeHigh;
    this.shapes = Array.from({ length: reader.varint() }, () =>
      Array.from({ length: reader.varint() }, () => reader.text()),
    );
    this.shapeOf = indexes(reader, rowCount, this.shapes.length);
    this.pairStart = new Uint32Array(rowCount + 1);
    for (let row = 0; row < rowCount; row++) {
      const length = this.shapes[this.shapeOf[row] ?? 0]?.length ?? 0;
      this.pairStart[row + 1] = (this.pairStart[row] ?? 0) + length;
    }
    this.values = new SealedValues(reader);
    const mentions = rowMajor(this, reader.column(this.pairStart[rowCount] ?? 0));
    this.pairs = undoFirstMentions(mentions, this.values.count);
    this.byteLength =
      this.streamOf.byteLength +
      20 * rowCount +
      this.shapeOf.byteLength +
      this.pairStart.byteLength +
      this.pairs.byteLength +
      this.values.byteLength +
      BYTES_PER_BLOCK;
  }

  get inOrderOfTime(): Uint32Array {
    return (this.timeOrder ??= sortByTime(this, allRows(this)));
  }

  get inOrderOfText(): Uint32Array {
    return (this.textOrder ??= rowsInOrderOfText(this));
  }

  /** Text row of each row. */
  get textRowOf(): Uint32Array {
    return (this.textRows ??= textRowsOf(this));
  }
}

const indexes = (reader: ByteReader, count: number, limit: number): Column => {
  const column = reader.column(count);
  for (const index of column) if (index >= limit) throw new DamageError('an index is out of range');
  return column;
};
