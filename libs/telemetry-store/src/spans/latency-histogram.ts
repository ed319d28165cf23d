import type { LatencyCounts } from '../trace-store.js';

const asDouble = new Float64Array(1);
const asWords = new Uint32Array(asDouble.buffer);
const EXPONENT_BIAS = 1023;
/** Number of buckets per octave. No bucket is wider than a sixteenth of its lower bound. */
const STEPS = 16;

/**
 * Returns the bucket of a latency. Bucket 0 is for a latency of 0; others combine the power of two and the next four
 * bits.
 */
export const latencyBucket = (nanos: number): number => {
  if (nanos < 1) return 0;
  asDouble[0] = nanos;
  return ((asWords[1] ?? 0) >>> 16) - EXPONENT_BIAS * STEPS + 1;
};

/** Returns the lower bound of a bucket. */
export const bucketStart = (bucket: number): number =>
  bucket === 0 ? 0 : 2 ** Math.floor((bucket - 1) / STEPS) * (1 + ((bucket - 1) % STEPS) / STEPS);

/** Returns the latency that represents a bucket without a stored sum. Integers below 16 have a bucket each. */
export const bucketMiddle = (bucket: number): number => {
  const start = bucketStart(bucket);
  return start < STEPS ? start : (start + bucketStart(bucket + 1)) / 2;
};

/**
 * Number and sum of latencies by bucket. The width of buckets grows with their latencies, so that each latency is
 * accurate to 6 %, from microseconds to hours. The mean of a bucket is exact if its latencies are equal:
 *
 * ```
 * 1000 ns, 1010 ns, 2500 ns  →  bucket 160 (992–1024 ns): 2, mean 1005 ns; bucket 180 (2432–2560 ns): 1, mean 2500 ns
 * ```
 */
export class LatencyHistogram {
  /** Buckets, ascending. */
  private readonly buckets: number[] = [];
  private readonly counts: number[] = [];
  private readonly sums: number[] = [];

  /** @param sign -1 to subtract a latency that was added */
  add(nanos: number, sign: 1 | -1 = 1): void {
    this.addBucket(latencyBucket(nanos), sign, sign * nanos);
  }

  /** Adds latencies of one bucket. @param count negative to subtract latencies that were added */
  addBucket(bucket: number, count: number, sum: number): void {
    let at = this.buckets.length;
    while (at > 0 && (this.buckets[at - 1] ?? 0) >= bucket) at--;
    this.addAt(at, bucket, count, sum);
  }

  /** @param sign -1 to subtract latencies that were added */
  addAll(other: LatencyHistogram, sign: 1 | -1 = 1): void {
    const { buckets } = this;
    // Both lists ascend, so one pass over them is enough.
    let at = 0;
    for (let i = 0; i < other.buckets.length; i++) {
      const bucket = other.buckets[i] ?? 0;
      while (at < buckets.length && (buckets[at] ?? 0) < bucket) at++;
      this.addAt(at, bucket, sign * (other.counts[i] ?? 0), sign * (other.sums[i] ?? 0));
    }
  }

  /** @param at index of the first bucket that is not lower */
  private addAt(at: number, bucket: number, count: number, sum: number): void {
    const { buckets, counts, sums } = this;
    if (buckets[at] === bucket) {
      const left = (counts[at] ?? 0) + count;
      if (left !== 0) {
        counts[at] = left;
        sums[at] = (sums[at] ?? 0) + sum;
        return;
      }
      for (const list of [buckets, counts, sums]) list.splice(at, 1);
      return;
    }
    // Histograms are read and copied in order, so a bucket most often belongs at the end.
    if (at === buckets.length) {
      buckets.push(bucket);
      counts.push(count);
      sums.push(sum);
      return;
    }
    buckets.splice(at, 0, bucket);
    counts.splice(at, 0, count);
    sums.splice(at, 0, sum);
  }

  *entries(): Generator<[bucket: number, count: number, sum: number]> {
    for (let i = 0; i < this.buckets.length; i++) {
      yield [this.buckets[i] ?? 0, this.counts[i] ?? 0, this.sums[i] ?? 0];
    }
  }

  get size(): number {
    return this.buckets.length;
  }

  /** Returns the mean of each bucket's latencies, ascending. The mean is rounded down and stays within its bucket. */
  latencies(): LatencyCounts {
    return Array.from(this.entries(), ([, count, sum]) => [Math.floor(sum / count), count] as const);
  }
}
