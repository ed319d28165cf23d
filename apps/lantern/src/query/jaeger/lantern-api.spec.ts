import { beforeAll, describe, expect, it } from '@jest/globals';
import type { V3AttributeKeys, V3AttributeValues, V3OperationStats } from '@lantern/query-api';
import { SpanKind, StatusCode } from '@lantern/telemetry-model';
import {
  T0,
  attributes,
  millis,
  resourceSpans,
  span,
  spanId,
  traceId,
} from '@lantern/telemetry-model/testing';
import { useLantern } from '../../testing/running-lantern.js';

const lantern = useLantern();

const DAY = 'startTime=2026-01-01T00:00:00Z&endTime=2026-01-01T23:59:59Z';

/**
 * ```
 * second    0                    20                  50
 * gateway   GET / 5 ms, 100 ms!  consume 7 ms        GET / 5 ms (later than the range that is asked for)
 * orders    INSERT (client) 2 ms
 * ```
 */
beforeAll(async () => {
  const at = (n: number, second: number, duration: number, fields: Parameters<typeof span>[0] = {}) =>
    span({
      traceId: traceId(n),
      spanId: spanId(n),
      startUnixNano: T0 + millis(second * 1_000),
      endUnixNano: T0 + millis(second * 1_000 + duration),
      ...fields,
    });
  await lantern.send(
    resourceSpans(
      'gateway',
      at(1, 0, 5, {
        name: 'GET /',
        attributes: attributes({ 'http.response.status_code': 200n, user: 'ann' }),
      }),
      at(2, 0, 100, {
        name: 'GET /',
        attributes: attributes({ 'http.response.status_code': 500n, user: 'bob' }),
        status: { code: StatusCode.error, message: '' },
        events: [
          {
            timeUnixNano: T0,
            name: 'exception',
            attributes: attributes({ 'exception.type': 'Error' }),
            droppedAttributesCount: 0,
          },
        ],
      }),
      at(3, 20, 7, { name: 'consume', kind: SpanKind.consumer, attributes: attributes({ user: 'ann' }) }),
      at(4, 50, 5, { name: 'GET /', attributes: attributes({ later: true }) }),
    ),
    resourceSpans('orders', at(5, 0, 2, { name: 'INSERT', kind: SpanKind.client })),
  );
});

const ask = async <T>(path: string): Promise<T> => {
  const answer = await lantern.jaeger(path);
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/json']);
  return answer.json() as T;
};

describe('GET /api/v3/lantern/operations', () => {
  const stats = (query: string) => ask<V3OperationStats>(`/api/v3/lantern/operations?${query}`);
  const MINUTE = 'startTime=2026-01-01T00:00:00Z&endTime=2026-01-01T00:00:49Z';

  it('counts calls, errors and latencies of each operation in a range, from roll-ups', async () => {
    const { operations } = await stats(MINUTE);
    expect(operations).toEqual([
      {
        service: 'gateway',
        name: 'GET /',
        spanKind: 'server',
        callCount: 2,
        errorCount: 1,
        latencyMs: { p50: 5, p95: 100, p99: 100 },
      },
      {
        service: 'gateway',
        name: 'consume',
        spanKind: 'consumer',
        callCount: 1,
        errorCount: 0,
        latencyMs: { p50: 7, p95: 7, p99: 7 },
      },
      {
        service: 'orders',
        name: 'INSERT',
        spanKind: 'client',
        callCount: 1,
        errorCount: 0,
        latencyMs: { p50: 2, p95: 2, p99: 2 },
      },
    ]);
  });

  it('sums up the calls to each service: spans of the kinds server and consumer', async () => {
    const { services } = await stats(MINUTE);
    expect(services).toEqual([
      {
        name: 'gateway',
        callCount: 3,
        errorCount: 1,
        latencyMs: { p50: 7, p95: 100, p99: 100 },
      },
    ]);
  });

  it('narrows to one service', async () => {
    const { operations } = await stats(`${MINUTE}&service=orders`);
    expect(operations.map(({ name }) => name)).toEqual(['INSERT']);
    expect(await stats(`${MINUTE}&service=nobody`)).toEqual({ operations: [], services: [] });
  });

  it('requires a range', async () => {
    const { status, text } = await lantern.jaeger('/api/v3/lantern/operations?service=orders');
    expect([status, text]).toEqual([
      400,
      '{"error":{"httpCode":400,"message":"startTime and endTime are required"}}\n',
    ]);
  });
});

