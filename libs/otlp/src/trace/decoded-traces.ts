import type { ResourceSpans } from '@lantern/telemetry-model';

/** What a request held, in either encoding. */
export interface DecodedTraces {
  readonly resourceSpans: readonly ResourceSpans[];
  /** Spans that are not in `resourceSpans` because their ids are invalid. */
  readonly rejected: RejectedSpans;
  /**
   * How many texts held invalid UTF-8 (protobuf) or half a surrogate pair (JSON). Names and attributes in protobuf
   * are kept as bytes, see `invalid-text.ts`; in all others U+FFFD stands for what was wrong.
   * When it is not 0, the request has to be encoded again before it is kept.
   */
  readonly invalidTexts: number;
}

/** @see https://opentelemetry.io/docs/specs/otlp/#partial-success */
export interface RejectedSpans {
  readonly count: number;
  /** Each one once, and not all of them where a sender manages to be wrong in many ways. */
  readonly reasons: readonly string[];
}
