import { describe, expect, it } from '@jest/globals';
import { bytesField, fixed64, integer, snappyLiterals, text } from '../../testing/protobuf.js';
import { useLantern } from '../../testing/running-lantern.js';

const lantern = useLantern();

const T = 1_767_225_600_123_456_789n;
const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';

const CATEGORIZED = { headers: { 'X-Loki-Response-Encoding-Flags': 'categorize-labels' } };

const resultOf = async (query: string): Promise<unknown> => {
  const { json } = await lantern.queryLogs(query, {}, CATEGORIZED);
  return (json() as { data: { result: unknown } }).data.result;
};

describe('a push in snappy and protobuf', () => {
  const push = (
    body: Buffer,
    headers: Record<string, string> = { 'content-type': 'application/x-protobuf' },
  ) => lantern.loki('/loki/api/v1/push', { method: 'POST', headers, body: new Uint8Array(body) });

  const request = (labels: string, line: string) =>
    bytesField(
      1,
      text(1, labels),
      bytesField(
        2,
        bytesField(1, integer(1, T / 1_000_000_000n), integer(2, T % 1_000_000_000n)),
        text(2, line),
        bytesField(3, text(1, 'trace_id'), text(2, TRACE_ID)),
        bytesField(3, text(1, 'empty'), text(2, '')),
      ),
    );

  it('is kept to the nanosecond, with its structured metadata', async () => {
    const line = `level=error ${'größer als ein Literal '.repeat(10)}`;
    const { status } = await push(snappyLiterals(request('{service="pb", env="dev"}', line)));
    expect(status).toBe(204);
    expect(await resultOf('{service="pb"}')).toEqual([
      {
        stream: { env: 'dev', service: 'pb', service_name: 'pb' },
        values: [[String(T), line, { structuredMetadata: { detected_level: 'error', trace_id: TRACE_ID } }]],
      },
    ]);
  });

  it('needs no content type', async () => {
    const body = snappyLiterals(request('{service="untyped"}', 'x'));
    expect(
      (await push(body, { 'content-type': 'application/octet-stream', 'content-encoding': 'snappy' })).status,
    ).toBe(204);
  });

  it.each([
    [
      'labels that are none',
      snappyLiterals(request('{service=~"x"}', 'x')),
      'error parsing labels \'{service=~"x"}\' with error: only equality is a label',
    ],
    ['broken labels', snappyLiterals(request('{service', 'x')), 'error parsing labels'],
    ['broken protobuf', snappyLiterals(Buffer.from([0x0a, 0x7f, 1])), 'the body is no protobuf of a push'],
    ['broken snappy', Buffer.from([5, 0]), 'snappy: corrupt input'],
    ['a copy from nowhere', Buffer.from([4, 1, 9]), 'snappy: corrupt input: a copy is out of bounds'],
    ['no body at all', Buffer.alloc(0), 'snappy: corrupt input'],
  ])('is refused with %s', async (_case, body, message) => {
    const answer = await push(body);
    expect([answer.status, answer.text]).toEqual([400, expect.stringContaining(message)]);
  });

  it('is rejected when its stated size exceeds the limit', async () => {
    const answer = await push(Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f, 0]));
    expect([answer.status, answer.text]).toEqual([
      413,
      'request body too large: 4294967295 bytes, limit: 20971520 bytes\n',
    ]);
  });

  it('of nothing is 422', async () => {
    expect((await push(snappyLiterals(Buffer.alloc(0)))).status).toBe(422);
  });
});

