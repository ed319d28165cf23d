import { performance } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';
import { ID_WORDS, TIME_WORDS, TraceRequestWalker, decodeTraceRequest } from '@lantern/otlp';
import {
  type DependencyLink,
  type ResourceSpans,
  type ScopeSpans,
  type Span,
  type TimeRange,
  type Trace,
  type TraceId,
} from '@lantern/telemetry-model';
import type {
  CallEdge,
  Operation,
  RedCell,
  RedQuery,
  TraceQuery,
  TraceStore,
  TraceStoreStats,
} from '../trace-store.js';
import { BlockCache } from './block-cache.js';
import { bytesOf } from './block-database.js';
import type { BlockDatabase, BlockParts, BlockSummaryRow } from './block-database.js';
import { DamageError } from './byte-reader.js';
import { BlockSearch, type ChunkFits, type ReadBlock, type StartRange } from './block-search.js';
import { PERIOD_NANOS, decodeSummary, encodeSummary, summarize } from './block-summary.js';
import type { BlockSummary, SignedCall } from './block-summary.js';
import { CallRollup, MINUTE_NANOS } from './call-rollup.js';
import { ROWS_PER_CHUNK, decodeColumns, encodeColumns, type DecodedRows } from './columns-codec.js';
import { EdgeCounts, type Edge } from './edge-counts.js';
import { joinParts, splitParts } from './joined-parts.js';
import { NewestMatches } from './newest-matches.js';
import { OpenBlock } from './open-block.js';
import {
  OperationCatalog,
  compareOperations,
  operationKey,
  type CatalogOperation,
} from './operation-catalog.js';
import { OriginTable, type Origin } from './origin.js';
import { ownedSpan } from './owned-span.js';
import { RecentSpans, type RecentSpan } from './recent-spans.js';
import { writeRequest, type SpanGroup } from './request-bytes.js';
import { RedTally } from './red-tally.js';
import { openSealedBytes, sealBytes } from './sealed-bytes.js';
import { ENDS_BEFORE_START, spanBytes, traceIndexIn, type ReadChunk, type SpanRows } from './span-rows.js';
import { buildTagFilter } from './tag-filter.js';
import { TraceIndex } from './trace-index.js';
import { traceIdOfWords, traceWordsOf, wordsAt, type TraceWords } from './trace-words.js';
import { DOUBLE_SLACK, doubleOf, periodOf, wideOf } from './wide-time.js';
import { RecordKind, type LogPosition, type WriteAheadLog } from './write-ahead-log.js';
import { WriteError } from './write-error.js';

export const TRACES = 'traces';

/** After so long a question lets others have their turn. */
const TURN_MILLIS = 8;
/** How much may wait in memory while blocks cannot be written, in times of what fills a block. */
const MAX_WAITING_BLOCKS = 8;
/** A request stays in one block, which keeps traces together, unless that makes it so many times as large. */
const MAX_OVERFILL = 4;
/** So many blocks go at a time, so that nobody waits for long. */
const MAX_DROPPED_AT_ONCE = 16;

export interface BlockTraceStoreOptions {
  readonly database: BlockDatabase;
  readonly log: WriteAheadLog;
  /** Waits until what was appended is as durable as was asked for. */
  readonly settle: () => Promise<void>;
  /** Called when the log is needed only from `position` on. */
  readonly onSealed: (position: LogPosition) => void;
  readonly report: (message: string) => void;
  readonly now: () => number;
  readonly maxBytes: number;
  readonly maxAgeMillis: number;
  readonly spansPerBlock: number;
  readonly bytesPerBlock: number;
  readonly cacheBytes: number;
}

/** A sealed block, as far as it stays in memory. */
interface SealedBlock {
  readonly block: number;
  readonly arrivedMillis: number;
  readonly bytes: number;
  readonly spanCount: number;
  readonly minStart: bigint;
  readonly maxStart: bigint;
  readonly maxDurationNanos: number;
  readonly operations: readonly CatalogOperation[];
  /** In which periods its spans start, ascending: late spans do not make a block look full of times between. */
  readonly periods: readonly number[];
  /** In which minutes the calls start that it keeps. */
  readonly callMinutes: readonly number[];
}

export interface BlockStatus {
  readonly blocks: number;
  /** Blocks, or parts of them, that could not be read. */
  readonly damagedBlocks: number;
  /** Spans that arrived again and were not kept a second time. */
  readonly duplicateSpans: number;
}

/**
 * The newest spans are in `open`, all others in sealed blocks, each of which is described by an entry of
 * `sealed`; what is derived from them shrinks with them in `forget`. Ten spans of one order, in blocks of six:
 *
 * ```
 * sealed      1 → 6 spans, 10:00:00.000 – 10:00:00.012, operations "POST /orders" server, …
 * traceIndex  …01 → block 1
 * operations  api-gateway → "POST /orders" server: in 1 block, 1 call from 10:00:00 to 10:00:10, …
 * calls       api-gateway → order-service at 10:00: 1 call, of block 1
 * open        2 → 4 spans
 * ```
 */
