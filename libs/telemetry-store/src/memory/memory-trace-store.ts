import { setImmediate } from 'node:timers/promises';
import { decodeTraceRequest } from '@lantern/otlp';
import {
  DependencyLinker,
  type DependencyLink,
  type Span,
  type TimeRange,
  type Trace,
  type TraceId,
  type UnixNano,
} from '@lantern/telemetry-model';
import { encodeTrace, type EncodedTrace } from '../encoded-trace.js';
import { spanMatcher } from '../span-matcher.js';
import type {
  CallEdge,
  Operation,
  RedCell,
  RedQuery,
  TraceCursor,
  TraceQuery,
  TraceStore,
  TraceStoreStats,
} from '../trace-store.js';
import { ARCHIVE_SHARE, ArchiveFullError } from '../archive-full-error.js';
import { ArrivalQueue } from './arrival-queue.js';
import { FirstTraces, type PlacedTrace } from './first-traces.js';
import { LatencyTally } from './latency-tally.js';
import type { MemoryStoreOptions } from './memory-store-options.js';
import { RedTally } from './red-tally.js';
import { ServiceIndex } from './service-index.js';
import { SpanOrigins, type SpanOrigin } from './span-origins.js';
import { StoredTrace } from './stored-trace.js';
import { TraceArchive } from './trace-archive.js';

/** After so many spans a search lets others have their turn: some ten milliseconds. */
const SPANS_PER_TURN = 20_000;

/** A store that forgets everything with the process, and the oldest trace when it is full. */
export const openMemoryTraceStore = (options: MemoryStoreOptions): TraceStore =>
  new MemoryTraceStore(options);

/**
 * `traces` is the source, the rest is derived from it and shrinks with it in `evictOldest`. Two orders, of which
 * only the first got as far as order-service, look like this:
 *
 * ```
 * traces        …01 → 10 spans, …02 → 3 spans
 * arrived       …01, …02
 * origins       resource and scope of api-gateway → 6 spans, of order-service → 5 spans, …
 * serviceIndex  api-gateway → operations "POST /orders" server → 2 spans, …; traces …01, …02
 *               order-service → operations "POST /orders" server → 1 span, …; traces …01
 * ```
 *
 * An archived trace moves to `archive` when it would be evicted, where only its id finds it.
 *
 * The oldest trace is the one whose first span arrived first: a trace that never ends gives way like any other.
 */
class MemoryTraceStore implements TraceStore {
  private readonly traces = new Map<TraceId, StoredTrace>();
  private readonly arrived = new ArrivalQueue<StoredTrace>();
  private readonly serviceIndex = new ServiceIndex();
  private readonly origins = new SpanOrigins();
  private readonly archive: TraceArchive;
  private readonly maxBytes: number;
  private spanCount = 0;
  private traceBytes = 0;
  private evictedSpans = 0;

  constructor({ maxBytes }: MemoryStoreOptions) {
    this.maxBytes = maxBytes;
    this.archive = new TraceArchive(this.origins, ARCHIVE_SHARE * maxBytes);
  }

  async append(request: Uint8Array): Promise<void> {
    const { resourceSpans, rejected } = decodeTraceRequest(request);
    if (rejected.count > 0) throw new TypeError(`Not sanitised: ${rejected.reasons.join('; ')}`);
    for (const group of resourceSpans) {
      for (const scopeGroup of group.scopeSpans) {
        const origin = this.origins.originOf(group, scopeGroup);
        for (const span of scopeGroup.spans) this.add(span, origin);
      }
    }
    this.makeRoom();
  }

  async getTrace(traceId: TraceId): Promise<Trace | undefined> {
    const current = this.traces.get(traceId);
    return this.archive.with(traceId, current)?.toTrace();
  }

  async getEncodedTrace(traceId: TraceId): Promise<EncodedTrace | undefined> {
    const trace = await this.getTrace(traceId);
    return trace && encodeTrace(trace);
  }

  async archiveTrace(traceId: TraceId): Promise<boolean> {
    const trace = this.traces.get(traceId);
    if (!trace) return this.archive.has(traceId);
    const { archive } = this;
    const neededBytes = archive.neededBytes(trace);
    if (neededBytes > archive.freeBytes) {
      throw new ArchiveFullError(neededBytes, archive.bytes, ARCHIVE_SHARE * this.maxBytes);
    }
    archive.add(trace);
    this.makeRoom();
    return true;
  }

  async findTraces(query: TraceQuery): Promise<Trace[]> {
    return (await this.first(query)).map(({ trace }) => trace.toTrace());
  }

  async eachTrace(query: TraceQuery, take: (trace: EncodedTrace, place: TraceCursor) => void): Promise<void> {
    for (const { trace, place } of await this.first(query)) take(encodeTrace(trace.toTrace()), place);
  }

  async countTraces(query: TraceQuery): Promise<number> {
    let count = 0;
    await this.eachMatch(query, () => count++);
    return count;
  }

  async services(): Promise<string[]> {
    return this.serviceIndex.names();
  }

  async operations(service: string): Promise<Operation[]> {
    return this.serviceIndex.operations(service);
  }

