import type { LatencyCounts } from '../../trace-store.js';

const asDouble = new Float64Array(1);
const asWords = new Uint32Array(asDouble.buffer);
const EXPONENT_BIAS = 1023;
/** Buckets an octave: none is wider than a sixteenth of where it begins. */
const STEPS = 16;

/** The bucket of a latency: 0 for none at all, and 1 more than its power of two and the four bits behind it. */
export const latencyBucket = (nanos: number): number => {
  if (nanos < 1) return 0;
  asDouble[0] = nanos;
  return ((asWords[1] ?? 0) >>> 16) - EXPONENT_BIAS * STEPS + 1;
};

const bucketStart = (bucket: number): number =>
  2 ** Math.floor((bucket - 1) / STEPS) * (1 + ((bucket - 1) % STEPS) / STEPS);

/** Whole numbers below 16 have a bucket each, so the middle is not for them. */
const bucketMiddle = (bucket: number): number => {
  if (bucket === 0) return 0;
  const start = bucketStart(bucket);
  return start < STEPS ? start : (start + bucketStart(bucket + 1)) / 2;
};

/**
 * How many latencies fell into which bucket. Buckets grow with what they hold, so that each latency is kept to 3 %
 * whether it is a microsecond or an hour:
 *
 * ```
 * 1000 ns, 1010 ns, 2500 ns  →  bucket 160 (992–1024 ns): 2, bucket 180 (2432–2560 ns): 1
 * ```
 */
export class LatencyHistogram {
  /** Ascending. */
  private readonly buckets: number[] = [];
  private readonly counts: number[] = [];

  /** @param count negative to take back what was added */
  add(bucket: number, count = 1): void {
    let at = this.buckets.length;
    while (at > 0 && (this.buckets[at - 1] ?? 0) >= bucket) at--;
    if (this.buckets[at] !== bucket) {
      this.insert(at, bucket, count);
      return;
    }
    const sum = (this.counts[at] ?? 0) + count;
    if (sum !== 0) {
      this.counts[at] = sum;
      return;
    }
    this.buckets.splice(at, 1);
    this.counts.splice(at, 1);
  }

  /** @param sign -1 to take back what was added */
  addAll(other: LatencyHistogram, sign: 1 | -1 = 1): void {
    const { buckets, counts } = this;
    // Both ascend, so one walk through them is enough.
    let at = 0;
    for (let i = 0; i < other.buckets.length; i++) {
      const bucket = other.buckets[i] ?? 0;
      const count = sign * (other.counts[i] ?? 0);
      while (at < buckets.length && (buckets[at] ?? 0) < bucket) at++;
      if (buckets[at] !== bucket) {
        this.insert(at, bucket, count);
        continue;
      }
      const sum = (counts[at] ?? 0) + count;
      if (sum !== 0) counts[at] = sum;
      else {
        buckets.splice(at, 1);
        counts.splice(at, 1);
      }
    }
  }

  private insert(at: number, bucket: number, count: number): void {
    // Histograms are read and copied in order: most often the end is the place.
    if (at === this.buckets.length) {
      this.buckets.push(bucket);
      this.counts.push(count);
      return;
    }
    this.buckets.splice(at, 0, bucket);
    this.counts.splice(at, 0, count);
  }

  *entries(): Generator<[bucket: number, count: number]> {
    for (let i = 0; i < this.buckets.length; i++) yield [this.buckets[i] ?? 0, this.counts[i] ?? 0];
  }

  get size(): number {
    return this.buckets.length;
  }

  /** Each bucket as the latency in its middle, ascending. */
  latencies(): LatencyCounts {
    return Array.from(this.entries(), ([bucket, count]) => [bucketMiddle(bucket), count] as const);
  }
}
