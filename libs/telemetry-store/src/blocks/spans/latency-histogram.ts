import type { LatencyCounts } from '../../trace-store.js';

const asDouble = new Float64Array(1);
const asWords = new Uint32Array(asDouble.buffer);
const EXPONENT_BIAS = 1023;
/** Buckets an octave: none is wider than a sixteenth of where it begins. */
const STEPS = 16;

/** Bucket of a latency: 0 for none at all, and 1 more than its power of two and the four bits behind it. */
export const latencyBucket = (nanos: number): number => {
  if (nanos < 1) return 0;
  asDouble[0] = nanos;
  return ((asWords[1] ?? 0) >>> 16) - EXPONENT_BIAS * STEPS + 1;
};

/** Lowest latency of a bucket. */
export const bucketStart = (bucket: number): number =>
  bucket === 0 ? 0 : 2 ** Math.floor((bucket - 1) / STEPS) * (1 + ((bucket - 1) % STEPS) / STEPS);

/** Latency that stands for a bucket whose sum was not kept. Whole numbers below 16 have a bucket each. */
export const bucketMiddle = (bucket: number): number => {
  const start = bucketStart(bucket);
  return start < STEPS ? start : (start + bucketStart(bucket + 1)) / 2;
};

/**
 * Numbers of latencies by bucket, and the sum of the latencies of each bucket. Buckets grow with what they hold, so that
 * each latency is kept to 6 % whether it is a microsecond or an hour. The mean of a bucket is exact where its latencies
 * are equal:
 *
 * ```
 * 1000 ns, 1010 ns, 2500 ns  →  bucket 160 (992–1024 ns): 2, mean 1005 ns; bucket 180 (2432–2560 ns): 1, mean 2500 ns
 * ```
 */
export class LatencyHistogram {
  /** Ascending. */
  private readonly buckets: number[] = [];
  private readonly counts: number[] = [];
  private readonly sums: number[] = [];

  /** @param sign -1 to take back what was added */
  add(nanos: number, sign: 1 | -1 = 1): void {
    this.addBucket(latencyBucket(nanos), sign, sign * nanos);
  }

  /** Adds latencies of one bucket. @param count negative to take back what was added */
  addBucket(bucket: number, count: number, sum: number): void {
    let at = this.buckets.length;
    while (at > 0 && (this.buckets[at - 1] ?? 0) >= bucket) at--;
    this.addAt(at, bucket, count, sum);
  }

  /** @param sign -1 to take back what was added */
  addAll(other: LatencyHistogram, sign: 1 | -1 = 1): void {
    const { buckets } = this;
    // Both ascend, so one walk through them is enough.
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
    // Histograms are read and copied in order: most often the end is the place.
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

  /** Returns each bucket as the mean of its latencies, ascending. Rounded down, the mean stays within the bucket. */
  latencies(): LatencyCounts {
    return Array.from(this.entries(), ([, count, sum]) => [Math.floor(sum / count), count] as const);
  }
}
