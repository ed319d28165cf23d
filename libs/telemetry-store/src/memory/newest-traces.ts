import type { UnixNano } from '@lantern/telemetry-model';
import type { TraceCursor } from '../trace-store.js';
import { lowerBound } from './lower-bound.js';
import type { StoredTrace } from './stored-trace.js';

interface Hit {
  readonly trace: StoredTrace;
  readonly start: UnixNano;
}

/** The `limit` newest traces of those that are offered, in any order, and that come after `after`. */
export class NewestTraces {
  private readonly hits: Hit[] = [];

  constructor(
    private readonly limit: number,
    private readonly after: TraceCursor | undefined,
  ) {}

  /** False when a trace that matches at `start` would be too old: it need not be searched. */
  wants(start: UnixNano): boolean {
    const oldest = this.hits.at(-1);
    return this.hits.length < this.limit || (oldest !== undefined && start >= oldest.start);
  }

  offer(trace: StoredTrace, start: UnixNano): void {
    const hit = { trace, start };
    if (this.after && !comesBefore(this.after, placeOf(hit))) return;
    this.hits.splice(
      lowerBound(this.hits, (other) => comesBefore(placeOf(other), placeOf(hit))),
      0,
      hit,
    );
    if (this.hits.length > this.limit) this.hits.pop();
  }

  newestFirst(): StoredTrace[] {
    return this.hits.map(({ trace }) => trace);
  }
}

const placeOf = ({ trace, start }: Hit): TraceCursor => ({ startUnixNano: start, traceId: trace.traceId });

const comesBefore = (a: TraceCursor, b: TraceCursor): boolean =>
  a.startUnixNano === b.startUnixNano ? a.traceId < b.traceId : a.startUnixNano > b.startUnixNano;
