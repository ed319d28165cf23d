import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { encodeTraceRequest, checkTraceRequest } from '@lantern/otlp';
import { SpanKind, StatusCode, type SeriesSamples, type Span } from '@lantern/telemetry-model';
import { millis, resourceSpans, span, spanId, traceId } from '@lantern/telemetry-model/testing';
import { openBlockStore, type BlockStore } from '@lantern/telemetry-store';
import { waitFor } from '../testing/wait-for.js';
import { SpanMetrics } from './span-metrics.js';

let store: BlockStore;
let spanMetrics: SpanMetrics;

beforeEach(() => {
  store = openBlockStore({ sweepMillis: 0 });
  const { traces, metrics } = store;
  spanMetrics = new SpanMetrics({
    traces,
    metrics,
    flushMillis: 20,
    report: (text) => expect(text).toBe(''),
  });
});
afterEach(async () => {
  await spanMetrics.stop();
  await store.close();
});

const ALL = { startMillis: 0, endMillis: 8.64e15 };

const read = async (): Promise<SeriesSamples[]> => {
  const found: SeriesSamples[] = [];
  for await (const chunk of store.metrics.select([], ALL)) found.push(...chunk);
  return found;
};

/** Last values by name and the labels that are given. */
const lastOf = async (name: string, ...labels: readonly string[]): Promise<Record<string, number>> =>
  Object.fromEntries(
    (await read())
      .filter((series) => series.labels.metricName === name)
      .map((series) => [
        labels.map((label) => series.labels.get(label)).join(' '),
        series.values.at(-1) ?? 0,
      ]),
  );

const request = async (n: number, isError: boolean): Promise<void> => {
  const startUnixNano = BigInt(Date.now()) * 1_000_000n - millis(200);
  const common = { traceId: traceId(n), startUnixNano, endUnixNano: startUnixNano + millis(80) };
  const status = { code: isError ? StatusCode.error : StatusCode.unset, message: '' };
  const call: Partial<Span> = { ...common, spanId: spanId(1), name: 'POST', kind: SpanKind.client };
  const called: Partial<Span> = {
    ...common,
    spanId: spanId(2),
    parentSpanId: spanId(1),
    name: 'POST /orders',
    status,
  };
  const groups = [resourceSpans('api-gateway', span(call)), resourceSpans('order-service', span(called))];
  await store.traces.append(checkTraceRequest(encodeTraceRequest(groups)));
};

it('Spans are counted by operation and between services, with latencies and exemplars', async () => {
  // Spans of an earlier process are not counted again.
  await request(1, false);
  await spanMetrics.start();
  expect((await store.metrics.stats()).samples).toBe(0);
  await request(2, false);
  await waitFor(async () => (await store.metrics.stats()).samples > 0);
  await request(3, true);
  const calls = () => lastOf('traces_span_metrics_calls_total', 'service_name', 'span_kind', 'status_code');
  await waitFor(async () => (await calls())['order-service SPAN_KIND_SERVER STATUS_CODE_ERROR'] === 1);
  expect(await calls()).toEqual({
    'api-gateway SPAN_KIND_CLIENT STATUS_CODE_UNSET': 2,
    'order-service SPAN_KIND_SERVER STATUS_CODE_UNSET': 1,
    'order-service SPAN_KIND_SERVER STATUS_CODE_ERROR': 1,
  });
  const buckets = await lastOf('traces_span_metrics_duration_seconds_bucket', 'service_name', 'le');
  expect([
    buckets['order-service 0.075'],
    buckets['order-service 0.1'],
    buckets['order-service +Inf'],
  ]).toEqual([0, 2, 2]);
  expect(await lastOf('traces_service_graph_request_total', 'client', 'server')).toEqual({
    'api-gateway order-service': 2,
  });
  expect(await lastOf('traces_service_graph_request_failed_total', 'client', 'server')).toEqual({
    'api-gateway order-service': 1,
  });
  const exemplars = await store.metrics.exemplars([], ALL);
  expect(exemplars[0]?.labels.get('le')).toBe('0.1');
  expect(exemplars[0]?.exemplars.at(-1)?.labels.toRecord()).toEqual({
    span_id: spanId(2),
    trace_id: expect.stringMatching(/^0+[23]$/),
  });
});

it('counts from zero after the spans and series were deleted', async () => {
  await spanMetrics.start();
  const calls = () =>
    lastOf('traces_span_metrics_calls_total', 'service_name').then((found) => found['order-service']);
  for (const n of [1, 2]) await request(n, false);
  await waitFor(async () => (await calls()) === 2);
  await spanMetrics.restartAfter(() => store.clear());
  expect(await calls()).toBeUndefined();
  await request(3, false);
  await waitFor(async () => (await calls()) !== undefined);
  expect(await calls()).toBe(1);
});
