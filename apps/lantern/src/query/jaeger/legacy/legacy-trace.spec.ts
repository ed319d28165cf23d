import { describe, expect, it } from '@jest/globals';
import { AttributeMap, SpanKind, StatusCode, type Span, type TraceId } from '@lantern/telemetry-model';
import {
  T0,
  attributes,
  millis,
  resource,
  resourceSpans,
  scope,
  span,
  spanId,
  trace,
  traceId,
} from '@lantern/telemetry-model/testing';
import { toLegacyTrace } from './legacy-trace.js';

const T0_MICROS = Number(T0 / 1_000n);

const tagsOf = (fields: Partial<Span>) => {
  const [converted] = toLegacyTrace(trace(resourceSpans('web', span(fields)))).spans;
  return converted?.tags;
};

describe('toLegacyTrace', () => {
  it('writes a trace as Jaeger does, field by field and in its order', () => {
    const id = '83a9efd15c1c98a977e0711cc93ee28b' as TraceId;
    const legacy = toLegacyTrace({
      traceId: id,
      resourceSpans: [
        {
          resource: resource('order-service', { 'service.version': '1.2.0', 'process.pid': 4711n }),
          schemaUrl: '',
          scopeSpans: [
            {
              scope: scope('shop', '0.3'),
              schemaUrl: '',
              spans: [
                span({
                  traceId: id,
                  spanId: spanId(2),
                  parentSpanId: spanId(1),
                  name: 'calculate_total',
                  kind: SpanKind.internal,
                  startUnixNano: T0 + 1_999n,
                  endUnixNano: T0 + millis(3),
                  attributes: attributes({ product: 'fail_product', quantity: 1n }),
                  events: [
                    {
                      timeUnixNano: T0 + millis(2),
                      name: 'exception',
                      attributes: attributes({ 'exception.message': 'Payment gateway timeout' }),
                      droppedAttributesCount: 0,
                    },
                  ],
                  status: { code: StatusCode.error, message: 'Payment gateway timeout' },
                  traceState: 'a=b',
                }),
              ],
            },
          ],
        },
      ],
    });

    expect(JSON.stringify(legacy, null, 1)).toBe(
      JSON.stringify(
        {
          traceID: '83a9efd15c1c98a977e0711cc93ee28b',
          spans: [
            {
              traceID: '83a9efd15c1c98a977e0711cc93ee28b',
              spanID: '0000000000000002',
              operationName: 'calculate_total',
              references: [
                {
                  refType: 'CHILD_OF',
                  traceID: '83a9efd15c1c98a977e0711cc93ee28b',
                  spanID: '0000000000000001',
                },
              ],
              startTime: T0_MICROS + 1,
              duration: 2_998,
              tags: [
                { key: 'otel.scope.name', type: 'string', value: 'shop' },
                { key: 'otel.scope.version', type: 'string', value: '0.3' },
                { key: 'product', type: 'string', value: 'fail_product' },
                { key: 'quantity', type: 'int64', value: 1 },
                { key: 'span.kind', type: 'string', value: 'internal' },
                { key: 'otel.status_code', type: 'string', value: 'ERROR' },
                { key: 'error', type: 'bool', value: true },
                { key: 'otel.status_description', type: 'string', value: 'Payment gateway timeout' },
                { key: 'w3c.tracestate', type: 'string', value: 'a=b' },
              ],
              logs: [
                {
                  timestamp: T0_MICROS + 2_000,
                  fields: [
                    { key: 'event', type: 'string', value: 'exception' },
                    { key: 'exception.message', type: 'string', value: 'Payment gateway timeout' },
                  ],
                },
              ],
              processID: 'p1',
              warnings: null,
            },
          ],
          processes: {
            p1: {
              serviceName: 'order-service',
              tags: [
                { key: 'service.version', type: 'string', value: '1.2.0' },
                { key: 'process.pid', type: 'int64', value: 4711 },
              ],
            },
          },
          warnings: null,
        },
        null,
        1,
      ),
    );
  });

  it('drops an upper half of zeros from trace ids, also in references', () => {
    const child = span({ traceId: traceId(0xabc), parentSpanId: spanId(9) });
    expect(toLegacyTrace(trace(resourceSpans('web', child)))).toMatchObject({
      traceID: '0000000000000abc',
      spans: [{ traceID: '0000000000000abc', references: [{ traceID: '0000000000000abc' }] }],
    });
  });

  it('has no flags, as from Jaeger, and no tags for an unset status or an unspecified kind', () => {
    const plain = span({ flags: 257, kind: SpanKind.unspecified });
    const [legacy] = toLegacyTrace(trace(resourceSpans('web', plain))).spans;
    expect(legacy).not.toHaveProperty('flags');
    expect(legacy).toMatchObject({ references: [], tags: [], logs: [], warnings: null });
    expect(tagsOf({ kind: SpanKind.unspecified, status: { code: StatusCode.ok, message: '' } })).toEqual([
      { key: 'otel.status_code', type: 'string', value: 'OK' },
    ]);
  });

  it('keeps every type of value, and every digit', () => {
    const values = {
      text: 'x',
      yes: true,
      small: -5n,
      exact: 9_007_199_254_740_991n,
      large: 9_007_199_254_740_992n,
      ratio: 0.5,
      whole: 2,
      infinite: Number.POSITIVE_INFINITY,
      bytes: Uint8Array.of(0xde, 0xad),
      list: ['a', 1n],
      map: new AttributeMap(attributes({ b: 1n, a: [true] })),
      nothing: null,
    };
    expect(tagsOf({ kind: SpanKind.unspecified, attributes: attributes(values) })).toEqual([
      { key: 'text', type: 'string', value: 'x' },
      { key: 'yes', type: 'bool', value: true },
      { key: 'small', type: 'int64', value: -5 },
      { key: 'exact', type: 'int64', value: 9_007_199_254_740_991 },
      { key: 'large', type: 'int64', value: '9007199254740992' },
      { key: 'ratio', type: 'float64', value: 0.5 },
      { key: 'whole', type: 'float64', value: 2 },
      { key: 'infinite', type: 'float64', value: 'Infinity' },
      { key: 'bytes', type: 'binary', value: '3q0=' },
      { key: 'list', type: 'string', value: '["a",1]' },
      { key: 'map', type: 'string', value: '{"a":[true],"b":1}' },
      { key: 'nothing', type: 'string', value: '' },
    ]);
  });

  it('turns links into references behind the parent; a link to the parent sets its type', () => {
    const link = (n: number, refType?: string) => ({
      traceId: n === 1 ? traceId(1) : traceId(0x77),
      spanId: spanId(n),
      traceState: '',
      attributes: refType === undefined ? [] : attributes({ 'opentracing.ref_type': refType }),
      droppedAttributesCount: 0,
      flags: 0,
    });
    const linked = span({
      spanId: spanId(5),
      parentSpanId: spanId(1),
      links: [link(2), link(3, 'child_of'), link(1, 'follows_from')],
    });
    const [legacy] = toLegacyTrace(trace(resourceSpans('web', linked))).spans;
    expect(legacy?.references).toEqual([
      { refType: 'FOLLOWS_FROM', traceID: '0000000000000001', spanID: '0000000000000001' },
      { refType: 'FOLLOWS_FROM', traceID: '0000000000000077', spanID: '0000000000000002' },
      { refType: 'CHILD_OF', traceID: '0000000000000077', spanID: '0000000000000003' },
    ]);
  });

  it('does not name an event twice', () => {
    const event = (name: string, values = {}) => ({
      timeUnixNano: T0,
      name,
      attributes: attributes(values),
      droppedAttributesCount: 0,
    });
    const [legacy] = toLegacyTrace(
      trace(resourceSpans('web', span({ events: [event('retry', { event: 'own' }), event('')] }))),
    ).spans;
    expect(legacy?.logs.map(({ fields }) => fields)).toEqual([
      [{ key: 'event', type: 'string', value: 'own' }],
      [],
    ]);
  });

  it('numbers processes in the order of spans, and merges equal ones', () => {
    const at = (n: number) => span({ spanId: spanId(n) });
    const legacy = toLegacyTrace(
      trace(
        resourceSpans('web', at(1)),
        resourceSpans(resource('web', { pod: 'a' }), at(2)),
        resourceSpans('web', at(3), at(4)),
      ),
    );
    expect(legacy.spans.map(({ processID }) => processID)).toEqual(['p1', 'p2', 'p1', 'p1']);
    expect(Object.keys(legacy.processes)).toEqual(['p1', 'p2']);
  });

  it('shows warnings beside the tags, not among them', () => {
    const warned = span({ attributes: attributes({ '@jaeger@warnings': ['odd', 'odder'], a: 'b' }) });
    const [legacy] = toLegacyTrace(trace(resourceSpans('web', warned))).spans;
    expect(legacy?.warnings).toEqual(['odd', 'odder']);
    expect(legacy?.tags.map(({ key }) => key)).toEqual(['a', 'span.kind']);
  });
});
