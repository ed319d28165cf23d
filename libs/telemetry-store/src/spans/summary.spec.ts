import { describe, expect, it } from '@jest/globals';
import { SpanKind } from '@lantern/telemetry-model';
import fc from 'fast-check';
import { decodeSpanSummary, encodeSpanSummary, type SpanSummary } from './summary.js';
import { LatencyHistogram, latencyBucket } from './latency-histogram.js';

/** Summary of a block whose operation has one call for each latency. */
const summaryOf = (latencies: readonly number[]): SpanSummary => {
  const latency = new LatencyHistogram();
  for (const nanos of latencies) latency.add(nanos);
  return {
    spanCount: latencies.length,
    minStart: 0n,
    maxStart: 0n,
    maxDurationNanos: Math.max(...latencies),
    operations: [{ service: 'web', name: 'GET /', kind: SpanKind.server }],
    operationPeriods: [{ operation: 0, period: 0, calls: latencies.length, errors: 0, latency }],
    calls: [],
    traceWords: Uint32Array.of(1, 2, 3, 4),
  };
};

/** Two numbers above 16,383, as varints. */
const BYTES_OF_SUMS = 6;

const latenciesOf = (bytes: Uint8Array) => decodeSpanSummary(bytes).operationPeriods[0]?.latency.latencies();

describe('Summary of a block of spans', () => {
  it('A summary keeps latencies exactly if those of a bucket are equal', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 2 ** 45, noNaN: true }),
        fc.integer({ min: 1, max: 100 }),
        (nanos, count) => {
          const whole = Math.floor(nanos);
          const decoded = latenciesOf(encodeSpanSummary(summaryOf(Array<number>(count).fill(whole))));
          expect(decoded).toEqual([[whole, count]]);
        },
      ),
    );
  });

  it('A summary keeps the mean of different latencies of a bucket, and the order of buckets', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { minLength: 1 }), (latencies) => {
        const buckets = Map.groupBy(
          latencies.toSorted((a, b) => a - b),
          latencyBucket,
        );
        const means = Array.from(buckets.values(), (own) => [
          Math.floor(own.reduce((sum, nanos) => sum + nanos, 0) / own.length),
          own.length,
        ]);
        expect(latenciesOf(encodeSpanSummary(summaryOf(latencies)))).toEqual(means);
      }),
    );
  });

  it('A summary of an earlier version, without sums, has the middle of each bucket as its latency', () => {
    const bytes = encodeSpanSummary(summaryOf([5e6, 5e6, 80e6]));
    const beforeSums = bytes.subarray(0, bytes.length - BYTES_OF_SUMS);
    expect(latenciesOf(beforeSums)).toEqual([
      [5_111_808, 2],
      [81_788_928, 1],
    ]);
  });
});
