import type { SpanKind, StatusCode } from '@lantern/telemetry-model';
import type { TraceWords } from '../blocks/trace-words.js';
import type { Column } from '../bytes/column.js';
import type { Origin } from './origin.js';

export interface BlockOperation {
  readonly service: string;
  readonly name: string;
  readonly kind: SpanKind;
}

/** Flag in {@link SpanRows.flags}, in addition to the status code: the span ends before it starts. */
export const ENDS_BEFORE_START = 4;
const STATUS_MASK = 3;

export const statusOf = (flags: number): StatusCode => (flags & STATUS_MASK) as StatusCode;

/**
 * Columns of a block's spans that a search reads, one row per span in the order of arrival. The encoded spans follow
 * each other in the block's body.
 */
export interface SpanRows {
  readonly block: number;
  readonly spanCount: number;
  readonly traceCount: number;
  /** Number of rows in each chunk of the body. */
  readonly rowsPerChunk: number;
  /** Trace IDs, four words for each trace. */
  readonly traceWords: Uint32Array;
  readonly operations: readonly BlockOperation[];
  readonly origins: readonly Origin[];
  /** Index of a row's trace, operation and origin. */
  readonly traceOf: Column;
  readonly operationOf: Column;
  readonly originOf: Column;
  /** Status code and {@link ENDS_BEFORE_START}. */
  readonly flags: Column;
  readonly startLow: Column;
  readonly startHigh: Column;
  readonly durationLow: Column;
  readonly durationHigh: Column;
  /** End of a row's span in the body. The span begins at the end of the previous one. */
  readonly bodyEnd: Column;
}

/** Reads a chunk of a block's body: the spans of `rowsPerChunk` rows. Undefined when it cannot be read. */
export type ReadChunk = (chunk: number) => Uint8Array | undefined;

export const chunkOf = ({ rowsPerChunk }: SpanRows, row: number): number => Math.floor(row / rowsPerChunk);

export const firstRowOf = ({ rowsPerChunk }: SpanRows, chunk: number): number =>
  chunk === 0 ? 0 : chunk * rowsPerChunk;

/** Returns the message of one span. */
export const spanBytes = (rows: SpanRows, row: number, read: ReadChunk): Uint8Array | undefined => {
  const chunk = chunkOf(rows, row);
  const start = chunkStart(rows, chunk);
  return read(chunk)?.subarray(bodyStart(rows, row) - start, (rows.bodyEnd[row] ?? 0) - start);
};

/** Returns the offset of a chunk in the body. */
export const chunkStart = (rows: SpanRows, chunk: number): number => bodyStart(rows, firstRowOf(rows, chunk));

export const bodyStart = ({ bodyEnd }: SpanRows, row: number): number =>
  row === 0 ? 0 : (bodyEnd[row - 1] ?? 0);

/** Returns undefined when the block has no span of this trace. */
export const traceIndexIn = (rows: SpanRows, traceId: TraceWords): number | undefined => {
  const { traceWords: words, traceCount } = rows;
  const { words: wanted, at: first } = traceId;
  const [a, b, c, d] = [wanted[first], wanted[first + 1], wanted[first + 2], wanted[first + 3]];
  for (let trace = 0, at = 0; trace < traceCount; trace++, at += 4) {
    if (words[at] === a && words[at + 1] === b && words[at + 2] === c && words[at + 3] === d) return trace;
  }
  return undefined;
};
