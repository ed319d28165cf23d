import { ID_WORDS, SpanScanner, type CheckedTraceRequest } from '@lantern/otlp';
import { TraceIndex } from '../blocks/trace-index.js';
import { wordsAt, type TraceWords } from '../blocks/trace-words.js';
import { SpanDigest } from '../span-digest.js';
import type { OpenRows } from '../blocks/signal-blocks.js';
import type { Steps } from '../blocks/steps.js';
import type { JournalPosition } from '../journal/journal.js';
import type { SpanBlockReader } from './block-reader.js';
import { durationNanosOf } from './summary.js';
import { OpenSpanBlock } from './open-block.js';
import type { Origin, OriginTable } from './origin.js';
import { RecentSpans } from './recent-spans.js';
import type { SealedSpanBlocks } from './sealed-blocks.js';
import { spanBytes, traceIndexIn, type ReadChunk, type SpanRows } from './rows.js';

/**
 * Maximum size of a block that takes a whole request, as a multiple of a full block. A request in one block keeps its
 * traces together.
 */
const MAX_OVERFILL = 4;

/** Number of spans that are added before other tasks may run. */
const ROWS_PER_STEP = 256;
/** Size of the origins, as `Origin.byteLength` counts it, that are interned before other tasks may run. */
const ORIGIN_BYTES_PER_STEP = 256 * 1024;

/** Request whose spans are being added. */
interface AddedRequest {
  readonly request: CheckedTraceRequest;
  readonly end: JournalPosition;
  /** Origins of the request, each interned on first use. */
  readonly origins: (Origin | undefined)[];
  /** Their indexes in the open block. */
  originIndexes: number[];
}

export interface OpenSpansOptions {
  /** Number of the first block. */
  readonly block: number;
  readonly sealed: SealedSpanBlocks;
  readonly reader: SpanBlockReader;
  readonly origins: OriginTable;
  readonly now: () => number;
  readonly rowsPerBlock: number;
  readonly bytesPerBlock: number;
}

/**
 * Spans that are in no sealed block. A new span is compared with earlier spans of its trace, to discard duplicates and
 * to detect calls between services, and is added to the open block.
 */
export class OpenSpans implements OpenRows {
  private block: OpenSpanBlock;
  firstEnd: JournalPosition | undefined;
  duplicates = 0;
  /** Full blocks that are not sealed yet: the last request was large, or sealing failed. */
  private full: OpenSpanBlock[] = [];
  private fullIndex = new TraceIndex();
  private forgotSinceOpened = false;
  private readonly scanner = new SpanScanner();
  private readonly digest = new SpanDigest();
  private readonly recent = new RecentSpans((call, sign) => {
    // The called span's block may have been dropped, together with all data derived from it.
    if (!this.isThere(call.block)) return;
    this.block.calls.push({ ...call, sign });
    this.options.sealed.calls.add(call, sign);
  });

  constructor(private readonly options: OpenSpansOptions) {
    this.block = new OpenSpanBlock(options.block);
  }

  /** @param end position of the end of the request's record in the journal */
  *add(request: CheckedTraceRequest, end: JournalPosition): Steps {
    const added: AddedRequest = { request, end, origins: [], originIndexes: [] };
    const { spanCount } = request.columns;
    for (let row = 0; row < spanCount;) {
      if (row > 0) yield;
      row = this.addRows(added, row, Math.min(row + ROWS_PER_STEP, spanCount));
    }
  }

  /** @returns the row that the next step begins with */
  private addRows(added: AddedRequest, from: number, to: number): number {
    const { recent, digest } = this;
    const { request, end } = added;
    const { bytes, columns } = request;
    const { ids } = columns;
    if (this.block.spanCount === 0) this.block.firstArrivalMillis = this.options.now();
    let originBytes = 0;
    for (let row = from; row < to; row++) {
      if (originBytes > ORIGIN_BYTES_PER_STEP) return row;
      if (this.isFull(MAX_OVERFILL)) {
        this.setAside(this.block);
        this.block = new OpenSpanBlock(this.block.block + 1, this.block);
        this.block.firstArrivalMillis = this.options.now();
        added.originIndexes = [];
      }
      const open = this.block;
      const id = ID_WORDS * row;
      const traceId: TraceWords = { words: ids, at: id };
      const trace = recent.trace(traceId) ?? this.recall(traceId);
      const requestOrigin = columns.origins[row] ?? 0;
      let origin = added.origins[requestOrigin];
      if (!origin) {
        added.origins[requestOrigin] = origin = this.originOf(request, requestOrigin);
        originBytes += origin.byteLength;
      }
      digest.of(bytes, columns.spanStart[row] ?? 0, columns.spanEnd[row] ?? 0, origin.hash);
      if (recent.has(trace, ids[id + 4] ?? 0, ids[id + 5] ?? 0, digest)) {
        this.duplicates++;
        continue;
      }
      let traceIndex = recent.indexIn(open.block, trace);
      if (traceIndex === undefined) {
        traceIndex = this.traceInOpen(traceId) ?? open.addTrace(traceId);
        recent.setIndexIn(open.block, trace, traceIndex);
      }
      const originIndex = (added.originIndexes[requestOrigin] ??= open.originIndex(origin));
      const addedRow = open.add(request, row, originIndex, traceIndex);
      this.firstEnd ??= end;
      recent.add(trace, {
        columns,
        row,
        digest,
        service: origin.service,
        block: open.block,
        durationNanos: durationNanosOf(open, addedRow),
      });
    }
    return to;
  }