export class BlockTraceStore implements TraceStore {
  private readonly sealed = new Map<number, SealedBlock>();
  private traceIndex = new TraceIndex();
  private operationCatalog = new OperationCatalog();
  private calls = new CallRollup();
  private readonly recent = new RecentSpans((call, sign) => {
    // The called span's block may be gone, and with it everything that was derived from it.
    if (!this.isThere(call.block)) return;
    this.open.calls.push({ ...call, sign });
    this.calls.add(call, sign);
  });
  private open = new OpenBlock(1);
  /** Full blocks of the request that is being added. */
  private full: OpenBlock[] = [];
  private fullIndex = new TraceIndex();
  private forgotSinceOpened = false;

  private readonly origins = new OriginTable();
  private readonly rowsCache: BlockCache<DecodedRows>;
  private readonly chunkCache: BlockCache<Uint8Array>;
  private readonly filterCache: BlockCache<{ parts: readonly Uint8Array[]; byteLength: number }>;
  private readonly walker = new TraceRequestWalker();
  private readonly oldSpanWalker = new TraceRequestWalker();

  private sealedBytes = 0;
  private sealedSpans = 0;
  private evictedSpans = 0;
  private duplicateSpans = 0;
  private readonly damaged = new Set<number>();
  /** After a failure to seal, the next attempt waits until so many more spans have come. */
  private sealAtSpans: number;

  constructor(private readonly options: BlockTraceStoreOptions) {
    const { cacheBytes, spansPerBlock, database } = options;
    this.rowsCache = new BlockCache(cacheBytes * 0.45);
    this.chunkCache = new BlockCache(cacheBytes * 0.4);
    this.filterCache = new BlockCache(cacheBytes * 0.15);
    this.sealAtSpans = spansPerBlock;
    let last = 0;
    for (const row of database.summaries((message) => this.reportDamage(message))) {
      last = row.block;
      this.load(row);
    }
    this.open = new OpenBlock(last + 1);
  }

  async append(request: Uint8Array): Promise<void> {
    this.walk(request);
    if (this.walker.spanCount === 0) return;
    this.refuseWhileFull();
    const end = this.options.log.append(RecordKind.traces, request);
    this.addWalked(request);
    this.sealIfFull(end);
    this.dropSurplus();
    await this.options.settle();
  }

  /** Adds what an earlier process acknowledged and had not sealed. */
  replay(request: Uint8Array, end: LogPosition): void {
    this.walk(request);
    this.addWalked(request);
    this.sealIfFull(end);
  }

  async getTrace(traceId: TraceId): Promise<Trace | undefined> {
    const turn = new Turn();
    const words = traceWordsOf(traceId);
    const groups = new Map<Origin, Uint8Array[]>();
    const { open } = this;
    const openSpans = new Map<Origin, Uint8Array[]>();
    collectSpans(open, () => open.body, words, openSpans);
    for (const block of this.traceIndex.blocksOf(...words)) {
      const rows = this.rows(block);
      if (rows) collectSpans(rows, (chunk) => this.chunk(block, chunk), words, groups);
      await turn.yieldWhenOver();
    }
    for (const [origin, spans] of openSpans) {
      const known = groups.get(origin);
      if (known) known.push(...spans);
      else groups.set(origin, spans);
    }
    if (groups.size === 0) return undefined;
    return decodeTrace(traceId, groups);
  }

  async findTraces(query: TraceQuery): Promise<Trace[]> {
    const { after } = query;
    const search = new BlockSearch(query);
    const { from, to } = search.starts;
    const last = after !== undefined && after.startUnixNano < to ? after.startUnixNano : to;
    const newest = new NewestMatches(query.limit);
    const traces = new TraceCheck(query, (words) => this.openAndSealed(words));
    await this.eachBlock(search, { from, to: last }, (block, bound) => {
      const { threshold = from } = newest;
      if (bound + DOUBLE_SLACK < Number(threshold)) return false;
      for (const { words, start } of search.newestMatches(block, { from: threshold, to: last })) {
        const traceId = traceIdOfWords(...words);
        if (newest.wants(traceId, start) && traces.isWanted(traceId, words, search))
          newest.offer(traceId, start);
      }
      return true;
    });
    const turn = new Turn();
    const found: Trace[] = [];
    for (const { traceId } of newest.newestFirst()) {
      const trace = await this.getTrace(traceId);
      if (trace) found.push(trace);
      await turn.yieldWhenOver();
    }
    return found;
  }

