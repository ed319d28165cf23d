import type { UnixNano } from '@lantern/telemetry-model';
import { lowerBound } from './lower-bound.js';
import type { StoredTrace } from './stored-trace.js';

interface Hit {
  readonly trace: StoredTrace;
  readonly start: UnixNano;
}

/** The `limit` newest traces of those that are offered, in any order. */
export class NewestTraces {
  private readonly hits: Hit[] = [];

  constructor(private readonly limit: number) {}

  /** False when a trace that matches at `start` would be too old: it need not be searched. */
  wants(start: UnixNano): boolean {
    const oldest = this.hits.at(-1);
    return this.hits.length < this.limit || (oldest !== undefined && start >= oldest.start);
  }

  offer(trace: StoredTrace, start: UnixNano): void {
    const hit = { trace, start };
    this.hits.splice(
      lowerBound(this.hits, (other) => comesBefore(other, hit)),
      0,
      hit,
    );
    if (this.hits.length > this.limit) this.hits.pop();
  }

  newestFirst(): StoredTrace[] {
    return this.hits.map(({ trace }) => trace);
  }
}

const comesBefore = (a: Hit, b: Hit): boolean =>
  a.start === b.start ? a.trace.traceId < b.trace.traceId : a.start > b.start;
