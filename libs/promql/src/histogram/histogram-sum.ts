import {
  CUSTOM_BUCKETS_SCHEMA,
  NO_BUCKETS,
  NO_CUSTOM_VALUES,
  type CounterResetHint,
  type HistogramBuckets,
  type NativeHistogram,
} from '@lantern/telemetry-model';
import { KahanSum } from './kahan-sum.js';
import { coarserIndex, exponentialBound, hasCustomBuckets } from './bucket-bounds.js';

/** Buckets of a sum: one entry per index, with the rounding error of its count. */
interface SummedBuckets {
  readonly indexes: Int32Array;
  readonly sums: Float64Array;
  readonly errors: Float64Array;
}

const NOTHING: SummedBuckets = {
  indexes: NO_BUCKETS.indexes,
  sums: NO_BUCKETS.counts,
  errors: NO_BUCKETS.counts,
};

const summed = ({ indexes, counts }: HistogramBuckets): SummedBuckets =>
  counts.length === 0 ? NOTHING : { indexes, sums: counts.slice(), errors: new Float64Array(counts.length) };

const withCapacity = (capacity: number): SummedBuckets => ({
  indexes: new Int32Array(capacity),
  sums: new Float64Array(capacity),
  errors: new Float64Array(capacity),
});

const firstOf = ({ indexes, sums, errors }: SummedBuckets, count: number): SummedBuckets =>
  count === indexes.length
    ? { indexes, sums, errors }
    : { indexes: indexes.slice(0, count), sums: sums.slice(0, count), errors: errors.slice(0, count) };

/** Two numbers below this have a finite sum. */
const MAX_SAFE_ADDEND = Number.MAX_VALUE / 2;

/** Findings about the added histogram, for annotations. */
export interface AddOutcome {
  /** One histogram has a mark of a counter reset, the other the mark of none. */
  readonly hasResetConflict: boolean;
  /** The custom boundaries differed. The sum has those that both have in common. */
  readonly hasReconciledBounds: boolean;
}

/**
 * Sum of native histograms with Kahan's compensation in each bucket. Reconciles zero thresholds, resolutions and custom
 * boundaries to the coarser ones.
 */
export class HistogramSum {
  private schema: number;
  private zeroThreshold: number;
  private readonly zeroCount = new KahanSum();
  private readonly count = new KahanSum();
  private readonly sum = new KahanSum();
  private positive: SummedBuckets;
  private negative: SummedBuckets;
  private customValues: Float64Array;
  private hint: CounterResetHint;

  constructor(first: NativeHistogram) {
    this.schema = first.schema;
    this.zeroThreshold = first.zeroThreshold;
    this.zeroCount.sum = first.zeroCount;
    this.count.sum = first.count;
    this.sum.sum = first.sum;
    this.positive = summed(first.positive);
    this.negative = summed(first.negative);
    this.customValues = first.customValues;
    this.hint = first.counterResetHint;
  }

  /** Whether a histogram can be added: exponential and custom buckets have nothing in common. */
  accepts(other: NativeHistogram): boolean {
    return (this.schema === CUSTOM_BUCKETS_SCHEMA) === hasCustomBuckets(other);
  }

  /** Adds a histogram times `sign`. It must be {@link accepts accepted}. */
  add(other: NativeHistogram, sign: 1 | -1 = 1): AddOutcome {
    const hasResetConflict = this.mergeHint(other.counterResetHint);
    this.count.add(sign * other.count);
    this.sum.add(sign * other.sum);
    if (this.schema === CUSTOM_BUCKETS_SCHEMA) {
      return { hasResetConflict, hasReconciledBounds: this.addCustom(other, sign) };
    }
    this.zeroCount.add(sign * this.reconcileZeroBucket(other));
    this.reduceTo(other.schema);
    this.positive = this.merge(this.positive, other.positive, other.schema, sign);
    this.negative = this.merge(this.negative, other.negative, other.schema, sign);
    return { hasResetConflict, hasReconciledBounds: false };
  }

  /** Lowers the resolution, unless it is as low already. */
  reduceTo(schema: number): void {
    if (schema >= this.schema) return;
    this.positive = coarser(this.positive, this.schema, schema);
    this.negative = coarser(this.negative, this.schema, schema);
    this.schema = schema;
  }

