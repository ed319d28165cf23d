import { describe, expect, it } from '@jest/globals';
import { formatTraceRequestJson } from '@lantern/otlp/json';
import { at, operationOf, serviceOf, SpanKind, StatusCode } from '@lantern/telemetry-model';
import {
  attributes,
  orderTrace,
  resourceSpans,
  span,
  spanId,
  T0,
  millis,
} from '@lantern/telemetry-model/testing';
import { LoadedTrace } from './loaded-trace.js';
import { spanOf } from './trace-queries.js';

const load = (groups: Parameters<typeof formatTraceRequestJson>[0]): LoadedTrace =>
  new LoadedTrace(formatTraceRequestJson(groups).resourceSpans, 'as sent');

const failedOrder = load(orderTrace({ failed: true }).resourceSpans);

describe('a trace that was read from OTLP/JSON', () => {
  it('the table of a trace has the spans in reading order with their services', () => {
    const { table } = failedOrder;
    const names = Array.from(
      { length: table.length },
      (_, row) => `${serviceOf(table, row)} ${operationOf(table, row)}`,
    );
    expect(names).toEqual([
      'api-gateway POST /orders',
      'api-gateway proxy_to_order-service',
      'api-gateway POST',
      'order-service POST /orders',
      'order-service validate_user',
      'order-service GET',
      'user-service GET /users/:id',
      'user-service SELECT users',
      'order-service calculate_total',
    ]);
    expect(table.duration).toBe(100e6);
  });

  it('a trace names the failed span, and the service that took most of the time', () => {
    const { failure, timeTaken } = failedOrder.overview();
    expect(failure).toEqual({
      row: 8,
      message: 'Payment gateway timeout: Unable to reach provider',
      others: 0,
    });
    expect(timeTaken[0]).toMatchObject({ service: 'order-service', operation: 'calculate_total' });
    expect(load(orderTrace().resourceSpans).overview().failure).toBeUndefined();
  });

  it('of several failed spans a trace names the one that ended first', () => {
    const failed = { code: StatusCode.error, message: '' } as const;
    const trace = load([
      resourceSpans(
        'shop',
        span({ spanId: spanId(1), endUnixNano: T0 + millis(9), status: failed }),
        span({ spanId: spanId(2), parentSpanId: spanId(1), endUnixNano: T0 + millis(8), status: failed }),
        span({
          spanId: spanId(3),
          parentSpanId: spanId(1),
          endUnixNano: T0 + millis(4),
          status: failed,
          attributes: attributes({ 'http.response.status_code': 422n }),
        }),
      ),
    ]);
    expect(trace.overview().failure).toMatchObject({ message: 'HTTP status 422', others: 1 });
    expect(trace.table.spanIds[trace.overview().failure?.row ?? 0]).toBe(spanId(3));
  });

  it('calls of models are counted by model, without agents and tools, which report the same tokens again', () => {
    const call = (n: number, operation: string, model: string, tokens: bigint) =>
      span({
        spanId: spanId(n),
        attributes: attributes({
          'gen_ai.operation.name': operation,
          'gen_ai.request.model': model,
          'gen_ai.usage.input_tokens': tokens,
          'gen_ai.usage.output_tokens': 10n,
        }),
      });
    const trace = load([
      resourceSpans(
        'assistant',
        call(1, 'invoke_agent', 'gpt-4o', 300n),
        call(2, 'chat', 'gpt-4o', 100n),
        call(3, 'execute_tool', '', 0n),
        call(4, 'chat', 'gpt-4o', 200n),
        call(5, 'embeddings', 'text-embedding-3-small', 900n),
      ),
    ]);
    expect(
      trace.overview().modelUsage.map(({ model, calls, inputTokens }) => [model, calls, inputTokens]),
    ).toEqual([
      ['text-embedding-3-small', 1, 900],
      ['gpt-4o', 2, 300],
    ]);
  });

  it('spans have badges for the HTTP status and the called system', () => {
    const { badges } = failedOrder.overview();
    const ofRow = (row: number) => [
      badges.words[at(badges.status, row)],
      badges.words[at(badges.system, row)],
    ];
    expect(ofRow(0)).toEqual(['504', '']);
    expect(ofRow(7)).toEqual(['', 'sqlite']);
    expect(ofRow(8)).toEqual(['', '']);
  });

  it('each event has a one-line description', () => {
    const { events } = failedOrder.overview();
    expect(events.texts).toEqual([
      'exception PaymentError: Payment gateway timeout: Unable to reach provider',
    ]);
    expect([...events.row, ...events.time, ...events.isException]).toEqual([8, 69e6, 1]);
  });

  it('each span can be read completely, as received', () => {
    const detail = spanOf(failedOrder.span(8));
    const sent = orderTrace({ failed: true }).resourceSpans[1]?.scopeSpans[0]?.spans.find(
      ({ name }) => name === 'calculate_total',
    );
    expect(detail.span).toEqual(sent);
  });

  it('statistics group by fields and attributes, with a separate group for spans without them', () => {
    const byMethod = failedOrder.statistics(['.http.request.method']);
    expect(byMethod.map(({ values, count }) => [values[0], count])).toEqual([
      ['POST', 3],
      [undefined, 4],
      ['GET', 2],
    ]);
    expect(failedOrder.statistics(['kind', 'status'])[0]?.values).toEqual(['server', 'error']);
    expect(failedOrder.overview().attributeKeys.slice(0, 2)).toEqual([
      'http.request.method',
      'http.response.status_code',
    ]);
  });

  it('rows can be sorted by any column, equal ones in reading order', () => {
    expect([...failedOrder.sort('duration', -1)].slice(0, 3)).toEqual([0, 1, 2]);
    expect([...failedOrder.sort('operation', 1)].map((row) => operationOf(failedOrder.table, row))[0]).toBe(
      'GET',
    );
  });

  it('a trace without spans has an empty table', () => {
    const empty = load([]);
    expect(empty.overview()).toMatchObject({ table: { length: 0 }, failure: undefined, timeTaken: [] });
    expect(empty.callTree().nodes).toEqual([]);
  });
});

describe('find', () => {
  const found = (text: string) =>
    [...failedOrder.find(text)].map((row) => operationOf(failedOrder.table, row));

  it.each([
    ['calculate', ['calculate_total']],
    ['"SELECT USERS"', ['SELECT users']],
    ['calculate sqlite', ['SELECT users', 'calculate_total']],
    ['sqlite -db.system', []],
    ['sqlite "db.system.name=sqlite" -exception', ['SELECT users']],
    ['-db.system', []],
    ['db.system.name=sqlite', ['SELECT users']],
    ['product=fail', ['calculate_total']],
    ['PaymentError', ['calculate_total']],
    ['000000000000000a', []],
    ['0000000000000008', ['SELECT users']],
    ['  ', []],
    ['"nowhere to be found"', []],
  ])('the search in a trace finds “%s”', (text, names) => {
    expect(found(text)).toEqual(names);
  });

  it('the search in a trace covers values of any type, and the resource', () => {
    const trace = load([
      resourceSpans(
        'shop',
        span({
          attributes: attributes({ list: ['a', 2n], flag: true, ratio: 0.5, bytes: new Uint8Array([1, 2]) }),
          kind: SpanKind.client,
        }),
      ),
    ]);
    for (const text of ['list=["a",2]', 'flag=true', 'ratio=0.5', 'bytes=AQI=', 'service.name=shop']) {
      expect([...trace.find(text)]).toEqual([0]);
    }
  });
});
