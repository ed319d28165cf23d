import type { Annotations } from '../annotations.js';
import type { Position } from '../syntax/position.js';
import type { Row } from './matrix.js';
import type { RawSeries } from './raw-series.js';
import type { WindowCursor } from './window-cursor.js';

/** A function over ranges that is applied to one series. */
export interface RangeCall {
  readonly series: RawSeries;
  readonly cursor: WindowCursor;
  /** Receives one cell per step. */
  readonly row: Row;
  readonly rangeMillis: number;
  /** The other arguments: one value per step each. */
  readonly scalars: readonly Float64Array[];
  /** Returns the time at which a step is evaluated, which an offset or `@` does not change. */
  readonly timeOf: (step: number) => number;
  readonly annotations: Annotations;
  /** Position of the first argument, at which Prometheus reports what is odd. */
  readonly position: Position;
}

/** Computes the cell of one step from the window at which the cursor is. The window is not empty. */
export type WindowFunction = (step: number) => void;

/** Prepares a function for one series. */
export type WindowFunctionFactory = (call: RangeCall) => WindowFunction;

export const warnOfMix = ({ annotations, series, position }: RangeCall): void =>
  annotations.warn(
    `encountered a mix of histograms and floats for metric name "${series.labels.metricName}"`,
    position,
  );

export const informOfIgnoredHistograms = ({ annotations, series, position }: RangeCall): void =>
  annotations.inform(
    `ignored histograms in a range containing both floats and histograms for metric name "${series.labels.metricName}"`,
    position,
  );

export const warnOfMixedBuckets = ({ annotations, series, position }: RangeCall): void =>
  annotations.warn(
    `vector contains a mix of histograms with exponential and custom buckets schemas for metric name "${series.labels.metricName}"`,
    position,
  );

export const informOfReconciledBounds = (
  { annotations, position }: Pick<RangeCall, 'annotations' | 'position'>,
  operation: 'addition' | 'subtraction' | 'aggregation',
): void => annotations.inform(`mismatched custom buckets were reconciled during ${operation}`, position);

export const warnOfResetConflict = (
  { annotations, position }: Pick<RangeCall, 'annotations' | 'position'>,
  operation: 'addition' | 'subtraction' | 'aggregation',
): void => annotations.warn(`conflicting counter resets during histogram ${operation}`, position);
