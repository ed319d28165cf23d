import { checkTraceRequest, type CheckedTraceRequest } from '@lantern/otlp';
import type { DependencyLink, TimeRange, Trace, TraceId } from '@lantern/telemetry-model';
import { decodeTraceSteps, type EncodedTrace } from '../encoded-trace.js';
import type {
  CallEdge,
  HoldBytes,
  Operation,
  PlacedTrace,
  RedCell,
  RedQuery,
  TraceQuery,
  TraceStore,
  TraceStoreStats,
} from '../trace-store.js';
import { bytesOf } from '../file/block-table.js';
import { joinChanges } from '../file/change.js';
import { RecordKind } from '../journal/journal-record.js';
import { finish, finishInTurns, type Steps } from '../blocks/steps.js';
import { SignalBlocks, type SignalBlocksOptions } from '../blocks/signal-blocks.js';
import { traceIdOfWords, wordsAt } from '../blocks/trace-words.js';
import type { JournalPosition } from '../journal/journal.js';
import { SpanBlockReader } from './block-reader.js';
import { summarizeSpans, type SpanSummary } from './summary.js';
import { CallEdges } from './call-edges.js';
import { OpenSpans } from './open-rows.js';
import { compareOperations, operationKey } from './operation-catalog.js';
import { OriginTable } from './origin.js';
import { RedTally } from './red-tally.js';
import { SealedSpanBlocks } from './sealed-blocks.js';
import { sealSpanBlock, type SealedSpanParts } from './sealed-block.js';
import { TraceArchive } from './trace-archive.js';
import { collectSpans, encodeSpans, type SpansByOrigin } from './trace-assembly.js';
import { TraceSearch } from './search.js';
import { Turn } from '../turn.js';

/** Number of operations whose calls are summed in one step. */
const OPERATIONS_PER_STEP = 256;

/** Trace store with the newest spans in an open block and all others in sealed blocks. Every query searches both. */
export class BlockTraceStore extends SignalBlocks implements TraceStore {
  readonly recordKind = RecordKind.traces;
  readonly signal = 'traces';
  protected readonly sealed: SealedSpanBlocks;
  protected readonly open: OpenSpans;
  private readonly reader: SpanBlockReader;
  private readonly archive: TraceArchive;
  private readonly search: TraceSearch;
  private readonly callEdgeCounts: CallEdges;

  constructor(options: SignalBlocksOptions) {
    super(options);
    const { cacheBytes, rowsPerBlock, bytesPerBlock, database, report, now } = options;
    const origins = new OriginTable();
    this.sealed = new SealedSpanBlocks(database.spans, this.damage);
    const { sealed, damage } = this;
    this.reader = new SpanBlockReader({ database, sealed, origins, damage, cacheBytes });
    const { reader } = this;
    const block = sealed.load() + 1;
    this.open = new OpenSpans({ block, sealed, reader, origins, now, rowsPerBlock, bytesPerBlock });
    const { maxBytes } = options;
    this.archive = new TraceArchive({ database, origins, damage, now, maxBytes, report });
    this.search = new TraceSearch(sealed, reader, this.archive, this.open);
    this.callEdgeCounts = new CallEdges(sealed, reader, this.open);
  }

  async append(request: CheckedTraceRequest): Promise<void> {
    assertSanitized(request);
    if (request.columns.spanCount === 0) return;
    await this.appendRecord(
      () => request.bytes,
      (end) => this.open.add(request, end),
    );
  }

  replay(bytes: Uint8Array, end: JournalPosition): void {
    const request = checkTraceRequest(bytes);
    assertSanitized(request);
    finish(this.open.add(request, end));
    this.sealIfFull(end);
  }

  async getTrace(traceId: TraceId): Promise<Trace | undefined> {
    const trace = await this.getEncodedTrace(traceId);
    return trace && finishInTurns(decodeTraceSteps(trace), new Turn());
  }

  async getEncodedTrace(traceId: TraceId, hold?: HoldBytes): Promise<EncodedTrace | undefined> {
    return this.search.trace(traceId, hold);
  }

  async archiveTrace(traceId: TraceId, hold?: HoldBytes): Promise<boolean> {
    const spans = await this.search.spansOf(traceId, hold);
    if (spans.size === 0) return false;
    const encoded = await finishInTurns(encodeSpans(spans), new Turn());
    this.options.database.assertThere();
    this.archive.add(traceId, encoded);
    this.dropSurplus();
    await this.options.settleDatabase();
    return true;
  }

  async findTraces(query: TraceQuery): Promise<Trace[]> {
    const found: Trace[] = [];
    const turn = new Turn();
    for await (const { trace } of this.eachTrace(query))
      found.push(await finishInTurns(decodeTraceSteps(trace), turn));
    return found;
  }

