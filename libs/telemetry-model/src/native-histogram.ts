/** Schema of histograms whose bucket boundaries are listed in `customValues`. */
export const CUSTOM_BUCKETS_SCHEMA = -53;

/**
 * Relation to the previous histogram of the series. `unknown`: not known, so a reader has to compare buckets. `reset` and
 * `no-reset`: a counter that was, or was not, reset in between. `gauge`: not a counter.
 */
export type CounterResetHint = 'unknown' | 'reset' | 'no-reset' | 'gauge';

/**
 * Native histogram: the observations of one series up to, or for a gauge at, one time. Counts are floats and absolute.
 *
 * @see https://prometheus.io/docs/specs/native_histograms/
 */
export interface NativeHistogram {
  readonly counterResetHint: CounterResetHint;
  /**
   * Resolution. From -4 to 8: bucket `i` is (2^((i-1)/2^schema), 2^(i/2^schema)], mirrored for negative buckets.
   * {@link CUSTOM_BUCKETS_SCHEMA}: bucket `i` is (customValues[i-1], customValues[i]], the first one begins at -Infinity, and
   * the last one, behind all boundaries, ends at +Infinity.
   */
  readonly schema: number;
  /** The zero bucket is [-zeroThreshold, zeroThreshold]. 0 with custom buckets. */
  readonly zeroThreshold: number;
  readonly zeroCount: number;
  readonly count: number;
  readonly sum: number;
  readonly positive: HistogramBuckets;
  /** Empty with custom buckets. */
  readonly negative: HistogramBuckets;
  /** Upper boundaries, ascending, without +Infinity. Empty unless the schema is {@link CUSTOM_BUCKETS_SCHEMA}. */
  readonly customValues: Float64Array;
}

/** Buckets that have a count. All others are 0. */
export interface HistogramBuckets {
  /** Ascending and distinct. */
  readonly indexes: Int32Array;
  /** One count per index. */
  readonly counts: Float64Array;
}

export const NO_BUCKETS: HistogramBuckets = { indexes: new Int32Array(0), counts: new Float64Array(0) };
export const NO_CUSTOM_VALUES = new Float64Array(0);
