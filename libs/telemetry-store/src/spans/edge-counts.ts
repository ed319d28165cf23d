import type { DependencyLink } from '@lantern/telemetry-model';
import type { SignedCall } from './summary.js';
import { MAX_EDGES, type CallCell } from './call-rollup.js';
import { LatencyHistogram } from './latency-histogram.js';
import { OTHER_SERVICES } from './operation-catalog.js';

export interface Edge extends DependencyLink {
  readonly latency: LatencyHistogram;
}

/** Adds calls to edges. Beyond a limit, further edges are counted as one, from {@link OTHER_SERVICES} to itself. */
export class EdgeCounts {
  private readonly edges = new Map<string, Edge & { callCount: number; errorCount: number }>();

  /** @param withLatency false skips the work on latencies */
  constructor(private readonly withLatency: boolean) {}

  addCell({ parent, child, calls, errors, latency }: CallCell): void {
    const edge = this.edge(parent, child);
    edge.callCount += calls;
    edge.errorCount += errors;
    if (this.withLatency) edge.latency.addAll(latency);
  }

  add({ parent, child, sign, isError, durationNanos }: SignedCall): void {
    const edge = this.edge(parent, child);
    edge.callCount += sign;
    if (isError) edge.errorCount += sign;
    if (this.withLatency) edge.latency.add(durationNanos, sign);
  }

  /** Returns the edges, sorted by parent, then child. */
  sorted(): Edge[] {
    return [...this.edges.values()]
      .filter(({ callCount }) => callCount > 0)
      .sort((a, b) => compare(a.parent, b.parent) || compare(a.child, b.child));
  }

  private edge(parent: string, child: string): Edge & { callCount: number; errorCount: number } {
    const key = `${parent.length} ${parent}${child}`;
    let edge = this.edges.get(key);
    if (!edge && this.edges.size >= MAX_EDGES && parent !== OTHER_SERVICES) {
      return this.edge(OTHER_SERVICES, OTHER_SERVICES);
    }
    if (!edge) {
      edge = { parent, child, callCount: 0, errorCount: 0, latency: new LatencyHistogram() };
      this.edges.set(key, edge);
    }
    return edge;
  }
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
