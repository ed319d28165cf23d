import type { Column } from '../bytes/column.js';
import type { SpanRows } from './rows.js';

/** Columns that are permuted with the rows of a block. */
const COLUMNS = [
  'traceOf',
  'operationOf',
  'originOf',
  'flags',
  'startLow',
  'startHigh',
  'durationLow',
  'durationHigh',
] as const;

export interface OrderedRows {
  /** Columns and body in the new order. */
  readonly rows: SpanRows;
  readonly body: Uint8Array;
  /** Previous index of each row. */
  readonly source: Uint32Array;
}

/**
 * Sorts the spans of a block by trace, and each trace by arrival. Requests group spans by scope instead. After sorting,
 * a search or a trace usually needs only one chunk of a block.
 */
export const orderedByTrace = (rows: SpanRows, body: Uint8Array): OrderedRows => {
  const { spanCount, traceCount, traceOf, bodyEnd } = rows;
  const next = new Uint32Array(traceCount + 1);
  for (let row = 0; row < spanCount; row++) {
    const behind = (traceOf[row] ?? 0) + 1;
    next[behind] = (next[behind] ?? 0) + 1;
  }
  for (let trace = 1; trace <= traceCount; trace++) next[trace] = (next[trace] ?? 0) + (next[trace - 1] ?? 0);
  const source = new Uint32Array(spanCount);
  for (let row = 0; row < spanCount; row++) {
    const trace = traceOf[row] ?? 0;
    const place = next[trace] ?? 0;
    next[trace] = place + 1;
    source[place] = row;
  }

  const columns = Object.fromEntries(COLUMNS.map((name) => [name, permuted(rows[name], source)])) as Record<
    (typeof COLUMNS)[number],
    Uint32Array
  >;
  const orderedBody = new Uint8Array(spanCount === 0 ? 0 : (bodyEnd[spanCount - 1] ?? 0));
  const orderedEnd = new Uint32Array(spanCount);
  for (let place = 0, end = 0; place < spanCount;) {
    const first = source[place] ?? 0;
    const start = first === 0 ? 0 : (bodyEnd[first - 1] ?? 0);
    const orderedStart = end;
    // Spans that already follow each other are copied together.
    let row = first;
    for (; place < spanCount && source[place] === row; place++, row++) {
      end = orderedStart + (bodyEnd[row] ?? 0) - start;
      orderedEnd[place] = end;
    }
    orderedBody.set(body.subarray(start, bodyEnd[row - 1]), orderedStart);
  }
  const { block, traceWords, operations, origins, rowsPerChunk } = rows;
  return {
    rows: {
      block,
      spanCount,
      traceCount,
      rowsPerChunk,
      traceWords,
      operations,
      origins,
      ...columns,
      bodyEnd: orderedEnd,
    },
    body: orderedBody,
    source,
  };
};

const permuted = (column: Column, source: Uint32Array): Uint32Array => {
  const result = new Uint32Array(source.length);
  for (let place = 0; place < source.length; place++) result[place] = column[source[place] ?? 0] ?? 0;
  return result;
};
