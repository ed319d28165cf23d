import { describe, expect, it } from '@jest/globals';
import { AttributeMap, SpanKind, StatusCode } from '@lantern/telemetry-model';
import { T0, attributes, resourceSpans, span, spanId, traceId } from '@lantern/telemetry-model/testing';
import { formatTraceRequestJson } from './format-trace-request.js';

const written = (...groups: Parameters<typeof resourceSpans>): unknown =>
  JSON.parse(JSON.stringify(formatTraceRequestJson([resourceSpans(...groups)])));

describe('formatting a trace request as JSON', () => {
  it('A trace request in JSON omits fields that have the default of their type', () => {
    const bare = span({ name: '', kind: SpanKind.unspecified, flags: 0, startUnixNano: 0n, endUnixNano: 0n });
    expect(written({ attributes: [], droppedAttributesCount: 0 }, bare)).toEqual({
      resourceSpans: [
        {
          resource: {},
          scopeSpans: [{ scope: {}, spans: [{ traceId: traceId(1), spanId: spanId(1), status: {} }] }],
        },
      ],
    });
  });

  it('A trace request in JSON has IDs in hex, enums as numbers, and 64-bit integers as strings', () => {
    const full = span({
      parentSpanId: spanId(10),
      kind: SpanKind.client,
      status: { code: StatusCode.error, message: 'why' },
      attributes: attributes({ size: 5n }),
    });
    expect(written('web', full)).toMatchObject({
      resourceSpans: [
        {
          resource: { attributes: [{ key: 'service.name', value: { stringValue: 'web' } }] },
          scopeSpans: [
            {
              spans: [
                {
                  parentSpanId: '000000000000000a',
                  kind: 3,
                  startTimeUnixNano: String(T0),
                  endTimeUnixNano: String(T0 + 1_000_000n),
                  attributes: [{ key: 'size', value: { intValue: '5' } }],
                  status: { code: 2, message: 'why' },
                },
              ],
            },
          ],
        },
      ],
    });
  });

  it('A trace request in JSON has attribute values of every type, including defaults', () => {
    const values = attributes({
      text: '',
      flag: false,
      integer: 0n,
      double: 0,
      negativeZero: -0,
      notANumber: Number.NaN,
      bytes: new Uint8Array(),
      array: [],
      map: new AttributeMap(attributes({ deep: [1.5] })),
      nothing: null,
    });
    expect(written('web', span({ attributes: values }))).toMatchObject({
      resourceSpans: [
        {
          scopeSpans: [
            {
              spans: [
                {
                  attributes: [
                    { key: 'text', value: { stringValue: '' } },
                    { key: 'flag', value: { boolValue: false } },
                    { key: 'integer', value: { intValue: '0' } },
                    { key: 'double', value: { doubleValue: 0 } },
                    { key: 'negativeZero', value: { doubleValue: '-0' } },
                    { key: 'notANumber', value: { doubleValue: 'NaN' } },
                    { key: 'bytes', value: { bytesValue: '' } },
                    { key: 'array', value: { arrayValue: {} } },
                    {
                      key: 'map',
                      value: {
                        kvlistValue: {
                          values: [
                            { key: 'deep', value: { arrayValue: { values: [{ doubleValue: 1.5 }] } } },
                          ],
                        },
                      },
                    },
                    { key: 'nothing', value: {} },
                  ],
                },
              ],
            },
          ],
        },
      ],
    });
  });
});
