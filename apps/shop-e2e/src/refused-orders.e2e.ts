import { describe, expect, it } from '@jest/globals';
import { traceIdOf, traceOf } from './rig/jaeger.js';
import { order, readUser } from './rig/shop.js';

describe('a rejected request', () => {
  it('for an unknown product gets 422, and no server span is marked as failed', async () => {
    const answer = await order('unicorn');
    expect(answer.status).toBe(422);
    expect(answer.contentType).toContain('application/problem+json');
    const trace = await traceOf(await traceIdOf(answer.correlationId), 9);
    const errors = trace.spans.filter(({ isError }) => isError).map(({ name, kind }) => `${name} (${kind})`);
    // HTTP semantic conventions: a client span fails from status 400, a server span only from 500.
    expect(errors).toEqual(['POST (client)']);
    expect(trace.span('order-service', 'POST /orders').tags['http.response.status_code']).toBe(422);
  });

  it('for an unknown user gets problem details too', async () => {
    const answer = await readUser('nobody');
    expect(answer.status).toBe(404);
    expect(answer.contentType).toContain('application/problem+json');
    expect(answer.body).toMatchObject({
      status: 404,
      trace_id: await traceIdOf(answer.correlationId),
    });
  });
});