  async dependencies({ startUnixNano, endUnixNano }: TimeRange): Promise<DependencyLink[]> {
    const linker = new DependencyLinker();
    for (const trace of this.traces.values()) {
      if (trace.latestStart < startUnixNano || trace.earliestStart > endUnixNano) continue;
      for (const call of trace.calls()) {
        const { startUnixNano: start } = call.span;
        if (start >= startUnixNano && start <= endUnixNano) linker.add(call);
      }
    }
    return linker.sortedLinks();
  }

  async callEdges({ startUnixNano, endUnixNano }: TimeRange): Promise<CallEdge[]> {
    const linker = new DependencyLinker();
    const latencies = new Map<string, LatencyTally>();
    for (const trace of this.traces.values()) {
      if (trace.latestStart < startUnixNano || trace.earliestStart > endUnixNano) continue;
      for (const call of trace.calls()) {
        const { startUnixNano: start } = call.span;
        if (start < startUnixNano || start > endUnixNano) continue;
        linker.add(call);
        tallyOf(latencies, edgeKey(call)).add(call.span);
      }
    }
    return linker
      .sortedLinks()
      .map((link) => ({ ...link, latencies: latencies.get(edgeKey(link))?.counts() ?? [] }));
  }

  async redMetrics(query: RedQuery): Promise<RedCell[]> {
    const tally = new RedTally(query);
    for (const service of new Set(query.services)) {
      for (const trace of this.serviceIndex.traces(service)) {
        for (const { span, origin } of trace) if (origin.service === service) tally.add(service, span);
      }
    }
    return tally.cells();
  }

  async stats(): Promise<TraceStoreStats> {
    return {
      traces: this.traces.size,
      spans: this.spanCount,
      bytes: this.bytes,
      evictedSpans: this.evictedSpans,
    };
  }

  async close(): Promise<void> {
    // Nothing is open: the memory is free as soon as nobody refers to the store.
  }

  private async first(query: TraceQuery): Promise<readonly PlacedTrace[]> {
    const first = new FirstTraces(query);
    await this.eachMatch(query, (trace, start) => first.offer(trace, start), first);
    return first.inOrder();
  }

  private async eachMatch(
    query: TraceQuery,
    take: (trace: StoredTrace, newestStart: UnixNano) => void,
    first?: FirstTraces,
  ): Promise<void> {
    const { service, range, minTraceDurationNano, maxTraceDurationNano } = query;
    const matches = spanMatcher(query);
    // Those that arrived last are most likely the newest: after them the others need not be searched.
    const candidates = (
      service === undefined ? this.arrived.toArray() : this.serviceIndex.traces(service)
    ).reverse();
    let searchedSpans = 0;
    for (const trace of candidates) {
      if (trace.latestStart < range.startUnixNano || trace.earliestStart > range.endUnixNano) continue;
      if (minTraceDurationNano !== undefined && trace.durationNano < minTraceDurationNano) continue;
      if (maxTraceDurationNano !== undefined && trace.durationNano > maxTraceDurationNano) continue;
      if (first?.wants(trace.latestStart) === false) continue;
      const start = trace.newestStart(matches);
      if (start !== undefined) take(trace, start);
      searchedSpans += trace.spanCount;
      if (searchedSpans < SPANS_PER_TURN) continue;
      await setImmediate();
      searchedSpans = 0;
    }
  }

  private get bytes(): number {
    return this.traceBytes + this.origins.bytes + this.serviceIndex.bytes + this.archive.bytes;
  }

  private makeRoom(): void {
    while (this.bytes > this.maxBytes && this.arrived.length > 0) this.evictOldest();
  }

  private add(span: Span, origin: SpanOrigin): void {
    const trace = this.traceOf(span);
    const bytesBefore = trace.bytes;
    if (!trace.add(span, origin)) return;
    this.traceBytes += trace.bytes - bytesBefore;
    this.spanCount++;
    this.origins.hold(origin);
    this.serviceIndex.add(origin.service, span, trace);
  }

  private traceOf({ traceId, startUnixNano }: Span): StoredTrace {
    const known = this.traces.get(traceId);
    if (known) return known;
    const trace = new StoredTrace(traceId, startUnixNano);
    this.traces.set(traceId, trace);
    this.arrived.push(trace);
    this.traceBytes += trace.bytes;
    return trace;
  }

  private evictOldest(): void {
    const oldest = this.arrived.shift();
    if (!oldest) return;
    const { archive } = this;
    if (archive.has(oldest.traceId) && archive.neededBytes(oldest) <= archive.freeBytes) archive.add(oldest);
    for (const { span, origin } of oldest) {
      this.serviceIndex.remove(origin.service, span);
      this.origins.release(origin);
    }
    this.traces.delete(oldest.traceId);
    this.traceBytes -= oldest.bytes;
    this.spanCount -= oldest.spanCount;
    this.evictedSpans += oldest.spanCount;
  }
}

const edgeKey = ({ parent, child }: { readonly parent: string; readonly child: string }): string =>
  JSON.stringify([parent, child]);

const tallyOf = (tallies: Map<string, LatencyTally>, key: string): LatencyTally => {
  const tally = tallies.get(key) ?? new LatencyTally();
  tallies.set(key, tally);
  return tally;
};
