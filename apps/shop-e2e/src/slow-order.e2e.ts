import { describe, expect, it } from '@jest/globals';
import { traceIdOf, traceOf } from './rig/jaeger.js';
import { order } from './rig/shop.js';

describe('a slow order', () => {
  it('spends most of its time in calculate_total of order-service', async () => {
    const answer = await order('slow_product');
    expect(answer.status).toBe(201);
    const trace = await traceOf(await traceIdOf(answer.correlationId), 10);

    const total = trace.span('api-gateway', 'POST /orders').durationMicros;
    expect(total).toBeGreaterThan(1_000_000);
    // More than the rest together, even on a busy machine.
    expect(trace.span('order-service', 'calculate_total').durationMicros / total).toBeGreaterThan(0.5);
  });
});
