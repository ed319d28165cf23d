import type { LatencyCounts } from '@lantern/telemetry-store';

/** The latency in nanoseconds that the share `quantile` of all does not exceed; undefined without any. */
export const latencyQuantile = (latencies: LatencyCounts, quantile: number): number | undefined => {
  const total = latencies.reduce((sum, [, count]) => sum + count, 0);
  let rank = Math.max(1, Math.ceil(quantile * total));
  for (const [nanos, count] of latencies) {
    rank -= count;
    if (rank <= 0) return nanos;
  }
  return undefined;
};
