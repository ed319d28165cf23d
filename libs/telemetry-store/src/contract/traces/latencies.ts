import { expect } from '@jest/globals';
import type { LatencyCounts } from '../../trace-store.js';

export const callsIn = (latencies: LatencyCounts | undefined): number =>
  (latencies ?? []).reduce((sum, [, count]) => sum + count, 0);

/** Counts exactly, latencies to 4 %. */
export const expectLatencies = (found: LatencyCounts | undefined, expected: LatencyCounts): void => {
  expect(found?.map(([, count]) => count)).toEqual(expected.map(([, count]) => count));
  for (const [at, [nanos]] of expected.entries()) {
    expect(Math.abs((found?.[at]?.[0] ?? 0) - nanos)).toBeLessThanOrEqual(0.04 * nanos);
  }
};
