import type { LatencyCounts } from '../../trace-store.js';

export const callsIn = (latencies: LatencyCounts | undefined): number =>
  (latencies ?? []).reduce((sum, [, count]) => sum + count, 0);
