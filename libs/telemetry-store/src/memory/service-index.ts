import type { Span, SpanKind, TraceId } from '@lantern/telemetry-model';
import type { Operation } from '../trace-store.js';
import type { StoredTrace } from './stored-trace.js';

interface ServiceEntry {
  /** Operations with the number of their spans, by name and kind. */
  readonly operations: Map<string, { readonly operation: Operation; spanCount: number }>;
  /** Traces in which the service has spans, with their number. */
  readonly traces: Map<TraceId, { readonly trace: StoredTrace; spanCount: number }>;
}

/**
 * What is known of each service, counted so that it goes with the last span it came from:
 *
 * ```
 * order-service → operations  "POST /orders" server → 2 spans
 *                 traces      …01 → 1 span, …02 → 1 span
 * ```
 */
export class ServiceIndex {
  private readonly services = new Map<string, ServiceEntry>();

  add(service: string, span: Span, trace: StoredTrace): void {
    let entry = this.services.get(service);
    if (!entry) this.services.set(service, (entry = { operations: new Map(), traces: new Map() }));
    const { name, kind } = span;
    const key = operationKey(name, kind);
    const known = entry.operations.get(key);
    if (known) known.spanCount++;
    else entry.operations.set(key, { operation: { name, kind }, spanCount: 1 });
    const inTrace = entry.traces.get(trace.traceId);
    if (inTrace) inTrace.spanCount++;
    else entry.traces.set(trace.traceId, { trace, spanCount: 1 });
  }

  remove(service: string, span: Span): void {
    const entry = this.services.get(service);
    if (!entry) return;
    decrement(entry.operations, operationKey(span.name, span.kind));
    decrement(entry.traces, span.traceId);
    if (entry.traces.size === 0) this.services.delete(service);
  }

  names(): string[] {
    return [...this.services.keys()].sort();
  }

  operations(service: string): Operation[] {
    const operations = this.services.get(service)?.operations.values() ?? [];
    return Array.from(operations, ({ operation }) => ({ ...operation })).sort((a, b) =>
      a.name < b.name ? -1 : a.name > b.name ? 1 : a.kind - b.kind,
    );
  }

  /** In the order in which the service joined them. */
  traces(service: string): StoredTrace[] {
    return Array.from(this.services.get(service)?.traces.values() ?? [], ({ trace }) => trace);
  }
}

const operationKey = (name: string, kind: SpanKind): string => `${kind} ${name}`;

const decrement = <Key>(counts: Map<Key, { spanCount: number }>, key: Key): void => {
  const entry = counts.get(key);
  if (entry && --entry.spanCount === 0) counts.delete(key);
};