  async countTraces({ after: _, ...query }: TraceQuery): Promise<number> {
    const search = new BlockSearch(query);
    const traces = new TraceCheck(query, (words) => this.openAndSealed(words));
    if (search.takesAll && !traces.needsLook && this.isAllWithin(search.starts)) return this.traceCount;
    const { traceIndex } = this;
    const isCounted = new Uint8Array(traceIndex.numberLimit);
    let count = 0;
    await this.eachBlock(search, search.starts, (block) => {
      for (const [trace, found] of search.newestRows(block, search.starts).entries()) {
        if (found === 0) continue;
        const words = wordsAt(block.rows.traceWords, trace);
        // A trace that is in no sealed block comes along only once.
        const number = traceIndex.numberOf(...words);
        if (number !== undefined && isCounted[number] === 1) continue;
        if (traces.needsLook && !traces.isWanted(traceIdOfWords(...words), words, search)) continue;
        if (number !== undefined) isCounted[number] = 1;
        count++;
      }
      return true;
    });
    return count;
  }

  async services(): Promise<string[]> {
    const names = new Set(this.operationCatalog.serviceNames());
    for (const { service } of this.open.operations) names.add(service);
    return [...names].sort();
  }

  async operations(service: string): Promise<Operation[]> {
    const operations = new Map<string, Operation>();
    for (const { name, kind } of this.operationCatalog.operations(service)) {
      operations.set(operationKey({ name, kind }), { name, kind });
    }
    for (const { service: other, name, kind } of this.open.operations) {
      if (other === service) operations.set(operationKey({ name, kind }), { name, kind });
    }
    return [...operations.values()].sort(compareOperations);
  }

  async dependencies(range: TimeRange): Promise<DependencyLink[]> {
    return (await this.edges(range, false)).map(({ parent, child, callCount, errorCount }) => ({
      parent,
      child,
      callCount,
      errorCount,
    }));
  }

  async callEdges(range: TimeRange): Promise<CallEdge[]> {
    return (await this.edges(range, true)).map(({ latency, ...link }) => ({
      ...link,
      latencies: latency.latencies(),
    }));
  }

  async redMetrics(query: RedQuery): Promise<RedCell[]> {
    const tally = new RedTally(query);
    for (const service of new Set(query.services)) {
      for (const operation of this.operationCatalog.operations(service)) {
        if (query.kinds.includes(operation.kind)) tally.addAll(operation, operation.periods);
      }
    }
    const { operations, operationPeriods } = summarize(this.open, []);
    for (const cell of operationPeriods) {
      const operation = operations[cell.operation];
      if (!operation || !query.services.includes(operation.service) || !query.kinds.includes(operation.kind))
        continue;
      tally.add(operation, cell);
    }
    return tally.cells();
  }

  async stats(): Promise<TraceStoreStats> {
    return {
      traces: this.traceCount,
      spans: this.sealedSpans + this.open.spanCount,
      bytes: this.bytes,
      evictedSpans: this.evictedSpans,
    };
  }

  status(): BlockStatus {
    return {
      blocks: this.sealed.size,
      damagedBlocks: this.damaged.size,
      duplicateSpans: this.duplicateSpans,
    };
  }

  async close(): Promise<void> {
    // The files belong to whoever opened them; what is not in a block is in the log.
  }

  /**
   * Drops what is too old or too much, a few blocks at a time.
   *
   * @returns whether there is more to drop
   */
  dropExpired(): boolean {
    const oldest = this.options.now() - this.options.maxAgeMillis;
    const expired: number[] = [];
    for (const { block, arrivedMillis } of this.sealed.values()) {
      if (arrivedMillis >= oldest || expired.length === MAX_DROPPED_AT_ONCE) break;
      expired.push(block);
    }
    if (!this.drop(expired)) return false;
    if (expired.length === MAX_DROPPED_AT_ONCE) return true;
    const { open } = this;
    if (this.sealed.size === 0 && open.spanCount > 0 && open.firstArrivalMillis < oldest) {
      this.seal([open], this.options.log.end);
      return true;
    }
    return this.dropSurplus();
  }

  private get traceCount(): number {
    const { open, traceIndex } = this;
    let count = traceIndex.size;
    for (let trace = 0; trace < open.traceCount; trace++) {
      if (!traceIndex.has(...wordsAt(open.traceWords, trace))) count++;
    }
    return count;
  }

  private isAllWithin({ from, to }: StartRange): boolean {
    for (const { minStart, maxStart } of this.sealed.values())
      if (minStart < from || maxStart > to) return false;
    const { open } = this;
    for (let row = 0; row < open.spanCount; row++) {
      const start = wideOf(open.startLow[row] ?? 0, open.startHigh[row] ?? 0);
      if (start < from || start > to) return false;
    }
    return true;
  }

  private get bytes(): number {
    return this.sealedBytes + this.open.bodyLength;
  }

  private walk(request: Uint8Array): void {
    this.walker.walk(request);
    const { rejectedSpans } = this.walker;
    if (rejectedSpans > 0) throw new TypeError(`Not sanitised: ${rejectedSpans} spans have invalid ids`);
  }

