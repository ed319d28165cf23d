import type { SpanId } from '../ids.js';
import { SpanKind, StatusCode } from '../span.js';
import type { SpanInContext } from '../trace.js';
import { resource, scope, span } from './builders.js';

/** What a tree or a timeline is made of. Ids are any words, times any small numbers of nanoseconds. */
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
  span: span({
    spanId: id as SpanId,
    parentSpanId: parent as SpanId | undefined,
    name,
    kind: SpanKind.internal,
    startUnixNano: BigInt(start),
    endUnixNano: BigInt(end),
    status: { code: error ? StatusCode.error : StatusCode.unset, message: '' },
  }),
  scope: scope(),
  resource: resource(service),
});