describe('OTLP logs', () => {
  const asJson = {
    resourceLogs: [
      {
        resource: {
          attributes: [
            { key: 'service.name', value: { stringValue: 'otlp-json' } },
            { key: 'deployment.environment', value: { stringValue: 'dev' } },
            { key: 'host.name', value: { stringValue: 'h1' } },
          ],
        },
        scopeLogs: [
          {
            scope: { name: 'orders', version: '2', droppedAttributesCount: 1 },
            logRecords: [
              {
                timeUnixNano: String(T),
                severityNumber: 17,
                severityText: 'ERROR',
                body: { stringValue: 'Payment gateway timeout' },
                droppedAttributesCount: 3,
                attributes: [
                  { key: 'http..status', value: { intValue: '504' } },
                  { key: '1st', value: { boolValue: true } },
                  { key: '__a.b__', value: { stringValue: 'reserved' } },
                  { key: '用户', value: { stringValue: 'user' } },
                  { key: '订单', value: { stringValue: 'order' } },
                  { key: '_', value: { stringValue: 'underscore' } },
                  {
                    key: 'user',
                    value: { kvlistValue: { values: [{ key: 'id', value: { stringValue: '7' } }] } },
                  },
                ],
                traceId: TRACE_ID,
                spanId: '00f067aa0ba902b7',
              },
            ],
          },
        ],
      },
    ],
  };

  it.each(['otlp', 'loki'] as const)('are kept as Loki keeps them, on the port of %s', async (port) => {
    const service = `json-${port}`;
    const body = JSON.stringify(asJson).replace('otlp-json', service);
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body };
    const answer =
      port === 'otlp' ? await lantern.otlp('/v1/logs', init) : await lantern.loki('/otlp/v1/logs', init);
    expect([answer.status, answer.text]).toEqual([200, '{}']);
    expect(await resultOf(`{service_name="${service}"} | trace_id="${TRACE_ID}"`)).toEqual([
      {
        stream: { deployment_environment: 'dev', service, service_name: service },
        values: [
          [
            String(T),
            'Payment gateway timeout',
            {
              structuredMetadata: {
                __a_b__: 'reserved',
                detected_level: 'error',
                dropped_attributes_count: '3',
                host_name: 'h1',
                http_status: '504',
                key_1st: 'true',
                U___7528__6237_: 'user',
                U___8ba2__5355_: 'order',
                U____: 'underscore',
                scope_dropped_attributes_count: '1',
                scope_name: 'orders',
                scope_version: '2',
                severity_number: '17',
                severity_text: 'ERROR',
                span_id: '00f067aa0ba902b7',
                trace_id: TRACE_ID,
                user_id: '7',
              },
            },
          ],
        ],
      },
    ]);
  });

  it('are accepted in protobuf too, with any body, and without a time of their own', async () => {
    const body = bytesField(
      1,
      bytesField(
        2,
        bytesField(
          2,
          fixed64(11, T),
          integer(2, 9n),
          bytesField(5, bytesField(5, bytesField(1, integer(3, 7n)))),
        ),
      ),
    );
    const answer = await lantern.otlp('/v1/logs', {
      method: 'POST',
      headers: { 'content-type': 'application/x-protobuf' },
      body: new Uint8Array(body),
    });
    expect([answer.status, answer.text]).toEqual([200, '']);
    expect(await resultOf('{service_name="unknown_service"} | severity_number="9"')).toEqual([
      {
        stream: { service_name: 'unknown_service' },
        values: [
          [
            String(T),
            '[7]',
            {
              structuredMetadata: {
                detected_level: 'info',
                observed_timestamp: String(T),
                severity_number: '9',
              },
            },
          ],
        ],
      },
    ]);
  });

  it('are rejected with the reason when they are invalid', async () => {
    const long = structuredClone(asJson);
    const [record] = long.resourceLogs[0]?.scopeLogs[0]?.logRecords ?? [];
    if (record) record.body.stringValue = 'x'.repeat(262_145);
    const { text: answer } = await lantern.otlp('/v1/logs', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(long),
    });
    expect(JSON.parse(answer)).toEqual({
      partialSuccess: {
        rejectedLogRecords: '1',
        errorMessage: expect.stringContaining("max entry size '262144' bytes exceeded"),
      },
    });
  });

  it('are rejected in the encoding of the request', async () => {
    const answer = await lantern.loki('/otlp/v1/logs', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"resourceLogs":5}',
    });
    expect([answer.status, answer.json()]).toEqual([
      400,
      { code: 3, message: expect.stringContaining('resourceLogs must be an array') },
    ]);
  });
});