  private refuseWhileFull(): void {
    const { spansPerBlock } = this.options;
    if (this.open.spanCount < MAX_WAITING_BLOCKS * spansPerBlock) return;
    // Sealing failed for some time: whoever sends now has to know that nothing more can be kept.
    this.seal([this.open], this.options.log.end);
  }

  private addWalked(request: Uint8Array): void {
    const { walker, recent } = this;
    const { ids, times, spanCount, walkedOrigins } = walker;
    const origins = walkedOrigins.map((origin) => this.origins.intern(origin));
    let originIndexes: (number | undefined)[] = [];
    if (this.open.spanCount === 0) this.open.firstArrivalMillis = this.options.now();
    for (let row = 0; row < spanCount; row++) {
      if (this.isFull(this.open, MAX_OVERFILL)) {
        this.setAside(this.open);
        this.open = new OpenBlock(this.open.block + 1);
        this.open.firstArrivalMillis = this.options.now();
        originIndexes = [];
      }
      const { open } = this;
      const id = ID_WORDS * row;
      const [a, b, c, d] = [ids[id] ?? 0, ids[id + 1] ?? 0, ids[id + 2] ?? 0, ids[id + 3] ?? 0];
      const [spanLow, spanHigh] = [ids[id + 4] ?? 0, ids[id + 5] ?? 0];
      const kind = walker.kinds[row] ?? 0;
      const trace = recent.trace(a, b, c, d) ?? this.recall(a, b, c, d);
      if (recent.has(trace, spanLow, spanHigh, kind)) {
        this.duplicateSpans++;
        continue;
      }
      let traceIndex = recent.indexIn(open.block, trace);
      if (traceIndex === undefined) {
        traceIndex = this.traceInOpen(a, b, c, d) ?? open.addTrace(a, b, c, d);
        recent.setIndexIn(open.block, trace, traceIndex);
      }
      const walkedOrigin = walker.origins[row] ?? 0;
      const origin = origins[walkedOrigin];
      if (!origin) continue;
      const originIndex = (originIndexes[walkedOrigin] ??= open.originIndex(origin));
      const added = open.add(walker, row, request, originIndex, traceIndex);
      const time = TIME_WORDS * row;
      recent.add(trace, {
        spanLow,
        spanHigh,
        parentLow: ids[id + 6] ?? 0,
        parentHigh: ids[id + 7] ?? 0,
        kind,
        service: origin.service,
        block: open.block,
        startLow: times[time] ?? 0,
        startHigh: times[time + 1] ?? 0,
        durationNanos: durationOf(open, added),
        isError: walker.statuses[row] === 2,
      });
    }
  }

  /** Only after a trace was forgotten can one be in the open block that is not among the recent ones. */
  private traceInOpen(a: number, b: number, c: number, d: number): number | undefined {
    return this.forgotSinceOpened ? traceIndexIn(this.open, a, b, c, d) : undefined;
  }

  private setAside(open: OpenBlock): void {
    this.full.push(open);
    for (let trace = 0; trace < open.traceCount; trace++) {
      this.fullIndex.add(open.block, ...wordsAt(open.traceWords, trace));
    }
  }

  private isThere(block: number): boolean {
    return block >= (this.full[0] ?? this.open).block || this.sealed.has(block);
  }

  /** A trace that no span came for lately: its older spans, if any, are brought back from their blocks. */
  private recall(a: number, b: number, c: number, d: number): number {
    const trace = this.recent.addTrace(a, b, c, d);
    for (const block of this.traceIndex.blocksOf(a, b, c, d)) {
      const rows = this.rows(block);
      if (rows) this.restore(trace, rows, (chunk) => this.chunk(block, chunk), [a, b, c, d]);
    }
    for (const block of this.fullIndex.blocksOf(a, b, c, d)) {
      const full = this.full.find((other) => other.block === block);
      if (full) this.restore(trace, full, () => full.body, [a, b, c, d]);
    }
    if (this.forgotSinceOpened) this.restore(trace, this.open, () => this.open.body, [a, b, c, d]);
    return trace;
  }

  private restore(trace: number, rows: SpanRows, read: ReadChunk, words: TraceWords): void {
    const index = traceIndexIn(rows, ...words);
    if (index === undefined) return;
    const { oldSpanWalker: walker } = this;
    for (let row = 0; row < rows.spanCount; row++) {
      if (rows.traceOf[row] !== index) continue;
      const bytes = spanBytes(rows, row, read);
      if (!bytes) continue;
      walker.walkSpan(bytes, 0, bytes.length);
      const [, , , , spanLow = 0, spanHigh = 0, parentLow = 0, parentHigh = 0] = walker.ids;
      const span: RecentSpan = {
        spanLow,
        spanHigh,
        parentLow,
        parentHigh,
        kind: walker.kinds[0] ?? 0,
        service: rows.origins[rows.originOf[row] ?? 0]?.service ?? '',
        block: rows.block,
        startLow: rows.startLow[row] ?? 0,
        startHigh: rows.startHigh[row] ?? 0,
        durationNanos: durationOf(rows, row),
        isError: walker.statuses[0] === 2,
      };
      this.recent.restore(trace, span);
    }
  }

