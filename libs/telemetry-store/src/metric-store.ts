import type {
  MillisRange,
  SelectHints,
  SeriesLabels,
  SeriesMatcher,
  SeriesSamples,
  SeriesSource,
} from '@lantern/telemetry-model';
import type { Exemplar, MetricMetadata, SampleBatch } from './metrics/sample-batch.js';

/** Number and reasons of samples that were not stored. */
export interface RejectedSamples {
  readonly rejected: number;
  /** Distinct reasons in Prometheus' words, up to a maximum number. */
  readonly reasons: readonly string[];
}

export interface SeriesExemplars {
  readonly labels: SeriesLabels;
  /** Exemplars in the order of time. */
  readonly exemplars: readonly Exemplar[];
}

export interface MetricStoreStats {
  /** Number of series that have samples. */
  readonly series: number;
  readonly samples: number;
  readonly bytes: number;
  /** Time of the oldest and of the newest sample; undefined without samples. */
  readonly minMillis: number | undefined;
  readonly maxMillis: number | undefined;
  /** Number of samples that were rejected since the start, by reason. */
  readonly rejected: Readonly<Record<RejectReason, number>>;
  /** Number of samples that were evicted to stay within the limit, since the start. */
  readonly evictedSamples: number;
}

/** Reasons for which a store rejects a sample. */
export const REJECT_REASONS = [
  'series limit',
  'metric limit',
  'labels',
  'conflict',
  'future',
  'past',
] as const;
export type RejectReason = (typeof REJECT_REASONS)[number];

/**
 * Stores samples in series and reads them back in the order of time. The rules of {@link TraceStore} on visibility,
 * ownership, empty answers and derived data apply here too.
 *
 * Samples of a series may arrive in any order and with any time since 1970 up to ten minutes ahead. A sample that is
 * stored already is accepted again. Another value for a stored time is rejected while the store has the first one at hand
 * (among the newest samples of the series); otherwise the first one is what queries return.
 */
export interface MetricStore extends SeriesSource {
  /**
   * Stores the samples that are acceptable, also if others are rejected. Queries see them once the promise fulfills.
   * The batch belongs to the caller again afterwards.
   */
  append(batch: SampleBatch): Promise<RejectedSamples>;

  /** Series in the order of their first sample, each once. Samples are copies. */
  select(
    matchers: readonly SeriesMatcher[],
    range: MillisRange,
    hints?: SelectHints,
  ): AsyncIterable<readonly SeriesSamples[]>;

  /** Returns the labels of the matching series that may have a sample in the range, sorted. */
  series(matchers: readonly SeriesMatcher[], range: MillisRange): Promise<SeriesLabels[]>;

  /** Returns the exemplars of the matching series in the range. Series without exemplars are omitted. */
  exemplars(matchers: readonly SeriesMatcher[], range: MillisRange): Promise<SeriesExemplars[]>;

  /** Metadata by name of the metric, without the suffixes of its series. */
  metadata(): ReadonlyMap<string, MetricMetadata>;

  stats(): Promise<MetricStoreStats>;

  /** Deletes all samples, series, exemplars and metadata, as {@link TraceStore.clear} does. */
  clear(): Promise<void>;

  /** Idempotent. No other method may be called afterwards. */
  close(): Promise<void>;
}
