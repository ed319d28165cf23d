import type { TraceConditions } from '@lantern/query-api';
import { spansOf, type ResourceSpans, type Trace, type TraceId } from '@lantern/telemetry-model';
import { spanMatcher } from '@lantern/telemetry-store';
import type { TraceDigests } from '../analysis/trace-digests.js';
import { traceQueryOf } from '../trace-query.js';

/** Traces that wait for the client; beyond them the ones that wait longest are dropped, and counted. */
const MAX_WAITING = 500;

/** So many traces that match are remembered: a later span of one need not match itself. */
const MAX_FOLLOWED = 2_000;

/** Matches a span of any time: every arriving span is new. */
const ANY_TIME = { startUnixNano: 0n, endUnixNano: 0xffff_ffff_ffff_ffffn };

/** Traces that one subscribed client has not been sent yet. */
export class LiveSession {
  private readonly matches: ReturnType<typeof spanMatcher>;
  private readonly followed = new Set<TraceId>();
  private waiting = new Set<TraceId>();
  private dropped = 0;

  constructor(private readonly conditions: TraceConditions) {
    this.matches = spanMatcher(traceQueryOf({ ...conditions, range: ANY_TIME, limit: 1, raw: false }));
  }

  get isEmpty(): boolean {
    return this.waiting.size === 0 && this.dropped === 0;
  }

  /** Adds the traces of matching spans, and traces that had a matching span before. */
  add(groups: readonly ResourceSpans[]): void {
    for (const candidate of spansOf(groups)) {
      const { traceId } = candidate.span;
      if (this.waiting.has(traceId)) continue;
      if (!this.followed.has(traceId) && !this.matches(candidate)) continue;
      this.follow(traceId);
      this.waiting.add(traceId);
      if (this.waiting.size > MAX_WAITING) this.dropOldest();
    }
  }

  /** Removes and returns up to `limit` traces to send, in the order in which they arrived. */
  take(limit: number): TraceId[] {
    const taken = [...this.waiting].slice(0, limit);
    for (const traceId of taken) this.waiting.delete(traceId);
    return taken;
  }

  /** Returns the number of traces dropped since the last call. */
  takeDropped(): number {
    const { dropped } = this;
    this.dropped = 0;
    return dropped;
  }

  /** Whether a trace, as it is by now, is wanted for its own sake: by conditions on all its spans together. */
  async wants(trace: Trace, digests: TraceDigests): Promise<boolean> {
    const condition = this.conditions.filter?.trace;
    if (!this.hasWantedDuration(trace)) return false;
    return (
      condition === undefined || condition.matches(await digests.compute(trace, condition.needsDetections))
    );
  }

  private hasWantedDuration({ resourceSpans }: Trace): boolean {
    const { minTraceDurationNano: min, maxTraceDurationNano: max } = this.conditions;
    if (min === undefined && max === undefined) return true;
    let [start, end]: (bigint | undefined)[] = [];
    for (const { span } of spansOf(resourceSpans)) {
      if (start === undefined || span.startUnixNano < start) start = span.startUnixNano;
      if (end === undefined || span.endUnixNano > end) end = span.endUnixNano;
    }
    const duration = (end ?? 0n) - (start ?? 0n);
    return (min === undefined || duration >= min) && (max === undefined || duration <= max);
  }

  private follow(traceId: TraceId): void {
    // Moved to the end: the least recently updated traces are evicted first.
    this.followed.delete(traceId);
    this.followed.add(traceId);
    const [oldest] = this.followed;
    if (this.followed.size > MAX_FOLLOWED && oldest !== undefined) this.followed.delete(oldest);
  }

  private dropOldest(): void {
    const [oldest] = this.waiting;
    if (oldest === undefined) return;
    this.waiting.delete(oldest);
    this.dropped++;
  }
}