  private isFull({ spanCount, bodyLength }: OpenBlock, times = 1): boolean {
    const { spansPerBlock, bytesPerBlock } = this.options;
    return spanCount >= times * spansPerBlock || bodyLength >= times * bytesPerBlock;
  }

  /** Only between requests, so that a position in the log separates what is sealed from what is not. */
  private sealIfFull(end: LogPosition): void {
    const { open, full } = this;
    if (full.length === 0 && !this.isFull(open)) return;
    if (
      full.length === 0 &&
      open.spanCount < this.sealAtSpans &&
      open.bodyLength < this.options.bytesPerBlock
    )
      return;
    try {
      this.seal([...full, open], end);
    } catch (error) {
      if (!(error instanceof WriteError)) throw error;
      // Nothing is lost: the log has it. The next request tries again.
      this.sealAtSpans = open.spanCount + this.options.spansPerBlock;
      this.options.report(`${error.message} What arrived stays in memory and in the log until then.`);
    }
  }

  private seal(blocks: readonly OpenBlock[], end: LogPosition): void {
    const arrivedMillis = this.options.now();
    const sealing = blocks.map((open) => {
      const summary = summarize(open, open.calls);
      const parts: BlockParts = {
        block: open.block,
        arrivedMillis,
        summary: sealBytes(encodeSummary(summary)),
        filter: joinParts(open.chunkTags.map(buildTagFilter)),
        columns: sealBytes(encodeColumns(open)),
        body: joinParts(chunksOf(open).map(sealBytes)),
      };
      return { summary, parts };
    });
    this.options.database.insert(
      sealing.map(({ parts }) => parts),
      TRACES,
      end,
    );
    for (const { summary, parts } of sealing) {
      this.remember({ block: parts.block, arrivedMillis, bytes: bytesOf(parts) }, summary);
    }
    this.full = [];
    this.fullIndex = new TraceIndex();
    this.sealAtSpans = this.options.spansPerBlock;
    this.open = new OpenBlock((blocks.at(-1)?.block ?? 0) + 1);
    this.forgotSinceOpened = false;
    this.options.onSealed(end);
  }

  private load({ block, arrivedMillis, bytes, summary: sealedSummary }: BlockSummaryRow): void {
    try {
      const summary = decodeSummary(openSealedBytes(sealedSummary));
      this.remember({ block, arrivedMillis, bytes }, summary);
      for (const call of summary.calls) if (this.sealed.has(call.block)) this.calls.add(call, call.sign);
    } catch (error) {
      this.damaged.add(block);
      this.reportDamage(`block ${block} cannot be read and is left out: ${(error as Error).message}`);
    }
  }

  /** @param about its calls are counted already while they are seen */
  private remember(
    about: Pick<SealedBlock, 'block' | 'arrivedMillis' | 'bytes'>,
    summary: BlockSummary,
  ): void {
    const { spanCount, minStart, maxStart, maxDurationNanos, traceWords } = summary;
    for (let trace = 0; 4 * trace < traceWords.length; trace++) {
      this.traceIndex.add(about.block, ...wordsAt(traceWords, trace));
    }
    this.sealed.set(about.block, {
      ...about,
      spanCount,
      minStart,
      maxStart,
      maxDurationNanos,
      operations: this.operationCatalog.add(summary),
      periods: ascending(summary.operationPeriods.map(({ period }) => period)),
      callMinutes: ascending(
        summary.calls.map(({ startLow, startHigh }) => periodOf(startLow, startHigh, MINUTE_NANOS)),
      ),
    });
    this.sealedBytes += about.bytes;
    this.sealedSpans += spanCount;
  }

  /** @returns whether there is more to drop */
  private dropSurplus(): boolean {
    const { maxBytes } = this.options;
    if (this.bytes <= maxBytes) return false;
    const surplus: number[] = [];
    let left = this.bytes;
    for (const { block, bytes } of this.sealed.values()) {
      if (left <= maxBytes || surplus.length === MAX_DROPPED_AT_ONCE) break;
      surplus.push(block);
      left -= bytes;
    }
    return this.drop(surplus) && this.bytes > maxBytes && this.sealed.size > 0;
  }

  /** @returns false when the file could not be written */
  private drop(blocks: readonly number[]): boolean {
    if (blocks.length === 0) return true;
    const summaries = blocks.map((block) => this.summary(block));
    try {
      this.options.database.delete(blocks);
    } catch (error) {
      if (!(error instanceof WriteError)) throw error;
      this.options.report(`${error.message} What is too old or too much is kept until then.`);
      return false;
    }
    for (const [i, block] of blocks.entries()) this.forget(block, summaries[i]);
    if (summaries.includes(undefined)) this.reload();
    return true;
  }

