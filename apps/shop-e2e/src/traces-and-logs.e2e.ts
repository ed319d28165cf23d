import { beforeAll, describe, expect, it } from '@jest/globals';
import { waitFor } from '@lantern/launcher';
import { findTrace, traceIdOf, traceOf, type TraceView } from './rig/jaeger.js';
import { queryLogs, type LogLine } from './rig/loki.js';
import { order, type Answer } from './rig/shop.js';

const SERVICES = ['api-gateway', 'order-service', 'user-service'];

const servicesOf = (lines: readonly LogLine[]): unknown[] =>
  [...new Set(lines.map(({ fields }) => fields.service))].sort();

/** Waits for the access line of each service; returns the lines that match the query. */
const linesOfAll = (query: string): Promise<readonly LogLine[]> =>
  waitFor(`lines of each service for ${query}`, async () => {
    const lines = await queryLogs(query);
    const accessLines = lines.filter(({ fields }) => 'duration_ms' in fields);
    return servicesOf(accessLines).length === SERVICES.length ? lines : undefined;
  });

describe('between traces and logs', () => {
  let answer: Answer;
  let byCorrelation: readonly LogLine[];
  let trace: TraceView;

  beforeAll(async () => {
    answer = await order('fail_product');
    byCorrelation = await linesOfAll(`{service=~".+"} | correlation_id="${answer.correlationId}"`);
    trace = await traceOf(await traceIdOf(answer.correlationId), 9);
  });

  it('the correlation ID of the response finds the lines of the request in every service', () => {
    expect(servicesOf(byCorrelation)).toEqual(SERVICES);
    for (const { fields } of byCorrelation) expect(fields.correlation_id).toBe(answer.correlationId);
  });

  it('each line leads to the trace, to a span of its own service', async () => {
    for (const { fields } of byCorrelation) {
      const found = await findTrace(String(fields.trace_id));
      expect(found?.traceId).toBe(trace.traceId);
      const span = found?.spans.find(({ spanId }) => spanId === fields.span_id);
      expect(span?.service).toBe(fields.service);
    }
  });

  it('the trace ID and the correlation ID of its spans find the same lines', async () => {
    const byTrace = await linesOfAll(`{service=~".+"} | trace_id="${trace.traceId}"`);
    const texts = (lines: readonly LogLine[]) => lines.map(({ fields }) => JSON.stringify(fields)).sort();
    expect(texts(byTrace)).toEqual(texts(byCorrelation));
    const { tags } = trace.span('order-service', 'calculate_total');
    const bySpan = await linesOfAll(`{service=~".+"} | correlation_id="${String(tags.correlation_id)}"`);
    expect(texts(bySpan)).toEqual(texts(byCorrelation));
  });

  it('the ID of the failed span finds the line with the reason', async () => {
    const failed = trace.span('order-service', 'calculate_total');
    const lines = await queryLogs(`{service="order-service"} | span_id="${failed.spanId}" | level="error"`);
    expect(lines.map(({ fields }) => fields.message)).toEqual(['Payment processing failed']);
  });

  it('a line filter finds both IDs in the text of the lines', async () => {
    for (const id of [trace.traceId, answer.correlationId]) {
      expect(servicesOf(await queryLogs(`{service=~".+"} |= "${id}"`))).toEqual(SERVICES);
    }
  });
});
