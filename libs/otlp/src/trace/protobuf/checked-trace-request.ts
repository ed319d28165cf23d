import type { SpanColumns } from './span-columns.js';

/** Resource and scope that spans share, as encoded messages. */
export interface EncodedOrigin {
  /** A `Resource` message; empty when the request has none. */
  readonly resource: Uint8Array;
  readonly resourceSchemaUrl: Uint8Array;
  /** An `InstrumentationScope` message; empty when the request has none. */
  readonly scope: Uint8Array;
  readonly scopeSchemaUrl: Uint8Array;
}

/** A well-formed `ExportTraceServiceRequest` and an index of its spans. Made by `checkTraceRequest`. */
export interface CheckedTraceRequest {
  readonly bytes: Uint8Array;
  /** One row per span with valid IDs. Offsets refer to {@link bytes}. */
  readonly columns: SpanColumns;
  readonly origins: readonly EncodedOrigin[];
  /** Spans without a row, because their IDs are invalid. */
  readonly rejectedSpans: number;
  /** Number of spans, events, links and attributes. Decoding makes an object for each of them. */
  readonly itemCount: number;
  /** Whether a string is not valid UTF-8, so that decoding would replace it. */
  readonly hasInvalidText: boolean;
}
