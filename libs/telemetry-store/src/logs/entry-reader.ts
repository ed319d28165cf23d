import { Buffer } from 'node:buffer';
import type { LogLabels } from '@lantern/telemetry-model';
import type { LogFields, LogRow } from '../log-store.js';
import type { BlockText } from './block-text.js';
import { metadataOf, timeOfWords, type LogRows } from './rows.js';

const NOTHING: LogLabels = Object.freeze({});

/** Number of decompressed chunks that a reader has at hand. Small, because many blocks may be read at a time. */
const CHUNKS_AT_HAND = 4;

/** Builds the result rows of one block. */
export class EntryReader {
  /** Selected names of each shape, with their positions. */
  private readonly wantedNames: (readonly (readonly [name: string, position: number])[])[] = [];
  /** Metadata objects, shared by rows with equal selected values. */
  private readonly shared = new Map<number, LogLabels>();
  /** Size of the names of each shape. */
  private readonly nameBytes: number[] = [];
  private chunk = 0;
  /** Chunks that were read last, by index modulo their number. Lines of several streams alternate between a few chunks. */
  private readonly readChunks = new Array<number>(CHUNKS_AT_HAND).fill(-1);
  private readonly readBytes = new Array<Buffer | undefined>(CHUNKS_AT_HAND);

  /** @param textRowOf undefined when lines are in the order of the rows */
  constructor(
    private readonly rows: LogRows,
    private readonly text: BlockText | undefined,
    private readonly textRowOf: Uint32Array | undefined,
    private readonly fields: LogFields,
  ) {}

  /** Undefined when the line is damaged. */
  entry(row: number): LogRow | undefined {
    const { rows, fields } = this;
    const line = fields.line ? this.line(row) : '';
    if (line === undefined) return undefined;
    const structuredMetadata = fields.metadata
      ? this.someMetadata(row, fields.metadata)
      : metadataOf(rows, row);
    const timeUnixNano = timeOfWords(rows.timeLow[row] ?? 0, rows.timeHigh[row] ?? 0);
    const labels = rows.streams[rows.streamOf[row] ?? 0]?.labels ?? NOTHING;
    const entry = { timeUnixNano, line, structuredMetadata };
    return fields.bytes ? { labels, entry, bytes: this.bytes(row) } : { labels, entry };
  }

  private bytes(row: number): number {
    const { rows } = this;
    const shape = rows.shapeOf[row] ?? 0;
    let bytes = (this.nameBytes[shape] ??= (rows.shapes[shape] ?? []).reduce(
      (sum, name) => sum + Buffer.byteLength(name),
      0,
    ));
    const behind = rows.pairStart[row + 1] ?? 0;
    for (let pair = rows.pairStart[row] ?? 0; pair < behind; pair++)
      bytes += rows.values.bytesAt(rows.pairs[pair] ?? 0);
    const { start, end } = this.place(row);
    return bytes + end - start;
  }

  private line(row: number): string | undefined {
    const { start, end } = this.place(row);
    const place = this.chunk % CHUNKS_AT_HAND;
    if (this.readChunks[place] !== this.chunk) {
      this.readBytes[place] = this.text?.chunk(this.chunk);
      this.readChunks[place] = this.chunk;
    }
    return this.readBytes[place]?.toString('utf8', start, end);
  }

  /** Returns the position of a row's line in its chunk, and makes that chunk the current one. */
  private place(row: number): { readonly start: number; readonly end: number } {
    const { text, textRowOf } = this;
    if (!text) return { start: 0, end: 0 };
    const { chunkStart, lineEnd } = text;
    const textRow = textRowOf ? (textRowOf[row] ?? 0) : row;
    // The chunk of the previous row is a good guess.
    let { chunk } = this;
    while (textRow < (chunkStart[chunk] ?? 0)) chunk--;
    while (textRow >= (chunkStart[chunk + 1] ?? Infinity)) chunk++;
    this.chunk = chunk;
    const start = textRow === (chunkStart[chunk] ?? 0) ? 0 : (lineEnd[textRow - 1] ?? 0);
    return { start, end: lineEnd[textRow] ?? 0 };
  }

  private someMetadata(row: number, names: readonly string[]): LogLabels {
    const { rows, shared } = this;
    const shape = rows.shapeOf[row] ?? 0;
    const wanted = (this.wantedNames[shape] ??= (rows.shapes[shape] ?? []).flatMap((name, position) =>
      names.includes(name) ? [[name, position] as const] : [],
    ));
    if (wanted.length === 0) return NOTHING;
    const start = rows.pairStart[row] ?? 0;
    let key = shape;
    for (const [, position] of wanted) key = key * KEY_BASE + (rows.pairs[start + position] ?? 0);
    const known = shared.get(key);
    if (known) return known;
    const metadata = Object.freeze(
      Object.fromEntries(
        wanted.map(([name, position]) => [name, rows.values.textAt(rows.pairs[start + position] ?? 0)]),
      ),
    );
    // With many names the key would exceed the exact integers.
    if (key < Number.MAX_SAFE_INTEGER) shared.set(key, metadata);
    return metadata;
  }
}

/** More than the maximum number of values of a block; a block is sealed long before. */
const KEY_BASE = 2 ** 22;
