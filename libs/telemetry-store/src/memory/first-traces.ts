import type { UnixNano } from '@lantern/telemetry-model';
import { comesBefore, rankOf } from '../trace-place.js';
import type { TraceCursor, TraceQuery } from '../trace-store.js';
import { lowerBound } from './lower-bound.js';
import type { StoredTrace } from './stored-trace.js';

export interface PlacedTrace {
  readonly trace: StoredTrace;
  readonly place: TraceCursor;
}

/** First `limit` traces, in the order of a query, of those that are offered and that come after its cursor. */
export class FirstTraces {
  private readonly hits: PlacedTrace[] = [];

  constructor(private readonly query: TraceQuery) {}

  /** False when a trace that matches at `start` would be too old: it need not be searched. */
  wants(start: UnixNano): boolean {
    const { orderBy = 'recent', limit } = this.query;
    const last = this.hits.at(-1);
    return orderBy !== 'recent' || this.hits.length < limit || !last || start >= last.place.startUnixNano;
  }

  offer(trace: StoredTrace, startUnixNano: UnixNano): void {
    const { orderBy = 'recent', after, limit } = this.query;
    const place = { rank: rankOf(orderBy, trace), startUnixNano, traceId: trace.traceId };
    if (after && !comesBefore(after, place)) return;
    this.hits.splice(
      lowerBound(this.hits, (other) => comesBefore(other.place, place)),
      0,
      { trace, place },
    );
    if (this.hits.length > limit) this.hits.pop();
  }

  inOrder(): readonly PlacedTrace[] {
    return this.hits;
  }
}
