import type { ResourceSpans } from '@lantern/telemetry-model';

/** Decoded request of either encoding. */
export interface DecodedTraces {
  readonly resourceSpans: readonly ResourceSpans[];
  /** Spans that are not in `resourceSpans`, because their IDs are invalid. */
  readonly rejected: RejectedSpans;
  /** Fields of JSON that were left out because they cannot be read. Absent when there are none; protobuf is strict and never has any. */
  readonly lostFields?: LostFields;
  /**
   * Number of strings with invalid UTF-8 (protobuf) or a lone surrogate (JSON). Protobuf names and attributes are kept
   * as bytes, see `invalid-text.ts`; in other strings, U+FFFD replaces the invalid part. If it is not 0, encode the
   * request again before storing it.
   */
  readonly invalidTexts: number;
}

export interface LostFields {
  readonly count: number;
  /** Names and faults of the first ones. */
  readonly texts: readonly string[];
}

/** @see https://opentelemetry.io/docs/specs/otlp/#partial-success */
export interface RejectedSpans {
  readonly count: number;
  /** Distinct reasons, up to a maximum number. */
  readonly reasons: readonly string[];
}
