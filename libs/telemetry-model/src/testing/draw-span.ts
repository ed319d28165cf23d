import type { SpanId } from '../ids.js';
import { SpanKind } from '../span.js';
import { buildSpanTable, type SpanRow, type SpanTable } from '../span-table.js';

/** Span of a drawn trace. IDs are any words, times any small numbers of nanoseconds. */
export interface DrawnSpan {
  readonly id: string;
  readonly parent?: string | undefined;
  readonly name?: string;
  readonly service?: string;
  readonly kind?: SpanKind;
  readonly start?: number;
  readonly end?: number;
  readonly error?: boolean;
}

/** Returns a span for tests of computations that depend only on parents and times. */
export const drawSpan = ({
  id,
  parent,
  name = id,
  service = 'shop',
  kind = SpanKind.internal,
  start = 1,
  end = start,
  error = false,
}: DrawnSpan): SpanRow => ({
  spanId: id as SpanId,
  parentSpanId: parent as SpanId | undefined,
  service,
  name,
  kind,
  isError: error,
  startUnixNano: BigInt(start),
  endUnixNano: BigInt(end),
});

export const drawTable = (...spans: readonly DrawnSpan[]): SpanTable => buildSpanTable(spans.map(drawSpan));
