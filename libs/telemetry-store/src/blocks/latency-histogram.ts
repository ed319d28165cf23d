const asDouble = new Float64Array(1);
const asWords = new Uint32Array(asDouble.buffer);
const EXPONENT_BIAS = 1023;
/** Buckets an octave: none is wider than a sixteenth of where it begins. */
const STEPS = 16;

/** The bucket of a latency: its power of two and the four bits behind its first. */
export const latencyBucket = (nanos: number): number => {
  if (nanos < 1) return 0;
  asDouble[0] = nanos;
  return ((asWords[1] ?? 0) >>> 16) - EXPONENT_BIAS * STEPS;
};

const bucketStart = (bucket: number): number =>
  2 ** Math.floor(bucket / STEPS) * (1 + (bucket % STEPS) / STEPS);

/**
 * How many latencies fell into which bucket. Buckets grow with what they hold, so that a quantile is right to
 * 3 % whether it is a microsecond or an hour:
 *
 * ```
 * 1000 ns, 1010 ns, 2500 ns  →  bucket 159 (992–1024 ns): 2, bucket 179 (2432–2560 ns): 1
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
      this.buckets.splice(at, 0, bucket);
      this.counts.splice(at, 0, count);
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
    for (const [bucket, count] of other.entries()) this.add(bucket, sign * count);
  }

  *entries(): Generator<[bucket: number, count: number]> {
    for (let i = 0; i < this.buckets.length; i++) yield [this.buckets[i] ?? 0, this.counts[i] ?? 0];
  }

  get size(): number {
    return this.buckets.length;
  }

  /**
   * The latency in nanoseconds that the share `quantile` of all does not exceed: the middle of its bucket.
   * Undefined without any.
   */
  quantile(quantile: number): number | undefined {
    const total = this.counts.reduce((sum, count) => sum + count, 0);
    if (total === 0) return undefined;
    let rank = Math.max(1, Math.ceil(quantile * total));
    for (const [bucket, count] of this.entries()) {
      rank -= count;
      if (rank <= 0) return (bucketStart(bucket) + bucketStart(bucket + 1)) / 2;
    }
    return undefined;
  }
}
