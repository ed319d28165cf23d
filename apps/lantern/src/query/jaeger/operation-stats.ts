import { SPAN_KIND_NAMES, type V3CallStats, type V3Latency, type V3OperationStats } from '@lantern/query-api';
import { SpanKind, type TimeRange } from '@lantern/telemetry-model';
import type { LatencyCounts, RedCell, TraceStore } from '@lantern/telemetry-store';
import { latencyQuantile } from './latency-quantile.js';

/** The store counts in periods of this width: a range is read to the ends of the periods that it cuts. */
const PERIOD_NANO = 10_000_000_000n;

/** Span kinds of calls to a service. Its other spans are internal, or calls to other services. */
const ENTRY_KINDS: readonly SpanKind[] = [SpanKind.server, SpanKind.consumer];

/** Calls, errors and latencies of the operations of services, from counts, without reading spans. */
export const operationStats = async (
  store: TraceStore,
  services: readonly string[],
  { startUnixNano, endUnixNano }: TimeRange,
): Promise<V3OperationStats> => {
  const start = startUnixNano < 0n ? 0n : startUnixNano;
  const end = (endUnixNano / PERIOD_NANO + 1n) * PERIOD_NANO;
  if (end <= start) return { operations: [], services: [] };
  const cells = await store.redMetrics({
    services,
    kinds: Object.values(SpanKind),
    range: { startUnixNano: start - (start % PERIOD_NANO), endUnixNano: end },
    // One period, from 1970 on, holds all of it.
    periodNano: end,
  });
  const entries = Map.groupBy(
    cells.filter(({ kind }) => ENTRY_KINDS.includes(kind)),
    ({ service }) => service,
  );
  return {
    operations: cells.map((cell) => ({
      service: cell.service,
      name: cell.operation,
      // A span of unspecified kind reads as internal, as OpenTelemetry has it.
      spanKind: SPAN_KIND_NAMES[cell.kind] || 'internal',
      ...callStats([cell]),
    })),
    services: Array.from(entries, ([name, own]) => ({ name, ...callStats(own) })),
  };
};

const callStats = (cells: readonly RedCell[]): V3CallStats => ({
  callCount: cells.reduce((sum, { calls }) => sum + calls, 0),
  errorCount: cells.reduce((sum, { errors }) => sum + errors, 0),
  latencyMs: latencyOf(cells.flatMap(({ latencies }) => latencies)),
});

export const latencyOf = (counts: LatencyCounts): V3Latency => {
  const ascending = counts.toSorted(([a], [b]) => a - b);
  const at = (quantile: number) => (latencyQuantile(ascending, quantile) ?? 0) / 1e6;
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
};
