import {
  SpanKind,
  StatusCode,
  TRACE_ORDERS,
  type Attribute,
  type ResourceSpans,
  type Span,
} from '@lantern/telemetry-model';
import {
  T0,
  attributes,
  millis,
  resource,
  scope,
  span,
  spanId,
  traceId,
} from '@lantern/telemetry-model/testing';
import fc from 'fast-check';
import type { TraceQuery } from '../trace-store.js';

/** Arbitraries over so few names, ids and times that spans meet, repeat and match each other all the time. */

const service = fc.constantFrom('a', 'b', 'c');
const operation = fc.constantFrom('read', 'write', '');
const small = fc.integer({ min: 1, max: 4 });
const moment = fc.integer({ min: 0, max: 12 });
const word = fc.constantFrom('x', 'y', '1');

const someAttributes: fc.Arbitrary<Attribute[]> = fc
  .record(
    { user: word, size: fc.constantFrom(1n, 2n), '': word, 'resource.user': word },
    { requiredKeys: [] },
  )
  .map((values) => attributes(values as Record<string, string | bigint>));

const someSpan: fc.Arbitrary<Span> = fc
  .record({
    trace: small,
    id: small,
    parent: fc.option(small, { nil: undefined }),
    name: operation,
    kind: fc.constantFrom(...Object.values(SpanKind)),
    start: moment,
    duration: fc.integer({ min: 0, max: 5 }),
    code: fc.constantFrom(...Object.values(StatusCode)),
    attributes: someAttributes,
    eventAttributes: fc.option(someAttributes, { nil: undefined }),
    linkAttributes: fc.option(someAttributes, { nil: undefined }),
  })
  .map(({ trace, id, parent, name, kind, start, duration, code, ...more }) =>
    span({
      traceId: traceId(trace),
      spanId: spanId(id),
      parentSpanId: parent === undefined ? undefined : spanId(parent),
      name,
      kind,
      startUnixNano: T0 + millis(start),
      endUnixNano: T0 + millis(start + duration),
      status: { code, message: '' },
      attributes: more.attributes,
      events: more.eventAttributes
        ? [{ timeUnixNano: T0, name: 'event', attributes: more.eventAttributes, droppedAttributesCount: 0 }]
        : [],
      links: more.linkAttributes
        ? [
            {
              traceId: traceId(1),
              spanId: spanId(1),
              traceState: '',
              attributes: more.linkAttributes,
              droppedAttributesCount: 0,
              flags: 0,
            },
          ]
        : [],
    }),
  );

const someGroup: fc.Arbitrary<ResourceSpans> = fc
  .record({
    service: fc.option(service, { nil: undefined }),
    host: fc.option(word, { nil: undefined }),
    scopeName: fc.constantFrom('', 'http'),
    scopeAttributes: fc.option(someAttributes, { nil: undefined }),
    spans: fc.array(someSpan, { maxLength: 5 }),
  })
  .map(({ service: name, host, scopeName, scopeAttributes, spans }) => ({
    resource: {
      ...resource(name ?? '', host === undefined ? {} : { user: host }),
      ...(name === undefined ? { attributes: [] } : {}),
    },
    schemaUrl: '',
    scopeSpans: [
      { scope: { ...scope(scopeName, '1'), attributes: scopeAttributes ?? [] }, schemaUrl: '', spans },
    ],
  }));

/** Contents of consecutive requests. */
export const anyAppends: fc.Arbitrary<ResourceSpans[][]> = fc.array(fc.array(someGroup, { maxLength: 3 }), {
  maxLength: 6,
});

const someConditions: fc.Arbitrary<Record<string, string>> = fc
  .record(
    {
      user: word,
      size: word,
      'resource.user': word,
      error: fc.constantFrom('true', 'False', 'x'),
      'span.status': fc.constantFrom('ok', 'ERROR', 'UNSET', 'x'),
      'span.kind': fc.constantFrom('SERVER', 'client', '', 'x'),
      'scope.name': fc.constantFrom('', 'http'),
      'scope.version': fc.constantFrom('1', '2'),
      'service.name': service,
    },
    { requiredKeys: [] },
  )
  .map((conditions) => Object.fromEntries(Object.entries(conditions).slice(0, 2)));

export const anyQuery: fc.Arbitrary<TraceQuery> = fc
  .record({
    service: fc.option(service, { nil: undefined, freq: 2 }),
    operation: fc.option(operation, { nil: undefined, freq: 1 }),
    conditions: fc.option(someConditions, { nil: undefined, freq: 2 }),
    min: fc.option(moment, { nil: undefined, freq: 1 }),
    max: fc.option(moment, { nil: undefined, freq: 1 }),
    traceMin: fc.option(moment, { nil: undefined, freq: 1 }),
    traceMax: fc.option(moment, { nil: undefined, freq: 1 }),
    from: moment,
    to: moment,
    limit: small,
    orderBy: fc.option(fc.constantFrom(...TRACE_ORDERS), { nil: undefined, freq: 4 }),
  })
  .map(
    ({
      service: name,
      operation: operationName,
      conditions,
      min,
      max,
      traceMin,
      traceMax,
      from,
      to,
      limit,
      orderBy,
    }) => ({
      ...(orderBy === undefined ? {} : { orderBy }),
      ...(name === undefined ? {} : { service: name }),
      ...(operationName === undefined ? {} : { operation: operationName }),
      ...(conditions === undefined ? {} : { attributes: conditions }),
      ...(min === undefined ? {} : { minDurationNano: millis(min) }),
      ...(max === undefined ? {} : { maxDurationNano: millis(max) }),
      ...(traceMin === undefined ? {} : { minTraceDurationNano: millis(traceMin) }),
      ...(traceMax === undefined ? {} : { maxTraceDurationNano: millis(traceMax) }),
      range: { startUnixNano: T0 + millis(Math.min(from, to)), endUnixNano: T0 + millis(Math.max(from, to)) },
      limit,
    }),
  );
