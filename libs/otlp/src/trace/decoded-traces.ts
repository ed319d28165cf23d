import type { ResourceSpans } from '@lantern/telemetry-model';

/** Decoded request of either encoding. */
export interface DecodedTraces {
  readonly resourceSpans: readonly ResourceSpans[];
  /** Spans that are not in `resourceSpans`, because their IDs are invalid. */
  readonly rejected: RejectedSpans;
  /**
   * Number of strings with invalid UTF-8 (protobuf) or a lone surrogate (JSON). Protobuf names and attributes are kept
   * as bytes, see `invalid-text.ts`; in other strings, U+FFFD replaces the invalid part. If it is not 0, encode the
   * request again before storing it.
   */
  readonly invalidTexts: number;
}

/** @see https://opentelemetry.io/docs/specs/otlp/#partial-success */
export interface RejectedSpans {
  readonly count: number;
  /** Distinct reasons, up to a maximum number. */
  readonly reasons: readonly string[];
}
