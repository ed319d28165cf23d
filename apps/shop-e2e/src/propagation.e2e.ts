import { describe, expect, it } from '@jest/globals';
import { findTrace, traceOf } from './rig/jaeger.js';
import { waitForLog } from './rig/loki.js';
import { newSpanId, newTraceId, order, readUser } from './rig/shop.js';

describe('the context of a request', () => {
  it("is extracted from the caller's B3 headers, in all services", async () => {
    const traceId = newTraceId();
    const spanId = newSpanId();
    await order('laptop', { 'X-B3-TraceId': traceId, 'X-B3-SpanId': spanId, 'X-B3-Sampled': '1' });
    const trace = await traceOf(traceId, 10);
    expect(new Set(trace.spans.map(({ service }) => service))).toEqual(
      new Set(['api-gateway', 'order-service', 'user-service']),
    );
    expect(trace.span('api-gateway', 'POST /orders').parentId).toBe(spanId);
  });

  it('is extracted from a single b3 header', async () => {
    const traceId = newTraceId();
    await readUser('1', { b3: `${traceId}-${newSpanId()}-1` });
    expect(await traceOf(traceId, 5)).toMatchObject({ traceId });
  });

  it('is extracted from W3C headers', async () => {
    const traceId = newTraceId();
    await readUser('1', { traceparent: `00-${traceId}-${newSpanId()}-01` });
    expect(await traceOf(traceId, 5)).toMatchObject({ traceId });
  });

  it('records no span in any service if the caller does not sample', async () => {
    const silent = newTraceId();
    const answer = await order('laptop', {
      'X-B3-TraceId': silent,
      'X-B3-SpanId': newSpanId(),
      'X-B3-Sampled': '0',
    });
    expect(answer.status).toBe(201);
    // The log lines of the request arrive. A later trace that has arrived too proves that this one was not sent.
    await waitForLog(
      '{service="api-gateway"} |= "POST /orders"',
      ({ fields }) => fields.correlation_id === answer.correlationId,
    );
    const spoken = newTraceId();
    await order('laptop', { 'X-B3-TraceId': spoken, 'X-B3-SpanId': newSpanId(), 'X-B3-Sampled': '1' });
    await traceOf(spoken, 10);
    expect(await findTrace(silent)).toBeUndefined();
  });

  it('keeps the correlation ID of the caller, and generates one if the caller sends none', async () => {
    expect((await readUser('1', { 'x-correlation-id': 'order-desk-7' })).correlationId).toBe('order-desk-7');
    const { correlationId } = await readUser('1', { 'x-correlation-id': '' });
    expect(correlationId).toMatch(/^[\w-]{16,}$/);
  });
});
