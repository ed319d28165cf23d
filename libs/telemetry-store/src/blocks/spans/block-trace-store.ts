import type { DependencyLink, TimeRange, Trace, TraceId } from '@lantern/telemetry-model';
import type {
  CallEdge,
  Operation,
  RedCell,
  RedQuery,
  TraceQuery,
  TraceStore,
  TraceStoreStats,
} from '../../trace-store.js';
import type { BlockDatabase } from '../block-database.js';
import { BlockLimits } from '../block-limits.js';
import type { BlockSignal, BlockStatus } from '../block-signal.js';
import { bytesOf } from '../block-table.js';
import { Damage } from '../damage.js';
import { RecordKind } from '../log-record.js';
import { traceIdOfWords, wordsAt } from '../trace-words.js';
import type { LogPosition, WriteAheadLog } from '../write-ahead-log.js';
import { WriteError } from '../write-error.js';
import { BlockReader } from './block-reader.js';
import { summarize, type BlockSummary } from './block-summary.js';
import { CallEdges } from './call-edges.js';
import { OpenSpans } from './open-spans.js';
import { compareOperations, operationKey } from './operation-catalog.js';
import { OriginTable } from './origin.js';
import { RedTally } from './red-tally.js';
import { SealedBlocks } from './sealed-blocks.js';
import { sealSpanBlock } from './sealed-span-block.js';
import { TraceArchive } from './trace-archive.js';
import { collectSpans, type SpansByOrigin } from './trace-assembly.js';
import { TraceSearch } from './trace-search.js';

/** How much may wait in memory while blocks cannot be written, in times of what fills a block. */
const MAX_WAITING_BLOCKS = 8;

export interface BlockTraceStoreOptions {
  readonly database: BlockDatabase;
  readonly log: WriteAheadLog;
  /** Waits until what was appended is as durable as was asked for. */
  readonly settle: () => Promise<void>;
  /** The same for what was written to the database. */
  readonly settleDatabase: () => void;
  /** Called when what is in the log may be needed no longer. */
  readonly onSealed: () => void;
  readonly report: (message: string) => void;
  readonly now: () => number;
  readonly maxBytes: number;
  readonly maxAgeMillis: number;
  readonly spansPerBlock: number;
  readonly bytesPerBlock: number;
  readonly cacheBytes: number;
}

/** The newest spans are in an open block, all others in sealed ones; every question looks at both. */
export class BlockTraceStore implements TraceStore, BlockSignal {
  readonly recordKind = RecordKind.traces;
  readonly signal = 'traces';
  private readonly damage: Damage;
  private readonly limits: BlockLimits;
  private readonly sealed: SealedBlocks;
  private readonly reader: BlockReader;
  private readonly open: OpenSpans;
  private readonly archive: TraceArchive;
  private readonly search: TraceSearch;
  private readonly callEdgeCounts: CallEdges;
  private evictedSpans = 0;
  /** After a failure to seal, the next attempt waits until so many more spans have come. */
  private sealAtSpans = 0;

  constructor(private readonly options: BlockTraceStoreOptions) {
    const { cacheBytes, spansPerBlock, bytesPerBlock, database, report, now } = options;
    const origins = new OriginTable();
    this.damage = new Damage(report);
    this.limits = new BlockLimits(options.maxBytes, options.maxAgeMillis, now);
    this.sealed = new SealedBlocks(database.spans, this.damage);
    const { sealed, damage } = this;
    this.reader = new BlockReader({ database, sealed, origins, damage, cacheBytes });
    const { reader } = this;
    const block = sealed.load() + 1;
    this.open = new OpenSpans({ block, sealed, reader, origins, now, spansPerBlock, bytesPerBlock });
    const { maxBytes } = options;
    this.archive = new TraceArchive({ database, origins, damage, now, maxBytes, report });
    this.search = new TraceSearch(sealed, reader, this.archive, this.open);
    this.callEdgeCounts = new CallEdges(sealed, reader, this.open);
  }

  async append(request: Uint8Array): Promise<void> {
    if (this.open.walk(request) === 0) return;
    this.refuseWhileFull();
    const end = this.options.log.append(this.recordKind, request);
    this.open.add(request, end);
    this.sealIfFull(end);
    this.dropSurplus();
    await this.options.settle();
  }

