import type { SpanKind, StatusCode } from '@lantern/telemetry-model';
import type { Column } from '../column.js';
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
  /** The body is in chunks of so many rows. */
  readonly rowsPerChunk: number;
  /** Four words a trace. */
  readonly traceWords: Uint32Array;
  readonly operations: readonly BlockOperation[];
  readonly origins: readonly Origin[];
  /** Index of a row's trace, operation and origin. */
  readonly traceOf: Column;
  readonly operationOf: Column;
  readonly originOf: Column;
  /** The status code, and {@link ENDS_BEFORE_START}. */
  readonly flags: Column;
  readonly startLow: Column;
  readonly startHigh: Column;
  readonly durationLow: Column;
  readonly durationHigh: Column;
  /** Where a row's span ends in the body; it begins where that of the row before it ends. */
  readonly bodyEnd: Column;
}

/** A part of a block's body: the spans of as many rows, one behind the other. Undefined when it cannot be read. */
export type ReadChunk = (chunk: number) => Uint8Array | undefined;

export const chunkOf = ({ rowsPerChunk }: SpanRows, row: number): number => Math.floor(row / rowsPerChunk);

export const firstRowOf = ({ rowsPerChunk }: SpanRows, chunk: number): number =>
  chunk === 0 ? 0 : chunk * rowsPerChunk;

/** The message of one span. */
export const spanBytes = (rows: SpanRows, row: number, read: ReadChunk): Uint8Array | undefined => {
  const chunk = chunkOf(rows, row);
  const start = chunkStart(rows, chunk);
  return read(chunk)?.subarray(bodyStart(rows, row) - start, (rows.bodyEnd[row] ?? 0) - start);
};

/** Where a chunk begins in the body. */
export const chunkStart = (rows: SpanRows, chunk: number): number => bodyStart(rows, firstRowOf(rows, chunk));

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
