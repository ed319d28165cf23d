import type { SpanKind, StatusCode } from '@lantern/telemetry-model';
import type { Origin } from './origin.js';

export interface BlockOperation {
  readonly service: string;
  readonly name: string;
  readonly kind: SpanKind;
}

/** In {@link SpanRows.flags}, beside the status code: the span ends before it starts. */
export const ENDS_BEFORE_START = 4;
const STATUS_MASK = 3;

export const statusOf = (flags: number): StatusCode => (flags & STATUS_MASK) as StatusCode;

/**
 * The spans of a block, a row each, in the order of their arrival, as far as a search has to look at them. The
 * spans themselves stand one behind the other in the block's body.
 */
export interface SpanRows {
  readonly block: number;
  readonly spanCount: number;
  readonly traceCount: number;
  /** Four words a trace. */
  readonly traceWords: Uint32Array;
  readonly operations: readonly BlockOperation[];
  readonly origins: readonly Origin[];
  /** Index of a row's trace, operation and origin. */
  readonly traceOf: Uint32Array;
  readonly operationOf: Uint32Array;
  readonly originOf: Uint32Array;
  /** The status code, and {@link ENDS_BEFORE_START}. */
  readonly flags: Uint32Array;
  readonly startLow: Uint32Array;
  readonly startHigh: Uint32Array;
  readonly durationLow: Uint32Array;
  readonly durationHigh: Uint32Array;
  /** Where a row's span ends in the body; it begins where that of the row before it ends. */
  readonly bodyEnd: Uint32Array;
}

export const bodyStart = ({ bodyEnd }: SpanRows, row: number): number =>
  row === 0 ? 0 : (bodyEnd[row - 1] ?? 0);

/** Undefined when the block has no span of this trace. */
export const traceIndexIn = (
  rows: SpanRows,
  a: number,
  b: number,
  c: number,
  d: number,
): number | undefined => {
  const { traceWords: words, traceCount } = rows;
  for (let trace = 0, at = 0; trace < traceCount; trace++, at += 4) {
    if (words[at] === a && words[at + 1] === b && words[at + 2] === c && words[at + 3] === d) return trace;
  }
  return undefined;
};
