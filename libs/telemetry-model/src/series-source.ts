import type { NativeHistogram } from './native-histogram.js';
import type { SeriesLabels } from './series-labels.js';

export type MatchOperator = '=' | '!=' | '=~' | '!~';

/** Condition on one label. A series is selected when all of its matchers match. */
export interface SeriesMatcher {
  readonly name: string;
  readonly operator: MatchOperator;
  /** Value, or an expression of RE2 that has to match the whole value. */
  readonly value: string;
  /** Tests the value of the label; the empty string for an absent one. */
  matches(value: string): boolean;
}

/** Range of milliseconds since 1970. Both ends are inclusive. */
export interface MillisRange {
  readonly startMillis: number;
  readonly endMillis: number;
}

/** Use that the query makes of the samples. A source may use this to read less, and may ignore it. */
export interface SelectHints {
  /** Distance of evaluation times; 0 for a single one. */
  readonly stepMillis: number;
  /** Length of the range selector; 0 for an instant selector. */
  readonly rangeMillis: number;
  /** Innermost function or aggregation around the selector; the empty string for none. */
  readonly functionName: string;
}

/** Samples of one series within the range that was asked for, as columns ordered by time. */
export interface SeriesSamples {
  readonly labels: SeriesLabels;
  /** Milliseconds since 1970, ascending and distinct. */
  readonly timestamps: Float64Array;
  /** One value per timestamp. Staleness markers keep their bits, also those of a series of histograms. */
  readonly values: Float64Array;
  /** Histograms of the series; absent when there are none. No timestamp is in both columns. */
  readonly histograms?: HistogramSamples;
}

export interface HistogramSamples {
  /** Milliseconds since 1970, ascending and distinct. */
  readonly timestamps: Float64Array;
  /** One histogram per timestamp. */
  readonly histograms: readonly NativeHistogram[];
}

/**
 * Source of series for PromQL. A metric store is one.
 *
 * Labels are distinct: no series is returned twice. The order of series decides between equals, for example in `topk`; a
 * source returns the same order for the same data. A series without samples in the range may be left out.
 */
export interface SeriesSource {
  /**
   * Returns the selected series in chunks. Between chunks the caller lets other work run, and stops by ending the iteration,
   * so that a source reads a chunk only when it is asked for.
   *
   * @throws {Error} when the data cannot be read; the query fails with the message
   */
  select(
    matchers: readonly SeriesMatcher[],
    range: MillisRange,
    hints: SelectHints,
  ): AsyncIterable<readonly SeriesSamples[]>;
}
