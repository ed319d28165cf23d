import type { DurationNano, Trace } from '@lantern/telemetry-model';
import type { EncodedTrace } from '@lantern/telemetry-store';
import type { JsonWriter } from '../../transport/answers/json-writer.js';
import type { TraceOutline } from './trace-outline.js';

/** JSON of traces in one of Jaeger's APIs. It is written in steps, between which others may have their turn. */
export interface TraceFormat {
  /**
   * Writes a trace as it is after it was adjusted, from the messages of its spans.
   *
   * @returns false when a span has library attributes and so the spans need to be adjusted together. The caller
   *   discards the text that was written
   */
  readonly writeMessages: (
    out: JsonWriter,
    trace: EncodedTrace,
    outline: TraceOutline,
    maxClockSkewNano: DurationNano,
  ) => Generator<void, boolean>;
  /** Writes a trace as it is. */
  readonly writeModel: (out: JsonWriter, trace: Trace) => Generator<void, void>;
}
