import { TIME_WORDS, type CheckedTraceRequest } from '@lantern/otlp';
import { SpanKind, boundedName, fnvOfBytes } from '@lantern/telemetry-model';
import { Buffer } from 'node:buffer';
import type { TraceWords } from '../blocks/trace-words.js';
import type { SignedCall } from './summary.js';
import { grownBytes, grownWords } from '../bytes/growing.js';
import type { Origin } from './origin.js';
import { ENDS_BEFORE_START, type BlockOperation, type SpanRows } from './rows.js';

const INITIAL_ROWS = 256;
const INITIAL_TAGS = 16 * INITIAL_ROWS;
const INITIAL_BODY_BYTES = 64 * 1024;
/** Spare capacity of a block beside the size of the block before it. */
const SPARE = 1.125;

/** Block that new spans are added to. It can be searched like a sealed one. */
export class OpenSpanBlock implements SpanRows {
  spanCount = 0;
  traceCount = 0;
  traceWords = new Uint32Array(4 * INITIAL_ROWS);
  readonly operations: BlockOperation[] = [];
  readonly origins: Origin[] = [];
  traceOf = new Uint32Array(INITIAL_ROWS);
  operationOf = new Uint32Array(INITIAL_ROWS);
  originOf = new Uint32Array(INITIAL_ROWS);
  flags = new Uint32Array(INITIAL_ROWS);
  startLow = new Uint32Array(INITIAL_ROWS);
  startHigh = new Uint32Array(INITIAL_ROWS);
  durationLow = new Uint32Array(INITIAL_ROWS);
  durationHigh = new Uint32Array(INITIAL_ROWS);
  bodyEnd = new Uint32Array(INITIAL_ROWS);
  /** Tags of all rows without those of their origins, and the end of each row's tags. */
  tags: Uint32Array<ArrayBuffer>;
  tagEnd = new Uint32Array(INITIAL_ROWS);
  /** The open block is a single chunk. */
  readonly rowsPerChunk = Number.MAX_SAFE_INTEGER;
  readonly calls: SignedCall[] = [];
  /** Arrival time of the first span. */
  firstArrivalMillis = 0;

  private bodyBytes: Uint8Array<ArrayBuffer>;
  private readonly originIndexes = new Map<Origin, number>();
  /** Hash table of operations by name, kind and service. A slot is the index + 1, or 0 if it is free. */
  private operationSlots = new Uint32Array(256);
  private readonly operationNames: Uint8Array[] = [];
  private readonly operationHashes: number[] = [];

  /** @param before block of the same workload: starting with its capacity avoids a copy at each doubling */
  constructor(
    readonly block: number,
    before?: OpenSpanBlock,
  ) {
    this.tags = new Uint32Array(Math.max(INITIAL_TAGS, Math.ceil(SPARE * (before?.tagCount ?? 0))));
    this.bodyBytes = new Uint8Array(
      Math.max(INITIAL_BODY_BYTES, Math.ceil(SPARE * (before?.bodyLength ?? 0))),
    );
  }

  private get tagCount(): number {
    return this.spanCount === 0 ? 0 : (this.tagEnd[this.spanCount - 1] ?? 0);
  }

  get bodyLength(): number {
    return this.spanCount === 0 ? 0 : (this.bodyEnd[this.spanCount - 1] ?? 0);
  }

  get body(): Uint8Array {
    return this.bodyBytes.subarray(0, this.bodyLength);
  }

  addTrace(traceId: TraceWords): number {
    const at = 4 * this.traceCount;
    if (at === this.traceWords.length) this.traceWords = grownWords(this.traceWords);
    for (let i = 0; i < 4; i++) this.traceWords[at + i] = traceId.words[traceId.at + i] ?? 0;
    return this.traceCount++;
  }

  originIndex(origin: Origin): number {
    const known = this.originIndexes.get(origin);
    if (known !== undefined) return known;
    this.originIndexes.set(origin, this.origins.length);
    return this.origins.push(origin) - 1;
  }

