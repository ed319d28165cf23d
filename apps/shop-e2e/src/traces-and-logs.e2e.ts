import { beforeAll, describe, expect, it } from '@jest/globals';
import { queryLogs, traced, type LogLine, type TestTrace } from '@lantern/trace-testing/jest';
import { order, type Answer } from './rig/shop.js';

const SERVICES = ['api-gateway', 'order-service', 'user-service'];

const servicesOf = (lines: readonly LogLine[]): string[] =>
  [...new Set(lines.map(({ service }) => service))].sort();

describe('between traces and logs', () => {
  let answer: Answer;
  let trace: TestTrace;
  let byCorrelation: readonly LogLine[];

  beforeAll(async () => {
    ({ result: answer, trace } = await traced('order a product whose payment fails', (headers) =>
      order('fail_product', headers),
    ));
    // The access line is the last one of each service.
    for (const service of SERVICES) {
      await expect(trace).toHaveLog({ service, fields: { duration_ms: expect.any(Number) } });
    }
    byCorrelation = await queryLogs(`{service=~".+"} | correlation_id="${answer.correlationId}"`);
  });

  it('the correlation ID of the response finds the lines of the request in every service', () => {
    expect(servicesOf(byCorrelation)).toEqual(SERVICES);
    for (const { fields } of byCorrelation) expect(fields.correlation_id).toBe(answer.correlationId);
  });

  it('each line leads to the trace, to a span of its own service', () => {
    for (const { service, fields } of byCorrelation) {
      expect(fields.trace_id).toBe(trace.traceId);
      expect(trace.spans.find(({ spanId }) => spanId === fields.span_id)?.service).toBe(service);
    }
  });

  it('the trace ID and the correlation ID of its spans find the same lines', async () => {
    const texts = (lines: readonly LogLine[]) => lines.map(({ text }) => text).sort();
    expect(texts(await trace.currentLogs())).toEqual(texts(byCorrelation));
    const { correlation_id: id = '' } = trace.span('order-service: calculate_total').attributes;
    const bySpan = await queryLogs(`{service=~".+"} | correlation_id=${JSON.stringify(id)}`);
    expect(texts(bySpan)).toEqual(texts(byCorrelation));
  });

  it('the ID of the failed span finds the line with the reason', async () => {
    const { spanId } = trace.span('order-service: calculate_total');
    const lines = await queryLogs(`{service="order-service"} | span_id="${spanId}" | level="error"`);
    expect(lines.map(({ message }) => message)).toEqual(['Payment processing failed']);
  });

  it('a line filter finds both IDs in the text of the lines', async () => {
    for (const id of [trace.traceId, answer.correlationId]) {
      expect(servicesOf(await queryLogs(`{service=~".+"} |= "${id}"`))).toEqual(SERVICES);
    }
  });
});
