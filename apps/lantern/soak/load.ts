import { request } from 'node:http';
import { encodeTraceRequest } from '@lantern/otlp';
import type { TraceId } from '@lantern/telemetry-model';
import { orderTrace } from '@lantern/telemetry-model/testing';
import type { Urls } from '../fuzz/watched-lantern.ts';

const NANOS_PER_MILLI = 1_000_000n;
const SERVICES = ['api-gateway', 'order-service', 'user-service'] as const;

/** An order of the shop: ten spans in three requests, and six log lines in three pushes. */
export const sendOrder = async ({ otlp, loki }: Urls, n: number): Promise<void> => {
  const startUnixNano = BigInt(Date.now()) * NANOS_PER_MILLI;
  const traceId = n.toString(16).padStart(32, 'a') as TraceId;
  for (const group of orderTrace({ traceId, startUnixNano }).resourceSpans) {
    await post(`${otlp}/v1/traces`, 'application/x-protobuf', encodeTraceRequest([group]));
  }
  for (const service of SERVICES) {
    const values = ['request received', `order ${n} answered`].map((msg, index) => [
      String(startUnixNano + BigInt(index)),
      JSON.stringify({ level: n % 50 === 0 ? 'error' : 'info', msg, order: n }),
      { trace_id: traceId, correlation_id: `order-${n}` },
    ]);
    const push = { streams: [{ stream: { service, level: 'info' }, values }] };
    await post(`${loki}/loki/api/v1/push`, 'application/json', JSON.stringify(push));
  }
};

/** Sends the queries that a user of the UI and a dashboard send every few seconds. */
export const ask = async ({ jaeger, loki }: Urls, n: number): Promise<void> => {
  const end = Date.now();
  const start = end - 600_000;
  const iso = (millis: number): string => new Date(millis).toISOString();
  const lines = (query: string): string =>
    `${loki}/loki/api/v1/query_range?${new URLSearchParams({ query, since: '10m', limit: '500' }).toString()}`;
  const traceId = n.toString(16).padStart(32, 'a');
  for (const url of [
    `${jaeger}/api/services`,
    `${jaeger}/api/traces?service=order-service&limit=20`,
    `${jaeger}/api/traces/${traceId}`,
    `${jaeger}/api/metrics/latencies?service=order-service&quantile=0.95&groupByOperation=true`,
    `${jaeger}/api/v3/lantern/operations?startTime=${iso(start)}&endTime=${iso(end)}`,
    `${jaeger}/api/v3/trace-summaries?query.start_time_min=${iso(start)}&query.start_time_max=${iso(end)}&query.search_depth=50`,
    lines('{service="order-service"} | json | level="error"'),
    lines(`{service=~".+"} | trace_id="${traceId}"`),
    lines('sum by (service) (rate({service=~".+"}[1m]))'),
  ]) {
    const response = await fetch(url);
    await response.arrayBuffer();
    // The trace of an order that was sent a moment ago is there.
    if (!response.ok) throw new Error(`${url}: ${response.status}`);
  }
};

/** Follows the log lines and the traces until `signal` says so. */
export const follow = ({ jaeger, loki }: Urls, signal: AbortSignal): void => {
  const query = encodeURIComponent('{service=~".+"}');
  const socket = new WebSocket(`${loki.replace(/^http/, 'ws')}/loki/api/v1/tail?query=${query}`);
  signal.addEventListener('abort', () => socket.close());
  const live = request(`${jaeger}/api/v3/lantern/live`, { signal, agent: false }, (response) => {
    response.resume();
    response.on('error', () => undefined);
  });
  live.on('error', () => undefined);
  live.end();
};

const post = async (url: string, type: string, body: Uint8Array | string): Promise<void> => {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': type },
    body: typeof body === 'string' ? body : new Uint8Array(body),
  });
  await response.arrayBuffer();
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
};
