import type { NativeHistogram } from '@lantern/telemetry-model';
import { PromqlEvaluationError } from './evaluation-error.js';

const TOO_MANY_SAMPLES = 'query processing would load too many samples into memory in query execution';

/** Limit on the steps of a query or subquery. One operation on a row of this length takes some milliseconds. */
const MAX_STEPS = 1_000_000;

/**
 * Returns a number of steps.
 *
 * @throws {PromqlEvaluationError} beyond the limit
 */
export const checkedSteps = (count: number): number => {
  if (count <= MAX_STEPS) return Math.max(0, count);
  throw new PromqlEvaluationError(
    `exceeded maximum resolution of ${MAX_STEPS} steps in a query or subquery: decrease the range, or increase the step`,
  );
};

const BYTES_PER_SAMPLE = 16;
const BYTES_PER_HISTOGRAM = 176;

/** Growth of memory that is not reported yet. */
const MIN_REPORTED_BYTES = 65_536;

/** Size of a histogram in samples of the same size in memory. */
export const histogramSize = ({ positive, negative, customValues }: NativeHistogram): number =>
  Math.ceil(
    (BYTES_PER_HISTOGRAM +
      12 * (positive.indexes.length + negative.indexes.length) +
      8 * customValues.length) /
      BYTES_PER_SAMPLE,
  );

/** Samples that a query has read and held, as Prometheus' `stats` parameter reports them. */
export interface QueryStatistics {
  /** Samples that were used, each as often as it was. */
  readonly totalQueryableSamples: number;
  /** Samples that were read, each once per selector. */
  readonly samplesRead: number;
  readonly seriesTouched: number;
  /** Highest number of samples in memory at one time. */
  readonly peakSamples: number;
}

/** Limits and counts the samples that a query holds in memory. */
export class QueryBudget {
  totalQueryableSamples = 0;
  samplesRead = 0;
  seriesTouched = 0;
  private peak = 0;
  private current = 0;
  private reportedBytes = 0;

  /** @param holdMemory receives the growth of the memory in bytes, and throws when there is not enough */
  constructor(
    private readonly maxSamples: number,
    private readonly holdMemory: (bytes: number) => void = () => undefined,
  ) {}

  /** Number of samples that are in memory. */
  get held(): number {
    return this.current;
  }

  /** @throws {PromqlEvaluationError} beyond the limit */
  hold(samples: number): void {
    this.current += samples;
    if (this.current > this.maxSamples) throw new PromqlEvaluationError(TOO_MANY_SAMPLES);
    if (this.current <= this.peak) return;
    this.peak = this.current;
    const growth = this.peak * BYTES_PER_SAMPLE - this.reportedBytes;
    if (growth < MIN_REPORTED_BYTES) return;
    this.reportedBytes += growth;
    this.holdMemory(growth);
  }

  /** Forgets what was held since `held` had this value, except for a result. */
  releaseTo(held: number, kept = 0): void {
    this.current = held;
    this.hold(kept);
  }

  get statistics(): QueryStatistics {
    const { totalQueryableSamples, samplesRead, seriesTouched, peak } = this;
    return { totalQueryableSamples, samplesRead, seriesTouched, peakSamples: peak };
  }
}
