import { durationNano, type Span } from '@lantern/telemetry-model';
import type { LatencyCounts } from '../trace-store.js';

/** How often which latency occurred, each as it is. */
export class LatencyTally {
  private readonly countByNanos = new Map<number, number>();

  add(span: Pick<Span, 'startUnixNano' | 'endUnixNano'>): void {
    const nanos = Number(durationNano(span));
    this.countByNanos.set(nanos, (this.countByNanos.get(nanos) ?? 0) + 1);
  }

  counts(): LatencyCounts {
    return [...this.countByNanos].sort(([a], [b]) => a - b);
  }
}
