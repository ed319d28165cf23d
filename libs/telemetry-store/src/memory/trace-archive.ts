import type { TraceId } from '@lantern/telemetry-model';
import type { SpanOrigins } from './span-origins.js';
import { StoredTrace } from './stored-trace.js';

/** Copies of the traces that are kept for good. */
export class TraceArchive {
  private readonly traces = new Map<TraceId, StoredTrace>();
  private traceBytes = 0;

  constructor(
    private readonly origins: SpanOrigins,
    private readonly maxBytes: number,
  ) {}

  /** What its spans inherit is counted where it is kept. */
  get bytes(): number {
    return this.traceBytes;
  }

  get freeBytes(): number {
    return this.maxBytes - this.traceBytes;
  }

  has(traceId: TraceId): boolean {
    return this.traces.has(traceId);
  }

  /** By how much the archive grows when these spans are added; those that it has already do not count. */
  neededBytes(trace: StoredTrace): number {
    const archived = this.traces.get(trace.traceId);
    return archived ? merged(archived, trace).bytes - archived.bytes : trace.bytes;
  }

  add(trace: StoredTrace): void {
    const archived = this.traces.get(trace.traceId);
    const kept = archived ?? new StoredTrace(trace.traceId, trace.earliestStart);
    const bytesBefore = archived?.bytes ?? 0;
    for (const { span, origin } of trace) if (kept.add(span, origin)) this.origins.hold(origin);
    this.traces.set(trace.traceId, kept);
    this.traceBytes += kept.bytes - bytesBefore;
  }

  /** All that there is of a trace: what is archived, and what is not. */
  with(traceId: TraceId, current: StoredTrace | undefined): StoredTrace | undefined {
    const archived = this.traces.get(traceId);
    return archived && current ? merged(archived, current) : (archived ?? current);
  }
}

const merged = (one: StoredTrace, other: StoredTrace): StoredTrace => {
  const both = new StoredTrace(one.traceId, one.earliestStart);
  for (const trace of [one, other]) for (const { span, origin } of trace) both.add(span, origin);
  return both;
};