  private forget(block: number, summary: BlockSummary | undefined): void {
    const entry = this.sealed.get(block);
    if (!entry) return;
    this.sealed.delete(block);
    this.sealedBytes -= entry.bytes;
    this.sealedSpans -= entry.spanCount;
    this.evictedSpans += entry.spanCount;
    this.calls.drop(block);
    for (const cache of [this.rowsCache, this.filterCache]) cache.delete(block);
    if (!summary) return;
    this.operationCatalog.drop(summary);
    const { traceWords } = summary;
    for (let trace = 0; 4 * trace < traceWords.length; trace++) {
      const words = wordsAt(traceWords, trace);
      this.traceIndex.remove(block, ...words);
      if (this.recent.forget(...words)) this.forgotSinceOpened = true;
    }
  }

  /** What is derived from blocks cannot be taken back without their summaries: it is derived anew. */
  private reload(): void {
    const { evictedSpans } = this;
    this.sealed.clear();
    this.traceIndex = new TraceIndex();
    this.operationCatalog = new OperationCatalog();
    this.calls = new CallRollup();
    this.sealedBytes = 0;
    this.sealedSpans = 0;
    for (const row of this.options.database.summaries((message) => this.reportDamage(message)))
      this.load(row);
    for (const call of this.open.calls) this.calls.add(call, call.sign);
    this.evictedSpans = evictedSpans;
  }

  /**
   * Visits the blocks that may hold spans that match and start in a range, the latest first, until `visit` says
   * that it has seen enough.
   */
  private async eachBlock(
    search: BlockSearch,
    range: StartRange,
    visit: (block: ReadBlock, bound: number) => boolean,
  ): Promise<void> {
    if (range.from > range.to) return;
    const { open } = this;
    const turn = new Turn();
    // First and at once: it may be sealed during a turn of others.
    visit(readBlockOf(open), Number.POSITIVE_INFINITY);
    for (const { block, bound } of this.candidates(search, range)) {
      const fits = search.needsFilter ? this.fittingChunks(block, search) : everyChunk;
      const rows = fits && this.rows(block);
      if (rows && !visit({ rows, read: (chunk) => this.chunk(block, chunk), fits }, bound)) return;
      await turn.yieldWhenOver();
    }
  }

  /** Undefined when no chunk of the block may hold the attributes that are looked for. */
  private fittingChunks(block: number, search: BlockSearch): ChunkFits | undefined {
    const filters = this.filters(block);
    if (!filters) return everyChunk;
    const fitting = filters.map((filter) => search.mayMatch(filter));
    return fitting.includes(true) ? (chunk) => fitting[chunk] !== false : undefined;
  }

  /** Each with the latest start that a match in it can have; the latest first. */
  private candidates(search: BlockSearch, { from, to }: StartRange): { block: number; bound: number }[] {
    const { minDurationNano } = search.query;
    const candidates: { block: number; bound: number }[] = [];
    for (const { block, minStart, maxStart, maxDurationNanos, operations, periods } of this.sealed.values()) {
      if (maxStart < from || minStart > to) continue;
      if (minDurationNano !== undefined && maxDurationNanos + DOUBLE_SLACK < Number(minDurationNano))
        continue;
      if (!operations.some((operation) => search.mayMatchOperation(operation))) continue;
      let bound = Number(maxStart);
      if (maxStart > to) {
        const period = periods.findLast((start) => start * PERIOD_NANOS <= Number(to) + DOUBLE_SLACK);
        if (period === undefined) continue;
        bound = Math.min(Number(to), (period + 1) * PERIOD_NANOS);
        if (bound + DOUBLE_SLACK < Number(from)) continue;
      }
      candidates.push({ block, bound });
    }
    return candidates.sort((a, b) => b.bound - a.bound);
  }

  /** All blocks in which a trace has spans, as far as they can be read. */
  private *openAndSealed(words: TraceWords): Generator<ReadBlock> {
    const { open } = this;
    yield readBlockOf(open);
    for (const block of this.traceIndex.blocksOf(...words)) {
      const rows = this.rows(block);
      if (rows) yield { rows, read: (chunk) => this.chunk(block, chunk), fits: everyChunk };
    }
  }

