import type { DurationNano } from '@lantern/telemetry-model';

/** Properties of a whole trace that a filter can compare. */
export interface TraceDigest {
  readonly spanCount: number;
  readonly serviceCount: number;
  /** Number of spans with status ERROR. */
  readonly errorCount: number;
  /** Number of levels of its tree. */
  readonly depth: number;
  readonly durationNano: DurationNano;
  /** Service and operation of the first span. */
  readonly rootService: string;
  readonly rootName: string;
  /** Whether a span names a parent that is not in the trace. */
  readonly isIncomplete: boolean;
  /** Service and operation in which the failure started. Undefined if no span failed. */
  readonly origin: { readonly service: string; readonly name: string } | undefined;
  /** Kinds of its detections. Empty unless they were asked for, see {@link TraceCondition.needsDetections}. */
  readonly issues: readonly string[];
}

/** Condition on a whole trace. */
export interface TraceCondition {
  readonly matches: (trace: TraceDigest) => boolean;
  /** Whether the condition reads {@link TraceDigest.issues}. */
  readonly needsDetections: boolean;
}
