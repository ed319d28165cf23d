import { describe, expect, it } from '@jest/globals';
import { traced } from '@lantern/trace-testing/jest';
import { order } from './rig/shop.js';

describe('a slow order', () => {
  it('spends most of its time in calculate_total of order-service', async () => {
    const { result, trace } = await traced('order a slow product', (headers) =>
      order('slow_product', headers),
    );
    expect(result.status).toBe(201);
    expect(trace.span({ service: 'api-gateway', name: 'POST /orders' }).durationMillis).toBeGreaterThan(
      1_000,
    );
    // More than the rest together, even on a busy machine.
    expect(trace).toSpend({ service: 'order-service', name: 'calculate_total' }, { atLeast: '50%' });
  });
});
