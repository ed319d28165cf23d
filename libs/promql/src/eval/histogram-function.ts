import { parseGoFloat, printGoFloat } from '@lantern/go-syntax';
import { SeriesLabels, mapKey, type NativeHistogram } from '@lantern/telemetry-model';
import type { AnnotationDetails } from '../annotations.js';
import {
  ClassicBuckets,
  classicFraction,
  classicQuantile,
  type MonotonicityFix,
} from '../histogram/classic-buckets.js';
import { nativeFraction, nativeQuantile } from '../histogram/native-quantile.js';
import type { Position } from '../syntax/position.js';
import type { EvaluationContext } from './evaluation-context.js';
import { invalidQuantile, isInvalidQuantile } from './invalid-quantile.js';
import { FLOAT, HISTOGRAM, RowAllocator, isEmptyRow, setFloat, type Matrix, type Row } from './matrix.js';
import { WORK_PER_HISTOGRAM, WORK_PER_ROW } from './query-pace.js';
import { stepTime, type Steps } from './steps.js';

const BUCKET_LABEL = 'le';

interface ClassicSeries {
  readonly bound: number;
  readonly row: Row;
}

/** Series of one histogram: its classic buckets, and its native histograms. */
interface HistogramGroup {
  readonly labels: SeriesLabels;
  readonly classic: ClassicSeries[];
  readonly native: Row[];
}

/** Computes a result from a histogram of one step. */
interface HistogramComputation {
  classic(buckets: ClassicBuckets, step: number, metricName: string): number;
  native(histogram: NativeHistogram, step: number, metricName: string): number;
}

const parseBound = (text: string): number | undefined => {
  try {
    return parseGoFloat(text);
  } catch {
    return undefined;
  }
};

const groupHistograms = (
  matrix: Matrix,
  position: Position,
  context: EvaluationContext,
): HistogramGroup[] => {
  const groups = new Map<string, HistogramGroup>();
  const groupOf = (labels: SeriesLabels): HistogramGroup => {
    const key = mapKey(labels.key);
    let group = groups.get(key);
    if (!group) groups.set(key, (group = { labels, classic: [], native: [] }));
    return group;
  };
  for (const row of matrix) {
    if (row.histograms && row.kinds.includes(HISTOGRAM)) groupOf(row.labels).native.push(row);
    if (!row.kinds.includes(FLOAT)) continue;
    const text = row.labels.get(BUCKET_LABEL);
    const bound = parseBound(text);
    if (bound === undefined) {
      const { metricName } = row.labels;
      const name = metricName === '' ? '' : ` for metric name "${metricName}"`;
      context.annotations.warn(
        `bucket label "le" is missing or has a malformed value of ${JSON.stringify(text)}${name}`,
        position,
      );
      continue;
    }
    const labels = row.labels.filter((name) => name !== BUCKET_LABEL);
    groupOf(labels).classic.push({ bound, row });
  }
  for (const { classic } of groups.values())
    classic.sort((a, b) => (a.bound < b.bound ? -1 : a.bound > b.bound ? 1 : 0));
  return Array.from(groups.values());
};

/** Computes a result for each histogram and step. */
const computeHistograms = async (
  groups: readonly HistogramGroup[],
  stepCount: number,
  position: Position,
  context: EvaluationContext,
  computation: HistogramComputation,
  relabel: (labels: SeriesLabels) => SeriesLabels = (labels) => labels,
): Promise<Matrix> => {
  const allocator = new RowAllocator(stepCount);
  const buckets = new ClassicBuckets();
  const results: Matrix = [];
  for (const { labels, classic, native } of groups) {
    const row = allocator.create(relabel(labels), true);
    const { metricName } = labels;
    for (let step = 0; step < stepCount; step++) {
      buckets.clear();
      for (const { bound, row: bucket } of classic) {
        if (bucket.kinds[step] === FLOAT) buckets.push(bound, bucket.values[step] ?? 0);
      }
      const histogram = native.find(({ kinds }) => kinds[step] === HISTOGRAM)?.histograms?.[step];
      if (histogram && buckets.length > 0) {
        const name = metricName === '' ? '' : ` for metric name "${metricName}"`;
        context.annotations.warn(`vector contains a mix of classic and native histograms${name}`, position);
      } else if (histogram) setFloat(row, step, computation.native(histogram, step, metricName));
      else if (buckets.length > 0) setFloat(row, step, computation.classic(buckets, step, metricName));
      const wait = context.pace.spend(classic.length + (histogram ? WORK_PER_HISTOGRAM : 1));
      if (wait) await wait;
    }
    if (isEmptyRow(row)) allocator.discard();
    else {
      context.budget.hold(stepCount);
      results.push(row);
    }
    const wait = context.pace.spend(WORK_PER_ROW);
    if (wait) await wait;
  }
  return results;
};