  private originOf({ origins }: CheckedTraceRequest, index: number): Origin {
    const origin = origins[index];
    if (!origin) throw new TypeError('A span refers to an origin that its request does not have.');
    return this.options.origins.intern(origin);
  }

  /** Open blocks, oldest first. New spans are added to the last one. */
  get blocks(): readonly OpenSpanBlock[] {
    return [...this.full, this.block];
  }

  get rowCount(): number {
    return this.full.reduce((sum, { spanCount }) => sum + spanCount, this.block.spanCount);
  }

  get byteLength(): number {
    return this.full.reduce((sum, { bodyLength }) => sum + bodyLength, this.block.bodyLength);
  }

  /** Number of traces without a span in a sealed block. */
  get newTraceCount(): number {
    const { traceIndex } = this.options.sealed;
    let count = 0;
    for (const [i, { traceWords, traceCount }] of this.blocks.entries()) {
      const before = this.full.slice(0, i);
      for (let trace = 0; trace < traceCount; trace++) {
        const words = wordsAt(traceWords, trace);
        if (traceIndex.has(words)) continue;
        if (!before.some((full) => traceIndexIn(full, words) !== undefined)) count++;
      }
    }
    return count;
  }

  get firstArrivalMillis(): number | undefined {
    return this.rowCount === 0 ? undefined : (this.full[0] ?? this.block).firstArrivalMillis;
  }

  get isDue(): boolean {
    return this.full.length > 0 || this.isFull(1);
  }

  private isFull(times: number): boolean {
    const { spanCount, bodyLength } = this.block;
    const { rowsPerBlock, bytesPerBlock } = this.options;
    return spanCount >= times * rowsPerBlock || bodyLength >= times * bytesPerBlock;
  }

  /** Begins a new open block. Call it after all {@link blocks} were sealed. */
  begin(): void {
    this.full = [];
    this.fullIndex = new TraceIndex();
    this.block = new OpenSpanBlock(this.block.block + 1, this.block);
    this.firstEnd = undefined;
    this.forgotSinceOpened = false;
  }

  /** Forgets a trace after some of its spans were dropped. */
  forgetTrace(traceId: TraceWords): void {
    if (this.recent.forget(traceId)) this.forgotSinceOpened = true;
  }

  /** Finds a trace in the open block that is not among the recent ones. Only a forgotten trace can be there. */
  private traceInOpen(traceId: TraceWords): number | undefined {
    return this.forgotSinceOpened ? traceIndexIn(this.block, traceId) : undefined;
  }

  private setAside(open: OpenSpanBlock): void {
    this.full.push(open);
    for (let trace = 0; trace < open.traceCount; trace++) {
      this.fullIndex.add(open.block, wordsAt(open.traceWords, trace));
    }
  }

  private isThere(block: number): boolean {
    return block >= (this.full[0] ?? this.block).block || this.options.sealed.has(block);
  }

  /** Loads the older spans of a trace that had no new span lately from their blocks. */
  private recall(traceId: TraceWords): number {
    const { sealed, reader } = this.options;
    const trace = this.recent.addTrace(traceId);
    for (const block of sealed.traceIndex.blocksOf(traceId)) {
      const rows = reader.rows(block);
      if (rows) this.restore(trace, rows, (chunk) => reader.chunk(block, chunk), traceId);
    }
    for (const block of this.fullIndex.blocksOf(traceId)) {
      const full = this.full.find((other) => other.block === block);
      if (full) this.restore(trace, full, () => full.body, traceId);
    }
    if (this.forgotSinceOpened) this.restore(trace, this.block, () => this.block.body, traceId);
    return trace;
  }

  private restore(trace: number, rows: SpanRows, read: ReadChunk, traceId: TraceWords): void {
    const index = traceIndexIn(rows, traceId);
    if (index === undefined) return;
    const { digest } = this;
    for (let row = 0; row < rows.spanCount; row++) {
      if (rows.traceOf[row] !== index) continue;
      const bytes = spanBytes(rows, row, read);
      if (!bytes) continue;
      const columns = this.scanner.scan(bytes, 0, bytes.length);
      const origin = rows.origins[rows.originOf[row] ?? 0];
      this.recent.restore(trace, {
        columns,
        row: 0,
        digest: digest.of(bytes, 0, bytes.length, origin?.hash ?? 0),
        service: origin?.service ?? '',
        block: rows.block,
        durationNanos: durationNanosOf(rows, row),
      });
    }
  }
}
