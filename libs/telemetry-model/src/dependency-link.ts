import type { SpanId } from './ids.js';
import { serviceNameOf } from './resource.js';
import { SpanKind, StatusCode, type Span } from './span.js';
import type { SpanInContext } from './trace.js';

/** Calls from one service to another, counted per called span. */
export interface DependencyLink {
  readonly parent: string;
  readonly child: string;
  readonly callCount: number;
  /** Number of calls whose called span has status ERROR. */
  readonly errorCount: number;
}

/** A span of one service whose parent is a span of another. */
export interface ServiceCall {
  readonly parent: string;
  readonly child: string;
  /** Called span. */
  readonly span: Span;
}

interface SpanOfService {
  readonly span: Span;
  readonly service: string;
}

/**
 * Returns the calls between different services within one trace.
 *
 * A span without its parent in the trace is not a call, because its caller is unknown. Spans with the same ID and kind
 * count once: an exporter may send a span while it runs and again when it has ended. Only the direct parent counts, so a
 * cycle of parents has no effect.
 *
 * Zipkin's libraries may give the client and the server span of a call the same ID:
 *
 * ```
 * web     GET /orders   SERVER  id=1
 * web       POST        CLIENT  id=2  parent=1
 * orders    POST        SERVER  id=2  parent=1   called by the CLIENT with its own id: web → orders
 * stock       reserve   SERVER  id=3  parent=2   called by the SERVER half of id 2:    orders → stock
 * ```
 *
 * @see https://zipkin.io/pages/instrumenting.html ("Shared spans")
 */
export const serviceCalls = (trace: Iterable<SpanInContext>): ServiceCall[] => {
  const byId = new Map<SpanId, SpanOfService[]>();
  for (const { span, resource } of trace) {
    const sharers = byId.get(span.spanId);
    const spanOfService = { span, service: serviceNameOf(resource) };
    if (!sharers) byId.set(span.spanId, [spanOfService]);
    else if (sharers.every((other) => other.span.kind !== span.kind)) sharers.push(spanOfService);
  }

  const calls: ServiceCall[] = [];
  for (const sharers of byId.values()) {
    for (const { span, service } of sharers) {
      const caller = clientHalfOf(span, sharers) ?? parentOf(span, service, byId);
      if (caller && caller.service !== service) calls.push({ parent: caller.service, child: service, span });
    }
  }
  return calls;
};

const clientHalfOf = (span: Span, sharers: readonly SpanOfService[]): SpanOfService | undefined =>
  span.kind === SpanKind.server ? sharers.find((other) => other.span.kind === SpanKind.client) : undefined;

const parentOf = (
  { parentSpanId }: Span,
  service: string,
  byId: ReadonlyMap<SpanId, readonly SpanOfService[]>,
): SpanOfService | undefined => {
  const candidates = parentSpanId === undefined ? undefined : byId.get(parentSpanId);
  if (!candidates || candidates.length === 1) return candidates?.[0];
  return (
    // A child in the service of the client half belongs to it. A child in another service was called by the server half.
    candidates.find((candidate) => candidate.service === service) ??
    candidates.find((candidate) => candidate.span.kind === SpanKind.server) ??
    candidates[0]
  );
};

/** Sums calls to links. */
export class DependencyLinker {
  private readonly countsByPair = new Map<string, Map<string, Counts>>();

  add({ parent, child, span }: ServiceCall): void {
    const counts = this.countsOf(parent, child);
    counts.callCount++;
    if (span.status.code === StatusCode.error) counts.errorCount++;
  }

  /** Sorted by parent, then child. */
  sortedLinks(): DependencyLink[] {
    const links: DependencyLink[] = [];
    for (const [parent, children] of this.countsByPair) {
      for (const [child, counts] of children) links.push({ parent, child, ...counts });
    }
    return links.sort((a, b) => compare(a.parent, b.parent) || compare(a.child, b.child));
  }

  private countsOf(parent: string, child: string): Counts {
    const children = this.countsByPair.get(parent) ?? new Map<string, Counts>();
    this.countsByPair.set(parent, children);
    const counts = children.get(child) ?? { callCount: 0, errorCount: 0 };
    children.set(child, counts);
    return counts;
  }
}

interface Counts {
  callCount: number;
  errorCount: number;
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