  replay(request: Uint8Array, end: LogPosition): void {
    this.open.walk(request);
    this.open.add(request, end);
    this.sealIfFull(end);
  }

  async getTrace(traceId: TraceId): Promise<Trace | undefined> {
    return this.search.trace(traceId);
  }

  async archiveTrace(traceId: TraceId): Promise<boolean> {
    const spans = await this.search.spansOf(traceId);
    if (spans.size === 0) return false;
    this.archive.add(traceId, spans);
    this.dropSurplus();
    this.options.settleDatabase();
    return true;
  }

  async findTraces(query: TraceQuery): Promise<Trace[]> {
    return this.search.find(query);
  }

  async countTraces(query: TraceQuery): Promise<number> {
    return this.search.count(query);
  }

  async services(): Promise<string[]> {
    const names = new Set(this.sealed.operationCatalog.serviceNames());
    for (const block of this.open.blocks) for (const { service } of block.operations) names.add(service);
    return [...names].sort();
  }

  async operations(service: string): Promise<Operation[]> {
    const operations = new Map<string, Operation>();
    for (const { name, kind } of this.sealed.operationCatalog.operations(service)) {
      operations.set(operationKey({ name, kind }), { name, kind });
    }
    for (const block of this.open.blocks) {
      for (const { service: other, name, kind } of block.operations) {
        if (other === service) operations.set(operationKey({ name, kind }), { name, kind });
      }
    }
    return [...operations.values()].sort(compareOperations);
  }

  async dependencies(range: TimeRange): Promise<DependencyLink[]> {
    const edges = await this.callEdgeCounts.within(range, false);
    return edges.map(({ parent, child, callCount, errorCount }) => ({
      parent,
      child,
      callCount,
      errorCount,
    }));
  }

  async callEdges(range: TimeRange): Promise<CallEdge[]> {
    const edges = await this.callEdgeCounts.within(range, true);
    return edges.map(({ latency, ...link }) => ({ ...link, latencies: latency.latencies() }));
  }

  async redMetrics(query: RedQuery): Promise<RedCell[]> {
    const tally = new RedTally(query);
    for (const service of new Set(query.services)) {
      for (const operation of this.sealed.operationCatalog.operations(service)) {
        if (query.kinds.includes(operation.kind)) tally.addAll(operation, operation.periods);
      }
    }
    for (const block of this.open.blocks) {
      const { operations, operationPeriods } = summarize(block, []);
      for (const cell of operationPeriods) {
        const operation = operations[cell.operation];
        if (!operation || !query.services.includes(operation.service)) continue;
        if (query.kinds.includes(operation.kind)) tally.add(operation, cell);
      }
    }
    return tally.cells();
  }

  async stats(): Promise<TraceStoreStats> {
    return {
      traces: this.search.traceCount,
      spans: this.sealed.spanCount + this.open.spanCount,
      bytes: this.bytes,
      evictedSpans: this.evictedSpans,
    };
  }

  status(): BlockStatus {
    return {
      blocks: this.sealed.size,
      damagedBlocks: this.damage.blockCount,
      duplicates: this.open.duplicates,
    };
  }

  async close(): Promise<void> {
    // The files belong to whoever opened them; what is not in a block is in the log.
  }

  get firstUnsealed(): LogPosition | undefined {
    return this.open.firstEnd;
  }

  sealOpen(): void {
    if (this.open.spanCount > 0) this.seal(this.options.log.end);
  }

  dropExpired(): boolean {
    const expired = this.limits.tooOld(this.sealed.values());
    if (expired.length > 0) return this.drop(expired);
    const { firstArrivalMillis } = this.open;
    if (
      this.sealed.size === 0 &&
      firstArrivalMillis !== undefined &&
      this.limits.isTooOld(firstArrivalMillis)
    ) {
      this.sealOpen();
      return true;
    }
    return this.dropSurplus();
  }

  private get bytes(): number {
    return this.sealed.bytes + this.open.bodyLength + this.archive.bytes;
  }