  scale(factor: number): this {
    this.each((each) => each.scale(factor));
    if (factor < 0) this.hint = 'gauge';
    return this;
  }

  /** Divides everything. A division by zero removes all buckets, as in Prometheus. */
  divide(divisor: number): this {
    if (divisor === 0) {
      this.positive = summed(NO_BUCKETS);
      this.negative = summed(NO_BUCKETS);
    }
    this.each((each) => each.divide(divisor));
    if (divisor < 0) this.hint = 'gauge';
    return this;
  }

  setHint(hint: CounterResetHint): this {
    this.hint = hint;
    return this;
  }

  copy(): HistogramSum {
    const copy = new HistogramSum(this.withErrorsApart());
    copy.zeroCount.error = this.zeroCount.error;
    copy.count.error = this.count.error;
    copy.sum.error = this.sum.error;
    copy.positive.errors.set(this.positive.errors);
    copy.negative.errors.set(this.negative.errors);
    return copy;
  }

  get totalCount(): number {
    return this.count.total;
  }

  /** Whether numbers are so large that the sum with another histogram could be infinite. */
  mayOverflow(other: NativeHistogram): boolean {
    const numbers = [this.count.sum, this.sum.sum, other.count, other.sum];
    return !numbers.every((each) => Math.abs(each) < MAX_SAFE_ADDEND);
  }

  get hasOverflow(): boolean {
    const isInfinite = (value: number) => value === Infinity || value === -Infinity;
    return (
      this.zeroCount.isInfinite ||
      this.count.isInfinite ||
      this.sum.isInfinite ||
      this.positive.sums.some(isInfinite) ||
      this.negative.sums.some(isInfinite)
    );
  }

  /** Returns the sum, without empty buckets. */
  toHistogram(): NativeHistogram {
    return {
      counterResetHint: this.hint,
      schema: this.schema,
      zeroThreshold: this.zeroThreshold,
      zeroCount: this.zeroCount.total,
      count: this.count.total,
      sum: this.sum.total,
      positive: compacted(this.positive),
      negative: compacted(this.negative),
      customValues: this.customValues,
    };
  }

  private withErrorsApart(): NativeHistogram {
    const asBuckets = ({ indexes, sums }: SummedBuckets): HistogramBuckets => ({ indexes, counts: sums });
    return {
      counterResetHint: this.hint,
      schema: this.schema,
      zeroThreshold: this.zeroThreshold,
      zeroCount: this.zeroCount.sum,
      count: this.count.sum,
      sum: this.sum.sum,
      positive: asBuckets(this.positive),
      negative: asBuckets(this.negative),
      customValues: this.customValues,
    };
  }

  private each(apply: (sum: KahanSum) => void): void {
    apply(this.zeroCount);
    apply(this.count);
    apply(this.sum);
    for (const { sums, errors } of [this.positive, this.negative]) {
      for (let at = 0; at < sums.length; at++) {
        scratch.reset(sums[at], errors[at]);
        apply(scratch);
        sums[at] = scratch.sum;
        errors[at] = scratch.error;
      }
    }
  }

  /** Returns whether the hints contradict each other. */
  private mergeHint(other: CounterResetHint): boolean {
    if (other === this.hint || this.hint === 'gauge') return false;
    if (other === 'gauge') {
      this.hint = 'gauge';
      return false;
    }
    const isConflict = this.hint !== 'unknown' && other !== 'unknown';
    this.hint = 'unknown';
    return isConflict;
  }

  private addCustom(other: NativeHistogram, sign: number): boolean {
    if (equalBounds(this.customValues, other.customValues)) {
      this.positive = mergeBuckets(this.positive, other.positive, sign, 0);
      return false;
    }
    const common = intersection(this.customValues, other.customValues);
    const target = emptyBuckets(common.length + 1);
    const { indexes, sums, errors } = this.positive;
    for (let at = 0; at < indexes.length; at++) {
      const bucket = targetBucket(this.customValues, indexes[at] ?? 0, common);
      addTo(target, bucket, sums[at] ?? 0);
      addTo(target, bucket, errors[at] ?? 0);
    }
    for (let at = 0; at < other.positive.indexes.length; at++) {
      const bucket = targetBucket(other.customValues, other.positive.indexes[at] ?? 0, common);
      addTo(target, bucket, sign * (other.positive.counts[at] ?? 0));
    }
    this.positive = target;
    this.customValues = common;
    return true;
  }