/** Number, span and extent of the corrections of one histogram, over all steps. */
class MonotonicityDetails implements AnnotationDetails {
  private samples = 1;
  private firstMillis: number;
  private lastMillis: number;

  constructor(
    private fix: MonotonicityFix,
    timeMillis: number,
  ) {
    this.firstMillis = timeMillis;
    this.lastMillis = timeMillis;
  }

  merge(other: AnnotationDetails): void {
    if (!(other instanceof MonotonicityDetails)) return;
    this.samples += other.samples;
    this.firstMillis = Math.min(this.firstMillis, other.firstMillis);
    this.lastMillis = Math.max(this.lastMillis, other.lastMillis);
    this.fix = {
      minBound: Math.min(this.fix.minBound, other.fix.minBound),
      maxBound: Math.max(this.fix.maxBound, other.fix.maxBound),
      maxDifference: Math.max(this.fix.maxDifference, other.fix.maxDifference),
    };
  }

  toString(): string {
    const { minBound, maxBound, maxDifference } = this.fix;
    const time = (millis: number) => `${new Date(millis).toISOString().slice(0, -5)}Z`;
    // Two significant digits, as Go's `%.2g`.
    const difference = printGoFloat(Number(maxDifference.toPrecision(2)));
    return (
      `, from buckets ${printGoFloat(minBound)} to ${printGoFloat(maxBound)}, with a max diff of ${difference}, ` +
      `over ${this.samples} samples from ${time(this.firstMillis)} to ${time(this.lastMillis)}`
    );
  }
}

/** Positions of the arguments that annotations are about. */
export interface QuantilePositions {
  readonly quantile: Position;
  readonly histograms: Position;
}

/** Position of a quantile, and the name of its result. */
export interface QuantileTask {
  readonly matrix: Matrix;
  readonly steps: Steps;
  readonly positions: QuantilePositions;
  readonly relabel?: (labels: SeriesLabels) => SeriesLabels;
}

export const histogramQuantile = async (
  phi: Float64Array,
  { matrix, steps, positions, relabel }: QuantileTask,
  context: EvaluationContext,
): Promise<Matrix> => {
  const { annotations } = context;
  const position = positions.histograms;
  for (const each of phi)
    if (isInvalidQuantile(each)) annotations.warn(invalidQuantile(each), positions.quantile);
  const suffix = (metricName: string) => (metricName === '' ? '' : ` for metric name "${metricName}"`);
  const computation: HistogramComputation = {
    classic: (buckets, step, metricName) => {
      const { value, fix } = classicQuantile(phi[step] ?? Number.NaN, buckets);
      if (fix) {
        annotations.inform(
          'input to histogram_quantile needed to be fixed for monotonicity (see https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile)' +
            suffix(metricName),
          position,
          new MonotonicityDetails(fix, stepTime(steps, step)),
        );
      }
      return value;
    },
    native: (histogram, step, metricName) => {
      const { value, nanEffect } = nativeQuantile(phi[step] ?? Number.NaN, histogram);
      if (nanEffect) {
        const result = nanEffect === 'skewed' ? 'result is skewed higher' : 'result is NaN';
        annotations.inform(
          `input to histogram_quantile has NaN observations, ${result}${suffix(metricName)}`,
          position,
        );
      }
      return value;
    },
  };
  const groups = groupHistograms(matrix, position, context);
  return computeHistograms(groups, steps.count, position, context, computation, relabel);
};

export const histogramFraction = async (
  lower: Float64Array,
  upper: Float64Array,
  matrix: Matrix,
  steps: Steps,
  position: Position,
  context: EvaluationContext,
): Promise<Matrix> => {
  const bound = (bounds: Float64Array, step: number) => bounds[step] ?? Number.NaN;
  return computeHistograms(groupHistograms(matrix, position, context), steps.count, position, context, {
    classic: (buckets, step) => classicFraction(bound(lower, step), bound(upper, step), buckets),
    native: (histogram, step, metricName) => {
      const { value, excludesNan } = nativeFraction(bound(lower, step), bound(upper, step), histogram);
      if (excludesNan) {
        const name = metricName === '' ? '' : ` for metric name "${metricName}"`;
        context.annotations.inform(
          `input to histogram_fraction has NaN observations, which are excluded from all fractions${name}`,
          position,
        );
      }
      return value;
    },
  });
};