  private refuseWhileFull(): void {
    const { spansPerBlock, bytesPerBlock } = this.options;
    const { spanCount, bodyLength } = this.open;
    if (spanCount < MAX_WAITING_BLOCKS * spansPerBlock && bodyLength < MAX_WAITING_BLOCKS * bytesPerBlock)
      return;
    // Sealing failed for some time: whoever sends now has to know that nothing more can be kept.
    this.seal(this.options.log.end);
  }

  /** Only between requests, so that a position in the log separates what is sealed from what is not. */
  private sealIfFull(end: LogPosition): void {
    const { spanCount, isDue } = this.open;
    if (!isDue || spanCount < this.sealAtSpans) return;
    try {
      this.seal(end);
    } catch (error) {
      if (!(error instanceof WriteError)) throw error;
      // Nothing is lost: the log has it. The next request tries again.
      this.sealAtSpans = spanCount + this.options.spansPerBlock;
      this.options.report(`${error.message} What arrived stays in memory and in the log until then.`);
    }
  }

  private seal(end: LogPosition): void {
    const { database, now, onSealed } = this.options;
    const arrivedMillis = now();
    const blocks = this.open.blocks.map((open) => sealSpanBlock(open, arrivedMillis));
    database.seal(this.signal, end, () => {
      for (const { encoded } of blocks) {
        database.spans.insert(encoded);
        database.spanBodies.insert(encoded.block, encoded.chunks ?? []);
      }
    });
    for (const { encoded, summary } of blocks) {
      this.sealed.remember({ block: encoded.block, arrivedMillis, bytes: bytesOf(encoded) }, summary);
    }
    this.sealAtSpans = 0;
    this.open.begin();
    onSealed();
  }

  /** @returns whether there is more to drop */
  private dropSurplus(): boolean {
    const { maxBytes } = this.limits;
    if (this.bytes <= maxBytes) return false;
    const surplus = this.limits.tooMuch(this.sealed.values(), this.bytes);
    return this.drop(surplus) && this.bytes > maxBytes && this.sealed.size > 0;
  }

  /** @returns false when the file could not be written */
  private drop(blocks: readonly number[]): boolean {
    if (blocks.length === 0) return true;
    const { database, report } = this.options;
    const summaries = blocks.map((block) => this.reader.summary(block));
    try {
      this.archive.absorb(this.archivedSpansIn(blocks, summaries), () => {
        database.spans.delete(blocks);
        database.spanBodies.delete(blocks);
      });
    } catch (error) {
      if (!(error instanceof WriteError)) throw error;
      report(`${error.message} What is too old or too much is kept until then.`);
      return false;
    }
    for (const [i, block] of blocks.entries()) this.forget(block, summaries[i]);
    if (summaries.includes(undefined)) this.sealed.reload(this.open.blocks.flatMap(({ calls }) => calls));
    return true;
  }

  /** Spans of archived traces that are about to go with their blocks. */
  private archivedSpansIn(
    blocks: readonly number[],
    summaries: readonly (BlockSummary | undefined)[],
  ): Map<TraceId, SpansByOrigin> {
    const spansByTrace = new Map<TraceId, SpansByOrigin>();
    if (this.archive.isEmpty) return spansByTrace;
    for (const [i, block] of blocks.entries()) {
      const traceWords = summaries[i]?.traceWords ?? new Uint32Array(0);
      for (let trace = 0; 4 * trace < traceWords.length; trace++) {
        const words = wordsAt(traceWords, trace);
        const traceId = traceIdOfWords(...words);
        const rows = this.archive.has(traceId) ? this.reader.rows(block) : undefined;
        if (!rows) continue;
        const spans = spansByTrace.get(traceId) ?? (new Map() as SpansByOrigin);
        spansByTrace.set(traceId, spans);
        collectSpans(rows, (chunk) => this.reader.chunk(block, chunk), words, spans);
      }
    }
    return spansByTrace;
  }

  private forget(block: number, summary: BlockSummary | undefined): void {
    this.evictedSpans += this.sealed.forget(block, summary);
    this.reader.forget(block);
    if (!summary) return;
    for (let trace = 0; 4 * trace < summary.traceWords.length; trace++) {
      this.open.forgetTrace(...wordsAt(summary.traceWords, trace));
    }
  }
}