  private merge(own: SummedBuckets, other: HistogramBuckets, schema: number, sign: number): SummedBuckets {
    if (other.indexes.length === 0) return own;
    const reduced = schema > this.schema ? reduceBuckets(other, schema, this.schema) : other;
    return mergeBuckets(own, reduced, sign, bucketsBelow(reduced, this.schema, this.zeroThreshold));
  }

  /** Widens the zero bucket until it is no narrower than that of `other`, and returns the zero count that `other` then has. */
  private reconcileZeroBucket(other: NativeHistogram): number {
    let { zeroCount, zeroThreshold } = other;
    while (zeroThreshold !== this.zeroThreshold) {
      if (this.zeroThreshold > zeroThreshold) {
        [zeroCount, zeroThreshold] = zeroCountFor(other, this.zeroThreshold);
      }
      if (zeroThreshold > this.zeroThreshold) this.widenZeroBucket(zeroThreshold);
    }
    return zeroCount;
  }

  private widenZeroBucket(threshold: number): void {
    const [, widened] = zeroCountFor(this.withErrorsApart(), threshold);
    for (const side of ['positive', 'negative'] as const) {
      const { indexes, sums, errors } = this[side];
      let within = 0;
      while (within < indexes.length && exponentialBound((indexes[within] ?? 0) - 1, this.schema) < widened) {
        this.zeroCount.add(sums[within] ?? 0);
        this.zeroCount.add(errors[within] ?? 0);
        within++;
      }
      this[side] = {
        indexes: indexes.slice(within),
        sums: sums.slice(within),
        errors: errors.slice(within),
      };
    }
    this.zeroThreshold = widened;
  }
}

/**
 * Returns the zero count that a histogram would have with a larger zero threshold, and the threshold: a threshold within a
 * populated bucket moves to the end of that bucket.
 */
export const zeroCountFor = (
  { positive, negative, zeroCount, zeroThreshold, schema }: NativeHistogram,
  largerThreshold: number,
): [zeroCount: number, zeroThreshold: number] => {
  if (largerThreshold === zeroThreshold) return [zeroCount, zeroThreshold];
  let threshold = largerThreshold;
  for (let moved = true; moved;) {
    moved = false;
    for (const { indexes, counts } of [positive, negative]) {
      for (let at = 0; at < indexes.length; at++) {
        const index = indexes[at] ?? 0;
        if (exponentialBound(index - 1, schema) >= threshold) break;
        const upper = exponentialBound(index, schema);
        if (upper <= threshold || counts[at] === 0) continue;
        threshold = upper;
        moved = true;
      }
    }
  }
  const total = new KahanSum();
  total.add(zeroCount);
  for (const { indexes, counts } of [positive, negative]) {
    for (let at = 0; at < indexes.length; at++) {
      if (exponentialBound((indexes[at] ?? 0) - 1, schema) >= threshold) break;
      total.add(counts[at] ?? 0);
    }
  }
  return [total.total, threshold];
};

export const equalBounds = (a: Float64Array, b: Float64Array): boolean =>
  a === b || (a.length === b.length && a.every((bound, at) => bound === b[at]));

const intersection = (a: Float64Array, b: Float64Array): Float64Array => {
  const inB = new Set(b);
  const common = a.filter((bound) => inB.has(bound));
  return common.length === 0 ? NO_CUSTOM_VALUES : common;
};

/** Index of the bucket of `common` boundaries that contains a bucket of other boundaries. */
const targetBucket = (bounds: Float64Array, index: number, common: Float64Array): number => {
  const bound = bounds[index];
  if (bound === undefined) return common.length;
  let low = 0;
  let high = common.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((common[middle] ?? 0) >= bound) high = middle;
    else low = middle + 1;
  }
  return low;
};

const emptyBuckets = (count: number): SummedBuckets => {
  const buckets = withCapacity(count);
  for (let index = 0; index < count; index++) buckets.indexes[index] = index;
  return buckets;
};

const scratch = new KahanSum();