  private async edges(range: TimeRange, withLatency: boolean): Promise<Edge[]> {
    const edges = new EdgeCounts(withLatency);
    const minute = BigInt(MINUTE_NANOS);
    const from = range.startUnixNano < 0n ? 0n : range.startUnixNano;
    const to = range.endUnixNano;
    // Whole minutes are counted already; of those that the range cuts, the calls are looked at.
    const firstWhole = (from + minute - 1n) / minute;
    const lastWhole = (to + 1n) / minute - 1n;
    if (firstWhole > lastWhole) {
      await this.countCalls({ startUnixNano: from, endUnixNano: to }, edges);
      return edges.sorted();
    }
    for (const cell of this.calls.cells(Number(firstWhole), Number(lastWhole))) edges.addCell(cell);
    await this.countCalls({ startUnixNano: from, endUnixNano: firstWhole * minute - 1n }, edges);
    await this.countCalls({ startUnixNano: (lastWhole + 1n) * minute, endUnixNano: to }, edges);
    return edges.sorted();
  }

  /** Counts the single calls that start in a range of less than two minutes. */
  private async countCalls(range: TimeRange, edges: EdgeCounts): Promise<void> {
    const { startUnixNano: from, endUnixNano: to } = range;
    if (from > to) return;
    const [first, last] = [Number(from / BigInt(MINUTE_NANOS)), Number(to / BigInt(MINUTE_NANOS))];
    const turn = new Turn();
    const count = (calls: readonly SignedCall[], open: number): void => {
      for (const call of calls) {
        const start = wideOf(call.startLow, call.startHigh);
        if (start < from || start > to || (call.block !== open && !this.sealed.has(call.block))) continue;
        edges.add(call);
      }
    };
    count(this.open.calls, this.open.block);
    for (const { block, callMinutes } of [...this.sealed.values()]) {
      if (!callMinutes.some((minute) => minute >= first && minute <= last)) continue;
      const summary = this.summary(block);
      if (summary) count(summary.calls, block);
      await turn.yieldWhenOver();
    }
  }

  private rows(block: number): DecodedRows | undefined {
    const cached = this.rowsCache.get(block);
    if (cached) return cached;
    const rows = this.readPart(block, () =>
      decodeColumns(block, openSealedBytes(this.options.database.columns(block)), this.origins),
    );
    if (rows) this.rowsCache.set(block, rows);
    return rows;
  }

  private chunk(block: number, chunk: number): Uint8Array | undefined {
    const key = chunkKey(block, chunk);
    const cached = this.chunkCache.get(key);
    if (cached) return cached;
    const bytes = this.readPart(block, () => {
      const body = this.options.database.body(block);
      return openSealedBytes(body && splitParts(body)[chunk]);
    });
    if (bytes) this.chunkCache.set(key, bytes);
    return bytes;
  }

  private filters(block: number): readonly Uint8Array[] | undefined {
    const cached = this.filterCache.get(block);
    if (cached) return cached.parts;
    const filters = this.readPart(block, () => {
      const joined = this.options.database.filter(block);
      if (!joined) throw new DamageError('the filter is missing');
      return { parts: splitParts(joined), byteLength: joined.length };
    });
    if (filters) this.filterCache.set(block, filters);
    return filters?.parts;
  }

  private summary(block: number): BlockSummary | undefined {
    return this.readPart(block, () => {
      const sealed = this.options.database.summary(block);
      return decodeSummary(openSealedBytes(sealed));
    });
  }

  /** Undefined when the part is damaged, which is said once a block, or when the block has just been dropped. */
  private readPart<Part>(block: number, read: () => Part): Part | undefined {
    if (!this.sealed.has(block)) return undefined;
    try {
      return read();
    } catch (error) {
      if (!this.damaged.has(block)) {
        this.damaged.add(block);
        this.reportDamage(
          `a part of block ${block} cannot be read and is left out: ${(error as Error).message}`,
        );
      }
      return undefined;
    }
  }

  private reportDamage(message: string): void {
    this.options.report(`Damaged data: ${message}.`);
  }
}

const everyChunk: ChunkFits = () => true;

const readBlockOf = (open: OpenBlock): ReadBlock => ({ rows: open, read: () => open.body, fits: everyChunk });

/** What a search asks about a trace as a whole, each trace once. */
class TraceCheck {
  private readonly wanted = new Map<TraceId, boolean>();

  constructor(
    private readonly query: TraceQuery,
    private readonly blocksOf: (words: TraceWords) => Iterable<ReadBlock>,
  ) {}

  get needsLook(): boolean {
    const { after, minTraceDurationNano, maxTraceDurationNano } = this.query;
    return after !== undefined || minTraceDurationNano !== undefined || maxTraceDurationNano !== undefined;
  }

  isWanted(traceId: TraceId, words: TraceWords, search: BlockSearch): boolean {
    if (!this.needsLook) return true;
    let isWanted = this.wanted.get(traceId);
    if (isWanted === undefined) {
      isWanted = this.look(traceId, words, search);
      this.wanted.set(traceId, isWanted);
    }
    return isWanted;
  }

