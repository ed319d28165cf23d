import { describe, expect, it } from '@jest/globals';
import { NO_SPAN_ID, NO_TRACE_ID, type Span } from '@lantern/telemetry-model';
import {
  T0,
  attributes,
  resource,
  resourceSpans,
  span,
  spanId,
  trace,
  traceId,
} from '@lantern/telemetry-model/testing';
import { adjust } from './adjust.js';

const adjusted = (fields: Partial<Span>): Span | undefined =>
  adjust(trace(resourceSpans('web', span(fields)))).resourceSpans[0]?.scopeSpans[0]?.spans[0];

const link = (target: Pick<Span, 'traceId' | 'spanId'>) => ({
  ...target,
  traceState: '',
  attributes: attributes({ z: 1n, a: 2n }),
  droppedAttributesCount: 0,
  flags: 0,
});

describe('adjust', () => {
  it('sorts attributes by key wherever there are some, and events by time', () => {
    const event = (name: string, at: bigint) => ({
      name,
      timeUnixNano: T0 + at,
      attributes: attributes({ z: 1n, a: 2n }),
      droppedAttributesCount: 0,
    });
    const result = adjusted({
      attributes: attributes({ b: 1n, c: 2n, a: 3n }),
      events: [event('a later one', 5n), event('b sooner', 1n), event('c as soon', 1n)],
      links: [link({ traceId: traceId(2), spanId: spanId(2) })],
    });
    expect(result?.attributes).toEqual(attributes({ a: 3n, b: 1n, c: 2n }));
    expect(result?.events.map(({ name }) => name)).toEqual(['b sooner', 'c as soon', 'a later one']);
    expect(result?.events[0]?.attributes).toEqual(attributes({ a: 2n, z: 1n }));
    expect(result?.links[0]?.attributes).toEqual(attributes({ a: 2n, z: 1n }));
    const [group] = adjust(trace(resourceSpans(resource('web', { a: 1n }), span()))).resourceSpans;
    expect(group?.resource.attributes).toEqual(attributes({ a: 1n, 'service.name': 'web' }));
  });

  it('removes links that point nowhere, and says so', () => {
    const result = adjusted({
      links: [
        link({ traceId: NO_TRACE_ID, spanId: NO_SPAN_ID }),
        link({ traceId: traceId(2), spanId: spanId(2) }),
      ],
    });
    expect(result?.links.map((kept) => kept.traceId)).toEqual([traceId(2)]);
    expect(result?.attributes).toEqual(attributes({ '@jaeger@warnings': ['Invalid span link removed'] }));
  });

  it('does not touch the trace that it was given', () => {
    const original = trace(resourceSpans('web', span({ attributes: attributes({ b: 1n, a: 2n }) })));
    adjust(original);
    expect(original.resourceSpans[0]?.scopeSpans[0]?.spans[0]?.attributes).toEqual(
      attributes({ b: 1n, a: 2n }),
    );
  });
});