const addTo = ({ sums, errors }: SummedBuckets, at: number, value: number): void => {
  scratch.reset(sums[at], errors[at]);
  scratch.add(value);
  sums[at] = scratch.sum;
  errors[at] = scratch.error;
};

const bucketsBelow = ({ indexes }: HistogramBuckets, schema: number, threshold: number): number => {
  let count = 0;
  if (threshold === 0) return count;
  while (count < indexes.length && exponentialBound(indexes[count] ?? 0, schema) <= threshold) count++;
  return count;
};

const hasIndexes = ({ indexes }: SummedBuckets, other: HistogramBuckets): boolean => {
  if (indexes.length !== other.indexes.length) return false;
  for (let at = 0; at < indexes.length; at++) if (indexes[at] !== other.indexes[at]) return false;
  return true;
};

/** Adds the buckets of `other` from position `from` on, in place where both have the same. */
const mergeBuckets = (
  own: SummedBuckets,
  other: HistogramBuckets,
  sign: number,
  from: number,
): SummedBuckets => {
  if (from === 0 && hasIndexes(own, other)) {
    for (let at = 0; at < own.indexes.length; at++) addTo(own, at, sign * (other.counts[at] ?? 0));
    return own;
  }
  const result = withCapacity(own.indexes.length + other.indexes.length - from);
  let count = 0;
  let at = 0;
  const takeUntil = (index: number) => {
    while (at < own.indexes.length && (own.indexes[at] ?? 0) < index) copyBucket(own, at++, result, count++);
  };
  for (let next = from; next < other.indexes.length; next++) {
    const index = other.indexes[next] ?? 0;
    takeUntil(index);
    if (own.indexes[at] === index) copyBucket(own, at++, result, count);
    else result.indexes[count] = index;
    addTo(result, count++, sign * (other.counts[next] ?? 0));
  }
  takeUntil(Infinity);
  return firstOf(result, count);
};

const copyBucket = (from: SummedBuckets, at: number, to: SummedBuckets, position: number): void => {
  to.indexes[position] = from.indexes[at] ?? 0;
  to.sums[position] = from.sums[at] ?? 0;
  to.errors[position] = from.errors[at] ?? 0;
};

const coarser = (buckets: SummedBuckets, from: number, to: number): SummedBuckets => {
  const result = withCapacity(buckets.indexes.length);
  let count = 0;
  for (let at = 0; at < buckets.indexes.length; at++) {
    const index = coarserIndex(buckets.indexes[at] ?? 0, from, to);
    if (count > 0 && result.indexes[count - 1] === index) {
      addTo(result, count - 1, buckets.sums[at] ?? 0);
      addTo(result, count - 1, buckets.errors[at] ?? 0);
    } else {
      copyBucket(buckets, at, result, count);
      result.indexes[count++] = index;
    }
  }
  return firstOf(result, count);
};

/** Returns buckets at a lower resolution. */
export const reduceBuckets = (buckets: HistogramBuckets, from: number, to: number): HistogramBuckets => {
  if (buckets.indexes.length === 0) return buckets;
  const { indexes, sums, errors } = coarser(summed(buckets), from, to);
  return { indexes, counts: sums.map((sum, at) => sum + (errors[at] ?? 0)) };
};

const compacted = ({ indexes, sums, errors }: SummedBuckets): HistogramBuckets => {
  if (indexes.length === 0) return NO_BUCKETS;
  const counts = sums.slice();
  let populated = 0;
  for (let at = 0; at < counts.length; at++) {
    counts[at] = (counts[at] ?? 0) + (errors[at] ?? 0);
    if (counts[at] !== 0) populated++;
  }
  if (populated === counts.length) return { indexes, counts };
  return populated === 0
    ? NO_BUCKETS
    : { indexes: indexes.filter((_, at) => counts[at] !== 0), counts: counts.filter((count) => count !== 0) };
};

/** Returns a histogram times a factor. */
export const scaleHistogram = (histogram: NativeHistogram, factor: number): NativeHistogram =>
  new HistogramSum(histogram).scale(factor).toHistogram();

/** Returns a histogram divided by a number. */
export const divideHistogram = (histogram: NativeHistogram, divisor: number): NativeHistogram =>
  new HistogramSum(histogram).divide(divisor).toHistogram();
