import { NO_ATTRIBUTES } from '../attributes.js';
import type { SpanId, TraceId } from '../ids.js';
import { SpanKind, StatusCode } from '../span.js';
import type { SpanInContext } from '../trace.js';

/** What a tree or a timeline is made of; ids are any words, times any small numbers. */
export interface DrawnSpan {
  readonly id: string;
  readonly parent?: string | undefined;
  readonly name?: string;
  readonly service?: string;
  readonly start?: number;
  readonly end?: number;
  readonly error?: boolean;
}

/** A span for tests of what is computed from a trace, where only its place and its times matter. */
export const drawSpan = ({
  id,
  parent,
  name = id,
  service = 'shop',
  start = 1,
  end = start,
  error = false,
}: DrawnSpan): SpanInContext => ({
  span: {
    traceId: '1'.repeat(32) as TraceId,
    spanId: id as SpanId,
    parentSpanId: parent as SpanId | undefined,
    traceState: '',
    flags: 0,
    name,
    kind: SpanKind.internal,
    startUnixNano: BigInt(start),
    endUnixNano: BigInt(end),
    attributes: NO_ATTRIBUTES,
    droppedAttributesCount: 0,
    events: [],
    droppedEventsCount: 0,
    links: [],
    droppedLinksCount: 0,
    status: { code: error ? StatusCode.error : StatusCode.unset, message: '' },
  },
  scope: { name: '', version: '', attributes: NO_ATTRIBUTES, droppedAttributesCount: 0 },
  resource: { attributes: [{ key: 'service.name', value: service }], droppedAttributesCount: 0 },
});
