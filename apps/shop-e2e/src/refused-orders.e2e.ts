import { describe, expect, it } from '@jest/globals';
import { traceIdOf, traceOf } from './rig/jaeger.js';
import { order, readUser } from './rig/shop.js';

describe('an order that cannot be', () => {
  it('names an unknown product: 422, and no span of the services is an error', async () => {
    const answer = await order('unicorn');
    expect(answer.status).toBe(422);
    expect(answer.contentType).toContain('application/problem+json');
    const trace = await traceOf(await traceIdOf(answer.correlationId), 9);
    const errors = trace.spans.filter(({ isError }) => isError).map(({ name, kind }) => `${name} (${kind})`);
    // By the HTTP semantic conventions a client span fails on any status from 400, a server span only from 500.
    expect(errors).toEqual(['POST (client)']);
    expect(trace.span('order-service', 'POST /orders').tags['http.response.status_code']).toBe(422);
  });

  it('is one problem document for every kind of refusal', async () => {
    const answer = await readUser('nobody');
    expect(answer.status).toBe(404);
    expect(answer.contentType).toContain('application/problem+json');
    expect(answer.body).toMatchObject({
      status: 404,
      trace_id: await traceIdOf(answer.correlationId),
    });
  });
});