  /**
   * Adds a span.
   *
   * @param from row of the span in the request
   * @returns its row in this block
   */
  add(request: CheckedTraceRequest, from: number, origin: number, trace: number): number {
    const row = this.spanCount;
    if (row === this.bodyEnd.length) this.grow();
    const { bytes, columns } = request;
    const { times, tags, tagEnd, spanStart, spanEnd } = columns;
    const [startLow, startHigh] = [times[TIME_WORDS * from] ?? 0, times[TIME_WORDS * from + 1] ?? 0];
    const [endLow, endHigh] = [times[TIME_WORDS * from + 2] ?? 0, times[TIME_WORDS * from + 3] ?? 0];
    const borrow = endLow < startLow ? 1 : 0;
    const endsBeforeStart = endHigh < startHigh || (endHigh === startHigh && borrow === 1);
    this.traceOf[row] = trace;
    this.operationOf[row] = this.operationIndex(request, from, this.origins[origin]);
    this.originOf[row] = origin;
    this.flags[row] = (columns.statuses[from] ?? 0) | (endsBeforeStart ? ENDS_BEFORE_START : 0);
    this.startLow[row] = startLow;
    this.startHigh[row] = startHigh;
    this.durationLow[row] = endLow - startLow;
    this.durationHigh[row] = endHigh - startHigh - borrow;

    const [start, end] = [spanStart[from] ?? 0, spanEnd[from] ?? 0];
    const bodyStart = this.bodyLength;
    const bodyEnd = bodyStart + end - start;
    if (bodyEnd > this.bodyBytes.length) this.bodyBytes = grownBytes(this.bodyBytes, bodyEnd);
    this.bodyBytes.set(bytes.subarray(start, end), bodyStart);
    this.bodyEnd[row] = bodyEnd;

    const firstTag = from === 0 ? 0 : (tagEnd[from - 1] ?? 0);
    const tagStart = row === 0 ? 0 : (this.tagEnd[row - 1] ?? 0);
    const tagCount = (tagEnd[from] ?? 0) - firstTag;
    while (tagStart + tagCount > this.tags.length) this.tags = grownWords(this.tags);
    this.tags.set(tags.subarray(firstTag, firstTag + tagCount), tagStart);
    this.tagEnd[row] = tagStart + tagCount;
    this.spanCount++;
    return row;
  }

  private operationIndex(
    { bytes, columns: { nameStart, nameEnd, kinds } }: CheckedTraceRequest,
    from: number,
    origin: Origin | undefined,
  ): number {
    const [start, end] = [nameStart[from] ?? 0, nameEnd[from] ?? 0];
    const kind = (kinds[from] ?? 0) as SpanKind;
    const service = origin?.service ?? '';
    // Many services may have an operation of one name.
    let hash = fnvOfBytes(bytes, start, end, kind ^ (origin?.serviceHash ?? 0));
    hash ^= hash >>> 15;
    const mask = this.operationSlots.length - 1;
    let slot = hash & mask;
    for (; this.operationSlots[slot] !== 0; slot = (slot + 1) & mask) {
      const index = (this.operationSlots[slot] ?? 0) - 1;
      const known = this.operations[index];
      if (known?.kind !== kind || known.service !== service) continue;
      if (isSame(this.operationNames[index], bytes, start, end)) return index;
    }
    const name = bytes.slice(start, end);
    this.operationNames.push(name);
    this.operationHashes.push(hash);
    const index =
      this.operations.push({ service, name: boundedName(Buffer.from(name).toString()), kind }) - 1;
    if (2 * this.operations.length > this.operationSlots.length) this.rehashOperations();
    else this.operationSlots[slot] = index + 1;
    return index;
  }

  private rehashOperations(): void {
    this.operationSlots = new Uint32Array(2 * this.operationSlots.length);
    const mask = this.operationSlots.length - 1;
    for (const [index, hash] of this.operationHashes.entries()) {
      let slot = hash & mask;
      while (this.operationSlots[slot] !== 0) slot = (slot + 1) & mask;
      this.operationSlots[slot] = index + 1;
    }
  }

  private grow(): void {
    this.traceOf = grownWords(this.traceOf);
    this.operationOf = grownWords(this.operationOf);
    this.originOf = grownWords(this.originOf);
    this.flags = grownWords(this.flags);
    this.startLow = grownWords(this.startLow);
    this.startHigh = grownWords(this.startHigh);
    this.durationLow = grownWords(this.durationLow);
    this.durationHigh = grownWords(this.durationHigh);
    this.bodyEnd = grownWords(this.bodyEnd);
    this.tagEnd = grownWords(this.tagEnd);
  }
}

const isSame = (known: Uint8Array | undefined, bytes: Uint8Array, start: number, end: number): boolean => {
  if (known?.length !== end - start) return false;
  for (let i = 0; i < known.length; i++) if (known[i] !== bytes[start + i]) return false;
  return true;
};
