import { beforeAll, describe, expect, it } from '@jest/globals';
import { queryLogs, readTrace, traced, type LogLine, type TestTrace } from '@lantern/trace-testing/jest';
import { order, type Answer } from './rig/shop.js';

const REASON = 'Payment gateway timeout: Unable to reach provider';

describe('an order whose payment fails', () => {
  let answer: Answer;
  let trace: TestTrace;

  beforeAll(async () => {
    ({ result: answer, trace } = await traced('order a product whose payment fails', (headers) =>
      order('fail_product', headers),
    ));
  });

  it('gets 504 with problem details that contain the trace ID', () => {
    expect(answer.status).toBe(504);
    expect(answer.contentType).toContain('application/problem+json');
    expect(answer.body).toMatchObject({ status: 504, trace_id: trace.traceId });
  });

  it('marks calculate_total and its parents as failed, and no other span', () => {
    expect(trace).toMatchShape();
  });

  it('has the reason in an exception event of calculate_total', () => {
    expect(trace).toHaveSpan({
      service: 'order-service',
      name: 'calculate_total',
      status: 'error',
      statusMessage: REASON,
      events: [{ name: 'exception', attributes: { 'exception.message': REASON } }],
    });
  });

  describe('in the log', () => {
    let line: LogLine | undefined;

    beforeAll(async () => {
      await expect(trace).toHaveLog('Payment processing failed');
      const lines = await queryLogs('{service="order-service"} |= "Payment gateway timeout"');
      line = lines.find(({ fields }) => fields.correlation_id === answer.correlationId);
    });

    it("is found by the tutorial's Loki query, with reason, product and stack", () => {
      expect(line?.labels.service).toBe('order-service');
      expect(line?.fields).toMatchObject({
        message: 'Payment processing failed',
        level: 'error',
        reason: REASON,
        product: 'fail_product',
        service: 'order-service',
      });
      expect(String(line?.fields.stack)).toContain(REASON);
    });

    it('leads from the log line to the trace and its failed span', async () => {
      const fromLine = await readTrace(String(line?.fields.trace_id), { until: 'quiet' });
      const failed = fromLine.span({ service: 'order-service', name: 'calculate_total' });
      expect(fromLine.traceId).toBe(trace.traceId);
      expect(line?.fields.span_id).toBe(failed.spanId);
    });
  });
});
