import { beforeAll, describe, expect, it } from '@jest/globals';
import { findTrace, traceIdOf, traceOf, type TraceView } from './rig/jaeger.js';
import { waitForLog, type LogLine } from './rig/loki.js';
import { order, type Answer } from './rig/shop.js';

const REASON = 'Payment gateway timeout: Unable to reach provider';

const SHAPE = `
api-gateway: POST /orders (server) ✗
  api-gateway: proxy_to_order-service (internal) ✗
    api-gateway: POST (client) ✗
      order-service: POST /orders (server) ✗
        order-service: validate_user (internal)
          order-service: GET (client)
            user-service: GET /users/:id (server)
              user-service: SELECT users (client)
        order-service: calculate_total (internal) ✗
`.trim();

describe('an order whose payment fails', () => {
  let answer: Answer;
  let trace: TraceView;
  let line: LogLine;

  beforeAll(async () => {
    answer = await order('fail_product');
    trace = await traceOf(await traceIdOf(answer.correlationId), 9);
    line = await waitForLog(
      `{service="order-service"} |= "Payment gateway timeout"`,
      ({ fields }) => fields.correlation_id === answer.correlationId,
    );
  });

  it('gets 504 with problem details that contain the trace ID', () => {
    expect(answer.status).toBe(504);
    expect(answer.contentType).toContain('application/problem+json');
    expect(answer.body).toMatchObject({ status: 504, trace_id: trace.traceId });
  });

  it('marks calculate_total and its parents as failed, and no other span', () => {
    expect(trace.tree()).toBe(SHAPE);
  });

  it('has the reason in an exception event of calculate_total', () => {
    const { events, tags } = trace.span('order-service', 'calculate_total');
    expect(events).toContainEqual(
      expect.objectContaining({ event: 'exception', 'exception.message': REASON }),
    );
    expect(tags['otel.status_description']).toBe(REASON);
  });

  it("is found by the tutorial's Loki query, with reason, product and stack", () => {
    expect(line.labels.service).toBe('order-service');
    expect(line.fields).toMatchObject({
      message: 'Payment processing failed',
      level: 'error',
      reason: REASON,
      product: 'fail_product',
      service: 'order-service',
    });
    expect(String(line.fields.stack)).toContain(REASON);
  });

  it('leads from the log line to the trace, and back by the correlation ID of the response', async () => {
    const fromLine = await findTrace(String(line.fields.trace_id));
    expect(fromLine?.traceId).toBe(trace.traceId);
    expect(line.fields.span_id).toBe(trace.span('order-service', 'calculate_total').spanId);
    expect(line.fields.correlation_id).toBe(answer.correlationId);
  });
});
