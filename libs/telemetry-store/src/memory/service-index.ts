import type { Span, SpanKind, TraceId } from '@lantern/telemetry-model';
import type { Operation } from '../trace-store.js';
import { MAP_SLOT, SMALL_MAP, bytesOfObject, bytesOfText } from './heap-bytes.js';
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
  private totalBytes = 0;

  get bytes(): number {
    return this.totalBytes;
  }

  add(service: string, span: Span, trace: StoredTrace): void {
    const entry = this.entryOf(service);
    const { name, kind } = span;
    const key = operationKey(name, kind);
    const known = entry.operations.get(key);
    if (known) known.spanCount++;
    else {
      entry.operations.set(key, { operation: { name, kind }, spanCount: 1 });
      this.totalBytes += bytesOfOperation(key);
    }
    const inTrace = entry.traces.get(trace.traceId);
    if (inTrace) inTrace.spanCount++;
    else {
      entry.traces.set(trace.traceId, { trace, spanCount: 1 });
      this.totalBytes += TRACE_BYTES;
    }
  }

  remove(service: string, span: Span): void {
    const entry = this.services.get(service);
    if (!entry) return;
    const key = operationKey(span.name, span.kind);
    if (decrement(entry.operations, key)) this.totalBytes -= bytesOfOperation(key);
    if (decrement(entry.traces, span.traceId)) this.totalBytes -= TRACE_BYTES;
    if (entry.traces.size > 0) return;
    this.services.delete(service);
    this.totalBytes -= SERVICE_BYTES;
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

  private entryOf(service: string): ServiceEntry {
    const known = this.services.get(service);
    if (known) return known;
    const entry: ServiceEntry = { operations: new Map(), traces: new Map() };
    this.services.set(service, entry);
    this.totalBytes += SERVICE_BYTES;
    return entry;
  }
}

const SERVICE_BYTES = MAP_SLOT + bytesOfObject(2) + 2 * SMALL_MAP;
const TRACE_BYTES = MAP_SLOT + bytesOfObject(2);

const operationKey = (name: string, kind: SpanKind): string => `${kind} ${name}`;

const bytesOfOperation = (key: string): number => MAP_SLOT + 2 * bytesOfObject(2) + bytesOfText(key);

/** True when that was the last one. */
const decrement = <Key>(counts: Map<Key, { spanCount: number }>, key: Key): boolean => {
  const entry = counts.get(key);
  return entry !== undefined && --entry.spanCount === 0 && counts.delete(key);
};
