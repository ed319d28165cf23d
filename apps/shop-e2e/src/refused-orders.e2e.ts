import { describe, expect, it } from '@jest/globals';
import { traced } from '@lantern/trace-testing/jest';
import { order, readUser } from './rig/shop.js';

describe('a rejected request', () => {
  it('for an unknown product gets 422, and no server span is marked as failed', async () => {
    const { result, trace } = await traced('order a unicorn', (headers) => order('unicorn', headers));
    expect(result.status).toBe(422);
    expect(result.contentType).toContain('application/problem+json');
    expect(trace).toHaveSpan({
      service: 'order-service',
      name: 'POST /orders',
      attributes: { 'http.response.status_code': 422 },
    });
    // HTTP semantic conventions: a client span fails from status 400, a server span only from 500.
    expect(trace).toHaveSpans({ status: 'error' }, { exactly: 1 });
    expect(trace).toHaveSpans({ status: 'error', kind: 'client', name: 'POST' }, { exactly: 1 });
  });

  it('for an unknown user gets problem details too', async () => {
    const { result, trace } = await traced('read an unknown user', (headers) => readUser('nobody', headers));
    expect(result.status).toBe(404);
    expect(result.contentType).toContain('application/problem+json');
    expect(result.body).toMatchObject({ status: 404, trace_id: trace.traceId });
  });
});