describe('GET /api/v3/lantern/attributes', () => {
  const keys = (query: string) => ask<V3AttributeKeys>(`/api/v3/lantern/attributes?${query}`);
  const values = (query: string) => ask<V3AttributeValues>(`/api/v3/lantern/attributes?${query}`);

  it('names the keys that spans have, the most frequent first, with what their values are and where they stand', async () => {
    expect(await keys(DAY)).toEqual({
      keys: [
        { key: 'service.name', type: 'string', count: 5, levels: ['resource'] },
        { key: 'user', type: 'string', count: 3, levels: ['span'] },
        { key: 'http.response.status_code', type: 'int', count: 2, levels: ['span'] },
        { key: 'exception.type', type: 'string', count: 1, levels: ['event'] },
        { key: 'later', type: 'bool', count: 1, levels: ['span'] },
      ],
      sampledSpans: 5,
    });
  });

  it('narrows to a service, a range and the beginning of a key', async () => {
    const names = async (query: string) => (await keys(query)).keys.map(({ key }) => key);
    expect(await names(`${DAY}&service=orders`)).toEqual(['service.name']);
    expect(await names(`${DAY}&prefix=HTTP`)).toEqual(['http.response.status_code']);
    expect(await names('startTime=2026-01-01T00:00:40Z&endTime=2026-01-01T00:01:00Z')).toEqual([
      'later',
      'service.name',
    ]);
    expect(await names('startTime=2025-01-01T00:00:00Z&endTime=2025-01-02T00:00:00Z')).toEqual([]);
  });

  it('names the values of a key as a search for them is written, the most frequent first', async () => {
    expect(await values(`${DAY}&key=user`)).toEqual({
      values: [
        { value: 'ann', count: 2 },
        { value: 'bob', count: 1 },
      ],
      sampledSpans: 5,
    });
    expect((await values(`${DAY}&key=http.response.status_code&prefix=5`)).values).toEqual([
      { value: '500', count: 1 },
    ]);
    expect((await values(`${DAY}&key=exception.type`)).values).toEqual([{ value: 'Error', count: 1 }]);
    expect((await values(`${DAY}&key=nothing`)).values).toEqual([]);
  });

  it('reads a limited number of spans, spread over the range', async () => {
    const many = Array.from({ length: 6_000 }, (_, n) =>
      span({
        traceId: traceId(1_000 + n),
        spanId: spanId(1 + n),
        startUnixNano: T0 + millis(7_200_000 + n),
        attributes: attributes({ half: n < 3_000 ? 'first' : 'second' }),
      }),
    );
    await lantern.send(resourceSpans('busy', ...many));
    const range = 'startTime=2026-01-01T02:00:00Z&endTime=2026-01-01T02:00:05.999Z';
    const { sampledSpans, values: found } = await values(`${range}&service=busy&key=half`);
    expect(sampledSpans).toBeLessThanOrEqual(8_192);
    expect(found.map(({ value }) => value).sort()).toEqual(['first', 'second']);
    expect((await keys(`${range}&service=busy`)).sampledSpans).toBe(2_048);
  });
});

describe('GET /api/v3/lantern/endpoints', () => {
  it('names the ports on which this Lantern accepts telemetry', async () => {
    const { status, text } = await lantern.jaeger('/api/v3/lantern/endpoints');
    const { otlp, otlpGrpc, loki, prometheus } = lantern.urls;
    const portOf = (url: string) => Number(new URL(url).port);
    expect([status, JSON.parse(text)]).toEqual([
      200,
      {
        otlpPort: portOf(otlp),
        otlpGrpcPort: portOf(otlpGrpc),
        lokiPort: portOf(loki),
        prometheusPort: portOf(prometheus),
      },
    ]);
  });
});
