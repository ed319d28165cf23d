/** Words of {@link SpanColumns.ids} per span: trace ID 4, span ID 2, parent span ID 2. */
export const ID_WORDS = 8;
/** Words of {@link SpanColumns.times} per span: start low, start high, end low, end high. */
export const TIME_WORDS = 4;

/** Words of 32 bits per span in the columns together, without tags and bytes. */
const ROW_WORDS = ID_WORDS + TIME_WORDS + 6;
const ROW_BYTES = 4 * ROW_WORDS + 2;
const TAGS_PER_SPAN = 12;
const MIN_ROWS = 8;

/**
 * Index of encoded spans: one row per span, in columns that grow. Offsets refer to the bytes that were scanned.
 *
 * Two spans, `GET` with `{user: "7"}` and `SELECT` without attributes, make these columns:
 *
 * ```
 * spanCount 2    spanStart 61, 140       spanEnd 138, 190     Span messages
 *                nameStart 89, 168       nameEnd 92, 174      their names
 *                kinds 2, 3              statuses 0, 0
 *                origins 0, 0            tagEnd 1, 1          tags 0x5a3c…
 * ```
 */
export class SpanColumns {
  spanCount = 0;
  spanStart!: Uint32Array;
  spanEnd!: Uint32Array;
  nameStart!: Uint32Array;
  nameEnd!: Uint32Array;
  /** Index of each span's resource and scope, in the request's list of origins. */
  origins!: Uint32Array;
  /** Little-endian words of the IDs. A parent span ID of zeros means no parent. */
  ids!: Uint32Array;
  /** Unix nanoseconds. */
  times!: Uint32Array;
  /** End of each span's tags. They begin at the end of the previous span's tags. */
  tagEnd!: Uint32Array;
  kinds!: Uint8Array;
  statuses!: Uint8Array;
  /** Hashes of the attributes of each span, its events and its links; see `hashesOfAttributeText`. */
  tags: Uint32Array;

  private rows = 0;
  private tagCount = 0;

  /** @param rows expected number of spans */
  constructor(rows: number) {
    this.tags = new Uint32Array(TAGS_PER_SPAN * Math.max(MIN_ROWS, rows));
    this.allocate(Math.max(MIN_ROWS, rows));
  }

  /** Begins the row of the next span, with IDs and times of zero. */
  beginRow(): void {
    const row = this.spanCount;
    if (row === this.rows) this.grow();
    this.ids.fill(0, row * ID_WORDS, (row + 1) * ID_WORDS);
    this.times.fill(0, row * TIME_WORDS, (row + 1) * TIME_WORDS);
  }

  /** Adds a tag to the span whose row has begun. */
  addTag(hash: number): void {
    if (this.tagCount === this.tags.length) {
      const { tags } = this;
      this.tags = new Uint32Array(2 * tags.length);
      this.tags.set(tags);
    }
    this.tags[this.tagCount++] = hash;
  }

  /** Keeps the row that has begun. */
  endRow(): void {
    this.tagEnd[this.spanCount++] = this.tagCount;
  }

  /** Discards the row that has begun. */
  discardRow(): void {
    this.tagCount = this.spanCount === 0 ? 0 : (this.tagEnd[this.spanCount - 1] ?? 0);
  }

  clear(): void {
    this.spanCount = 0;
    this.tagCount = 0;
  }

  private grow(): void {
    const { spanStart, spanEnd, nameStart, nameEnd, origins, ids, times, tagEnd, kinds, statuses } = this;
    this.allocate(2 * this.rows);
    this.spanStart.set(spanStart);
    this.spanEnd.set(spanEnd);
    this.nameStart.set(nameStart);
    this.nameEnd.set(nameEnd);
    this.origins.set(origins);
    this.ids.set(ids);
    this.times.set(times);
    this.tagEnd.set(tagEnd);
    this.kinds.set(kinds);
    this.statuses.set(statuses);
  }

  /** All columns share one buffer: requests are many, and each one has its own columns. */
  private allocate(rows: number): void {
    const buffer = new ArrayBuffer(rows * ROW_BYTES);
    let offset = 0;
    const words = (perRow: number): Uint32Array => {
      const column = new Uint32Array(buffer, offset, perRow * rows);
      offset += column.byteLength;
      return column;
    };
    this.rows = rows;
    this.ids = words(ID_WORDS);
    this.times = words(TIME_WORDS);
    this.spanStart = words(1);
    this.spanEnd = words(1);
    this.nameStart = words(1);
    this.nameEnd = words(1);
    this.origins = words(1);
    this.tagEnd = words(1);
    this.kinds = new Uint8Array(buffer, offset, rows);
    this.statuses = new Uint8Array(buffer, offset + rows, rows);
  }
}