  private look(traceId: TraceId, words: TraceWords, search: BlockSearch): boolean {
    const { after, minTraceDurationNano: min, maxTraceDurationNano: max } = this.query;
    const last = after && (traceId > after.traceId ? after.startUnixNano : after.startUnixNano - 1n);
    let [earliest, latest]: (bigint | undefined)[] = [];
    for (const block of this.blocksOf(words)) {
      const { rows } = block;
      const trace = traceIndexIn(rows, ...words);
      if (trace === undefined) continue;
      const matcher = last === undefined ? undefined : search.rowMatcher(block);
      for (let row = 0; row < rows.spanCount; row++) {
        if (rows.traceOf[row] !== trace) continue;
        const start = wideOf(rows.startLow[row] ?? 0, rows.startHigh[row] ?? 0);
        // What begins its place in the order is its newest match: it may have been on an earlier page.
        if (last !== undefined && start > last && start <= search.starts.to && matcher?.matches(row))
          return false;
        const isBackwards = ((rows.flags[row] ?? 0) & ENDS_BEFORE_START) !== 0;
        const duration = isBackwards ? 0n : wideOf(rows.durationLow[row] ?? 0, rows.durationHigh[row] ?? 0);
        if (earliest === undefined || start < earliest) earliest = start;
        if (latest === undefined || start + duration > latest) latest = start + duration;
      }
    }
    const duration = (latest ?? 0n) - (earliest ?? 0n);
    return (min === undefined || duration >= min) && (max === undefined || duration <= max);
  }
}

/** A chunk is looked for by one number. */
const chunkKey = (block: number, chunk: number): number => block * 65_536 + chunk;

/** Lets others have their turn from time to time. */
class Turn {
  private startedAt = performance.now();

  async yieldWhenOver(): Promise<void> {
    if (performance.now() - this.startedAt < TURN_MILLIS) return;
    await setImmediate();
    this.startedAt = performance.now();
  }
}

const ascending = (numbers: Iterable<number>): number[] => [...new Set(numbers)].sort((a, b) => a - b);

const durationOf = ({ flags, durationLow, durationHigh }: SpanRows, row: number): number =>
  (flags[row] ?? 0) > 3 ? 0 : doubleOf(durationLow[row] ?? 0, durationHigh[row] ?? 0);

const collectSpans = (
  rows: SpanRows,
  read: ReadChunk,
  words: TraceWords,
  into: Map<Origin, Uint8Array[]>,
): void => {
  const index = traceIndexIn(rows, ...words);
  if (index === undefined) return;
  const { traceOf, spanCount } = rows;
  for (let row = 0; row < spanCount; row++) {
    if (traceOf[row] !== index) continue;
    const origin = rows.origins[rows.originOf[row] ?? 0];
    const span = spanBytes(rows, row, read);
    if (!origin || !span) continue;
    const spans = into.get(origin);
    if (spans) spans.push(span);
    else into.set(origin, [span]);
  }
};

/** The body of a block that is to be sealed, in the pieces in which it is read. */
const chunksOf = ({ body, bodyEnd, spanCount }: OpenBlock): Uint8Array[] => {
  const chunks: Uint8Array[] = [];
  for (let row = 0, start = 0; row < spanCount; row += ROWS_PER_CHUNK) {
    const end = bodyEnd[Math.min(row + ROWS_PER_CHUNK, spanCount) - 1] ?? 0;
    chunks.push(body.subarray(start, end));
    start = end;
  }
  return chunks;
};

/** One group for each resource and scope that reads differently; each span once. */
const decodeTrace = (traceId: TraceId, spansByOrigin: ReadonlyMap<Origin, readonly Uint8Array[]>): Trace => {
  const encoded: SpanGroup[] = Array.from(spansByOrigin, ([origin, spans]) => ({ origin, spans }));
  const { resourceSpans } = decodeTraceRequest(writeRequest(encoded));
  const groups = new Map<string, ResourceSpans & { scopeSpans: ScopeSpans[] }>();
  const scopes = new Map<string, Span[]>();
  const known = new Set<string>();
  for (const [i, origin] of [...spansByOrigin.keys()].entries()) {
    const group = resourceSpans[i];
    const scopeGroup = group?.scopeSpans[0];
    if (!group || !scopeGroup) continue;
    let spans = scopes.get(origin.key);
    if (!spans) {
      scopes.set(origin.key, (spans = []));
      let sharing = groups.get(origin.resourceKey);
      if (!sharing) {
        sharing = { resource: group.resource, schemaUrl: group.schemaUrl, scopeSpans: [] };
        groups.set(origin.resourceKey, sharing);
      }
      sharing.scopeSpans.push({ scope: scopeGroup.scope, schemaUrl: scopeGroup.schemaUrl, spans });
    }
    for (const span of scopeGroup.spans) {
      const key = `${span.spanId} ${span.kind}`;
      if (known.has(key)) continue;
      known.add(key);
      spans.push(ownedSpan(span));
    }
  }
  return { traceId, resourceSpans: [...groups.values()] };
};
