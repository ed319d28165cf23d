import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { TraceState } from '@opentelemetry/core';
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type DecodedFields, decodeProtobuf, traceRequestShape } from '../../test/protobuf.js';
import { encodeTraceRequest } from './trace-request.js';

const resource = resourceFromAttributes({ 'service.name': 'shop', 'process.pid': 42 });
const scope = { name: 'shop', version: '1.2.3', schemaUrl: 'https://example.org/schema' };

const span = (parts: Partial<ReadableSpan> = {}): ReadableSpan => ({
  name: 'GET /users/:id',
  kind: SpanKind.SERVER,
  spanContext: () => ({
    traceId: '80f198ee56343ba864fe8b2a57d3eff7',
    spanId: 'e457b5a2e4d86bd1',
    traceFlags: 1,
  }),
  startTime: [1_790_000_000, 123_456_789],
  endTime: [1_790_000_001, 999_999_999],
  status: { code: SpanStatusCode.UNSET },
  attributes: {},
  links: [],
  events: [],
  duration: [1, 0],
  ended: true,
  resource,
  instrumentationScope: scope,
  droppedAttributesCount: 0,
  droppedEventsCount: 0,
  droppedLinksCount: 0,
  ...parts,
});

const decoded = (bytes: Uint8Array): DecodedFields =>
  // An empty status is written by one of the two and means the same as none.
  JSON.parse(
    JSON.stringify(decodeProtobuf(bytes, traceRequestShape), (_, value: unknown) =>
      typeof value === 'bigint' ? String(value) : value,
    ).replaceAll(',[15,[]]', ''),
  ) as DecodedFields;

const expectSameAsStock = (...spans: ReadableSpan[]): void => {
  const stock = ProtobufTraceSerializer.serializeRequest(spans);
  expect(decoded(encodeTraceRequest(spans))).toEqual(decoded(stock ?? new Uint8Array()));
};

describe('encodeTraceRequest', () => {
  it('encodeTraceRequest writes the same content as OpenTelemetry’s exporter', () => {
    expectSameAsStock(
      span({ attributes: { 'http.request.method': 'GET', 'server.port': 8080, cached: false } }),
    );
  });

  it('encodeTraceRequest writes parents, links, events, failures and dropped counts', () => {
    const remote = {
      traceId: '80f198ee56343ba864fe8b2a57d3eff7',
      spanId: '05e3ac9a4f6e3b90',
      traceFlags: 0,
      isRemote: true,
      traceState: new TraceState('vendor=1,other=2'),
    };
    expectSameAsStock(
      span({
        spanContext: () => ({ ...remote, spanId: 'e457b5a2e4d86bd1', traceFlags: 1 }),
        parentSpanContext: remote,
        links: [{ context: remote, attributes: { from: 'queue' }, droppedAttributesCount: 2 }],
        events: [
          {
            name: 'exception',
            time: [1_790_000_000, 5],
            attributes: { 'exception.stacktrace': 'Error: no\n'.repeat(50) },
            droppedAttributesCount: 1,
          },
          { name: 'retry', time: [1_790_000_000, 6] },
        ],
        status: { code: SpanStatusCode.ERROR, message: 'payment refused' },
        droppedAttributesCount: 300,
        droppedEventsCount: 1,
        droppedLinksCount: 128,
      }),
    );
  });

  it('encodeTraceRequest groups spans by resource and scope', () => {
    const other = resourceFromAttributes({ 'service.name': 'other' });
    const plain = { name: 'plain' };
    expectSameAsStock(
      span(),
      span({ resource: other }),
      span({ instrumentationScope: plain }),
      span({ resource: other, name: 'again' }),
    );
  });

  it('encodeTraceRequest grows its buffer for spans that are larger than earlier ones', () => {
    expectSameAsStock(
      ...Array.from({ length: 300 }, () => span({ attributes: { text: 'x'.repeat(20_000) } })),
    );
  });

  it('encodeTraceRequest encodes any attribute as OpenTelemetry does', () => {
    const scalar = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.string({ maxLength: 200 }),
      fc.boolean(),
      fc.double({ noNaN: true }),
      fc.maxSafeInteger(),
      fc.constantFrom(2 ** 53, -(2 ** 63), 2 ** 63, -1, 0, 127, 128, 16_384),
      fc.constant(null),
    );
    const value = fc.oneof(
      scalar,
      fc.array(scalar),
      fc.uint8Array({ maxLength: 300 }),
      fc.dictionary(fc.string({ minLength: 1 }), scalar, { noNullPrototype: true }),
    );
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ minLength: 1, unit: 'binary' }), value, {
          noNullPrototype: true,
          maxKeys: 20,
        }),
        fc.string({ unit: 'binary' }),
        fc.nat(4_000_000_000),
        fc.nat(999_999_999),
        (attributes, name, seconds, nanos) =>
          expectSameAsStock(span({ name, attributes: attributes, startTime: [seconds, nanos] })),
      ),
      { numRuns: 300 },
    );
  });
});
