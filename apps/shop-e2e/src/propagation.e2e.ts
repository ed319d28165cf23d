import { describe, expect, it } from '@jest/globals';
import { traced, type TraceHeaders } from '@lantern/trace-testing/jest';
import { order, readUser } from './rig/shop.js';

/** Returns the headers whose names begin with a prefix. */
const only = (prefix: string, headers: TraceHeaders): TraceHeaders =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith(prefix)));

describe('the context of a request', () => {
  it("is extracted from the caller's B3 headers, in all services", async () => {
    const { result, trace } = await traced('order with B3 headers', async (headers) => {
      await order('laptop', only('x-b3-', headers));
      return headers;
    });
    expect(trace.services).toEqual(['api-gateway', 'order-service', 'user-service']);
    expect(trace.span('api-gateway: POST /orders').parentSpanId).toBe(result['x-b3-spanid']);
  });

  it('is extracted from a single b3 header', async () => {
    const { trace } = await traced('read a user with one B3 header', (headers) =>
      readUser('1', { b3: `${headers['x-b3-traceid'] ?? ''}-${headers['x-b3-spanid'] ?? ''}-1` }),
    );
    expect(trace).toHaveCalls('api-gateway > user-service');
  });

  it('is extracted from W3C headers', async () => {
    const { trace } = await traced('read a user with W3C headers', (headers) =>
      readUser('1', only('traceparent', headers)),
    );
    expect(trace).toHaveCalls('api-gateway > user-service');
  });

  it('records no span in any service if the caller does not sample, and log lines all the same', async () => {
    const { trace } = await traced(
      'an order that is not sampled',
      async (headers) => {
        const answer = await order('laptop', { ...only('x-b3-', headers), 'x-b3-sampled': '0' });
        expect(answer.status).toBe(201);
        // The services send the spans of a later order after those that they had before.
        await traced('a later order', (later) => order('laptop', later));
      },
      { until: 'quiet' },
    );
    expect(trace.spans).toEqual([]);
    for (const service of ['api-gateway', 'order-service', 'user-service'])
      await expect(trace).toHaveLog({ service, fields: { duration_ms: expect.any(Number) } });
  });

  it('keeps the correlation ID of the caller, and generates one if the caller sends none', async () => {
    expect((await readUser('1', { 'x-correlation-id': 'order-desk-7' })).correlationId).toBe('order-desk-7');
    const { correlationId } = await readUser('1', { 'x-correlation-id': '' });
    expect(correlationId).toMatch(/^[\w-]{16,}$/);
  });
});
