import { describe, expect, it } from '@jest/globals';
import { AttributeMap, attributeText } from '@lantern/telemetry-model';
import fc from 'fast-check';
import { MalformedOtlpError } from '../malformed-otlp-error.js';
import { writeAttributes } from '../common/protobuf/attributes.js';
import { WireWriter } from '../wire/wire-writer.js';
import { parseLogsRequestJson } from './json/parse-logs-request.js';
import { decodeLogsRequest } from './protobuf/decode-logs-request.js';
import type { ResourceLogs } from './log-record.js';

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN_ID = '00f067aa0ba902b7';

const EXPECTED: ResourceLogs[] = [
  {
    resource: { attributes: [{ key: 'service.name', value: 'orders' }], droppedAttributesCount: 1 },
    schemaUrl: 'https://example.com/resource',
    scopeLogs: [
      {
        scope: { name: 'app', version: '2', attributes: [], droppedAttributesCount: 0 },
        schemaUrl: 'https://example.com/scope',
        logRecords: [
          {
            timeUnixNano: 1_767_225_600_123_456_789n,
            observedTimeUnixNano: 1_767_225_600_123_456_790n,
            severityNumber: 17,
            severityText: 'ERROR',
            body: 'Zahlung fehlgeschlagen',
            attributes: [
              { key: 'order', value: 7n },
              { key: 'http', value: new AttributeMap([{ key: 'status', value: 504n }]) },
            ],
            droppedAttributesCount: 2,
            flags: 1,
            traceId: TRACE_ID,
            spanId: SPAN_ID,
            eventName: 'payment.failed',
          },
        ],
      },
    ],
  },
];

const asJson = {
  resourceLogs: [
    {
      resource: {
        attributes: [{ key: 'service.name', value: { stringValue: 'orders' } }],
        droppedAttributesCount: 1,
      },
      schemaUrl: 'https://example.com/resource',
      scopeLogs: [
        {
          scope: { name: 'app', version: '2' },
          schemaUrl: 'https://example.com/scope',
          logRecords: [
            {
              timeUnixNano: '1767225600123456789',
              observedTimeUnixNano: '1767225600123456790',
              severityNumber: 17,
              severityText: 'ERROR',
              body: { stringValue: 'Zahlung fehlgeschlagen' },
              attributes: [
                { key: 'order', value: { intValue: '7' } },
                {
                  key: 'http',
                  value: { kvlistValue: { values: [{ key: 'status', value: { intValue: '504' } }] } },
                },
              ],
              droppedAttributesCount: 2,
              flags: 1,
              traceId: TRACE_ID,
              spanId: SPAN_ID,
              eventName: 'payment.failed',
            },
          ],
        },
      ],
    },
  ],
};

const asProtobuf = (): Uint8Array => {
  const [group] = EXPECTED;
  const [scopeLogs] = group?.scopeLogs ?? [];
  const [record] = scopeLogs?.logRecords ?? [];
  if (!group || !scopeLogs || !record) throw new Error('the example has one record');
  const writer = new WireWriter();
  const inside = (field: number, write: () => void): void => {
    const start = writer.begin(field);
    write();
    writer.end(start);
  };
  inside(1, () => {
    inside(1, () => {
      writeAttributes(writer, 1, group.resource.attributes);
      writer.uint32(2, group.resource.droppedAttributesCount);
    });
    inside(2, () => {
      inside(1, () => {
        writer.text(1, scopeLogs.scope.name);
        writer.text(2, scopeLogs.scope.version);
      });
      inside(2, () => {
        writer.fixed64(1, record.timeUnixNano);
        writer.uint32(2, record.severityNumber);
        writer.text(3, record.severityText);
        inside(5, () => writer.text(1, attributeText(record.body)));
        writeAttributes(writer, 6, record.attributes);
        writer.uint32(7, record.droppedAttributesCount);
        writer.fixed32(8, record.flags);
        writer.hex(9, record.traceId);
        writer.hex(10, record.spanId);
        writer.fixed64(11, record.observedTimeUnixNano);
        writer.text(12, record.eventName);
      });
      writer.text(3, scopeLogs.schemaUrl);
    });
    writer.text(3, group.schemaUrl);
  });
  return writer.finish();
};

describe('a logs request', () => {
  it('A logs request has the same content in both encodings, with every field', () => {
    expect(parseLogsRequestJson(JSON.stringify(asJson))).toEqual(EXPECTED);
    expect(decodeLogsRequest(asProtobuf())).toEqual(EXPECTED);
  });

  it('A logs request may be empty or have no optional field', () => {
    expect(parseLogsRequestJson('{}')).toEqual([]);
    expect(decodeLogsRequest(new Uint8Array())).toEqual([]);
    expect(parseLogsRequestJson('{"resourceLogs":[{"scopeLogs":[{"logRecords":[{}]}]}]}')).toMatchObject([
      { scopeLogs: [{ logRecords: [{ timeUnixNano: 0n, body: null, traceId: '', severityNumber: 0 }] }] },
    ]);
  });

  it('A logs request accepts severities by their names', () => {
    const withSeverity = (severityNumber: unknown) =>
      parseLogsRequestJson(
        JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords: [{ severityNumber }] }] }] }),
      )[0]?.scopeLogs[0]?.logRecords[0]?.severityNumber;
    expect(
      ['SEVERITY_NUMBER_TRACE', 'SEVERITY_NUMBER_INFO', 'SEVERITY_NUMBER_FATAL4'].map(withSeverity),
    ).toEqual([1, 9, 24]);
  });

  it('A log record with invalid IDs is kept without the IDs', () => {
    const record = { traceId: '00'.repeat(16), spanId: 'abcd', body: { stringValue: 'x' } };
    expect(
      parseLogsRequestJson(JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords: [record] }] }] })),
    ).toMatchObject([{ scopeLogs: [{ logRecords: [{ traceId: '', spanId: '', body: 'x' }] }] }]);
  });

  it('A malformed logs request is rejected with an error that names the field', () => {
    expect(() =>
      parseLogsRequestJson('{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":5}]}]}]}'),
    ).toThrow('resourceLogs[0].scopeLogs[0].logRecords[0].body must be an object');
    expect(() => decodeLogsRequest(Uint8Array.of(0x0a, 0x05))).toThrow(MalformedOtlpError);
  });

  it('Reading a logs request throws MalformedOtlpError and no other error for any bytes', () => {
    const valid = asProtobuf();
    fc.assert(
      fc.property(fc.nat(valid.length - 1), fc.nat(255), fc.nat(valid.length), (at, byte, end) => {
        const changed = Uint8Array.from(valid).subarray(0, end);
        if (at < end) changed[at] = byte;
        try {
          decodeLogsRequest(changed);
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedOtlpError);
        }
      }),
      { numRuns: 500 },
    );
  });
});
