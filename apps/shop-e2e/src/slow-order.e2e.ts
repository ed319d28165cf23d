import { beforeAll, describe, expect, it } from '@jest/globals';
import { traced, type TestTrace } from '@lantern/trace-testing/jest';
import { order, type Answer } from './rig/shop.js';

describe('a slow order', () => {
  let answer: Answer;
  let trace: TestTrace;

  beforeAll(async () => {
    ({ result: answer, trace } = await traced('order a slow product', (headers) =>
      order('slow_product', headers),
    ));
  });

  it('is created, after more than a second', () => {
    expect(answer.status).toBe(201);
    expect(trace.span('api-gateway: POST /orders').durationMillis).toBeGreaterThan(1_000);
  });

  it('spends most of its time in calculate_total of order-service', () => {
    // More than the rest together, even on a busy machine.
    expect(trace).toSpend({ service: 'order-service', name: 'calculate_total' }, { atLeast: '50%' });
  });

  it('has five long spans, four of which only wait for calculate_total', () => {
    const waiting: string[] = [];
    for (let { parent } = trace.span('calculate_total'); parent !== undefined; parent = parent.parent)
      waiting.unshift(`${parent.service}: ${parent.name}`);
    expect(waiting).toEqual([
      'api-gateway: POST /orders',
      'api-gateway: proxy_to_order-service',
      'api-gateway: POST',
      'order-service: POST /orders',
    ]);
    const long = trace.spans.filter(({ durationMillis }) => durationMillis > 1_000);
    expect(long.map(({ service, name }) => `${service}: ${name}`)).toEqual([
      ...waiting,
      'order-service: calculate_total',
    ]);
  });

  it('begins calculate_total when validate_user has ended', () => {
    const { endUnixNano } = trace.span('validate_user');
    expect(trace.span('calculate_total').startUnixNano).toBeGreaterThanOrEqual(endUnixNano);
  });
});