  eachTrace(query: TraceQuery, hold?: HoldBytes): AsyncGenerator<PlacedTrace, void> {
    return this.search.find(query, hold);
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
    const turn = new Turn();
    let tally = await finishInTurns(this.tallying(query), turn);
    // A busy store may seal a block in each turn, so the second try takes none.
    tally ??= finish(this.tallying(query));
    return tally ? finishInTurns(tally.cells(), turn) : [];
  }

  /** Sums the calls of a query. Returns undefined if a block was sealed in between, whose calls would count twice. */
  private *tallying(query: RedQuery): Steps<RedTally | undefined> {
    const tally = new RedTally(query);
    const [firstOpen] = this.open.blocks;
    const services = new Set(query.services);
    for (const block of this.open.blocks) {
      const { operations, operationPeriods } = summarizeSpans(block, []);
      for (const cell of operationPeriods) {
        const operation = operations[cell.operation];
        if (!operation || !services.has(operation.service)) continue;
        if (query.kinds.includes(operation.kind)) tally.add(operation, cell);
      }
    }
    let count = 0;
    for (const service of services) {
      for (const operation of this.sealed.operationCatalog.operations(service)) {
        if (query.kinds.includes(operation.kind)) tally.addAll(operation, operation.periods);
        if (++count % OPERATIONS_PER_STEP === 0) yield;
      }
    }
    return this.open.blocks[0] === firstOpen ? tally : undefined;
  }

  async stats(): Promise<TraceStoreStats> {
    return {
      traces: this.search.traceCount,
      spans: this.sealed.rowCount + this.open.rowCount,
      bytes: this.bytes,
      evictedSpans: this.evictedRows,
    };
  }

  override async clear(): Promise<void> {
    // Blocks that are dropped leave their spans to the archived traces.
    this.archive.clear();
    await super.clear();
  }

  protected get bytes(): number {
    return this.sealed.bytes + this.open.byteLength + this.archive.bytes;
  }

  protected *sealBlocks(end: JournalPosition, arrivedMillis: number): Steps {
    const { database } = this.options;
    const blocks: SealedSpanParts[] = [];
    for (const open of this.open.blocks) {
      blocks.push(yield* sealSpanBlock(open, arrivedMillis));
      yield;
    }
    database.seal(
      this.signal,
      end,
      blocks.flatMap(({ encoded }) => [
        database.spans.insertion(encoded),
        database.spanBodies.insertion(encoded.block, encoded.chunks ?? []),
      ]),
    );
    for (const { encoded, summary } of blocks) {
      this.sealed.remember({ block: encoded.block, arrivedMillis, bytes: bytesOf(encoded) }, summary);
    }
    this.open.begin();
  }

  protected removeBlocks(blocks: readonly number[]): void {
    const { database } = this.options;
    const summaries = blocks.map((block) => this.reader.summary(block));
    this.archive.absorb(
      this.archivedSpansIn(blocks, summaries),
      joinChanges([database.spans.deletion(blocks), database.spanBodies.deletion(blocks)]),
    );
    for (const [i, block] of blocks.entries()) this.forget(block, summaries[i]);
    if (summaries.includes(undefined)) this.sealed.reload(this.open.blocks.flatMap(({ calls }) => calls));
  }

  protected clearRest(end: JournalPosition): void {
    this.options.database.seal(this.signal, end, []);
  }

  /** Returns the spans of archived traces that would be dropped with these blocks. */
  private archivedSpansIn(
    blocks: readonly number[],
    summaries: readonly (SpanSummary | undefined)[],
  ): Map<TraceId, SpansByOrigin> {
    const spansByTrace = new Map<TraceId, SpansByOrigin>();
    if (this.archive.isEmpty) return spansByTrace;
    for (const [i, block] of blocks.entries()) {
      const traceWords = summaries[i]?.traceWords ?? new Uint32Array(0);
      for (let trace = 0; 4 * trace < traceWords.length; trace++) {
        const words = wordsAt(traceWords, trace);
        const traceId = traceIdOfWords(words);
        const rows = this.archive.has(traceId) ? this.reader.rows(block) : undefined;
        if (!rows) continue;
        const spans = spansByTrace.get(traceId) ?? (new Map() as SpansByOrigin);
        spansByTrace.set(traceId, spans);
        collectSpans(rows, (chunk) => this.reader.chunk(block, chunk), words, spans);
      }
    }
    return spansByTrace;
  }

  private forget(block: number, summary: SpanSummary | undefined): void {
    this.sealed.forget(block, summary);
    this.reader.forget(block);
    if (!summary) return;
    for (let trace = 0; 4 * trace < summary.traceWords.length; trace++) {
      this.open.forgetTrace(wordsAt(summary.traceWords, trace));
    }
  }
}

/** @throws TypeError */
const assertSanitized = ({ rejectedSpans }: CheckedTraceRequest): void => {
  if (rejectedSpans > 0) throw new TypeError(`Not sanitized: ${rejectedSpans} spans have invalid IDs`);
};
