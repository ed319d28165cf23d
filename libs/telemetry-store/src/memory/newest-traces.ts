import type { UnixNano } from '@lantern/telemetry-model';
import type { StoredTrace } from './stored-trace.js';

interface Hit {
  readonly trace: StoredTrace;
  readonly start: UnixNano;
}

/** The `limit` newest traces of those that are offered, in any order, newest first. */
export class NewestTraces {
  private readonly hits: Hit[] = [];

  constructor(private readonly limit: number) {}

  /** False when a trace that matches at `start` would be too old: it need not be looked at. */
  wants(start: UnixNano): boolean {
    const oldest = this.hits.at(-1);
    return this.hits.length < this.limit || (oldest !== undefined && start >= oldest.start);
  }

  offer(trace: StoredTrace, start: UnixNano): void {
    const hit = { trace, start };
    let low = 0;
    let high = this.hits.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (before(this.hits[middle] as Hit, hit)) low = middle + 1;
      else high = middle;
    }
    this.hits.splice(low, 0, hit);
    if (this.hits.length > this.limit) this.hits.pop();
  }

  traces(): StoredTrace[] {
    return this.hits.map(({ trace }) => trace);
  }
}

const before = (a: Hit, b: Hit): boolean =>
  a.start === b.start ? a.trace.traceId < b.trace.traceId : a.start > b.start;
