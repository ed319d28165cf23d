import { describe, expect, it } from '@jest/globals';
import { TraceFlags, trace } from '@opentelemetry/api';
import { DataPointType } from '@opentelemetry/sdk-metrics';
import type { ServedRequest } from '../http/served-request.js';
import { prepareMetrics, scrapeReader } from './meter.js';
import { RequestDuration, attributesKey } from './request-duration.js';

prepareMetrics();

const served = (route: string): ServedRequest => ({
  server: undefined as unknown as ServedRequest['server'],
  method: 'GET',
  path: '/',
  route,
  span: trace.wrapSpanContext({
    traceId: 'a'.repeat(32),
    spanId: 'b'.repeat(16),
    traceFlags: TraceFlags.NONE,
  }),
});

describe('The series of requests', () => {
  it('Series of requests are limited; requests beyond the limit are counted in one overflow series', async () => {
    const durations = new RequestDuration(20);
    for (let at = 0; at < 100; at++) {
      durations.record(
        served(`/generated/${at}`),
        { status: 200, durationMillis: 1, aborted: false },
        'http',
      );
    }
    expect(durations.seriesByAttributes().size).toBe(21);

    const { scopeMetrics } = (await scrapeReader()?.read()) ?? { scopeMetrics: [] };
    const points = scopeMetrics
      .flatMap(({ metrics }) => metrics)
      .flatMap((metric) => (metric.dataPointType === DataPointType.HISTOGRAM ? metric.dataPoints : []));
    const counted = points.map(({ attributes, value }) => [attributesKey(attributes), value.count]);
    expect(counted).toHaveLength(21);
    expect(counted).toContainEqual(['[["otel.metric.overflow",true]]', 80]);
  });

  it('Requests of 1,000 declared routes each have their route, even with failures exposed at zero', () => {
    const durations = new RequestDuration();
    const routes = Array.from({ length: 1000 }, (_, at) => `/declared/${at}`);
    for (const route of routes) durations.declare('GET', route, 'http');
    expect(durations.untouched()).toHaveLength(1000);

    for (const route of routes) {
      for (const status of [200, 404, 500]) {
        durations.record(served(route), { status, durationMillis: 1, aborted: false }, 'http');
      }
    }
    const all = durations.recorded();
    expect(all).toHaveLength(3000);
    expect(all.filter(({ attributes }) => attributes['otel.metric.overflow'] === true)).toEqual([]);
    // 500 has happened; 502, 503 and 504 are expected on each route from its first request on.
    expect(durations.untouched()).toHaveLength(3000);
  });

  it('Requests whose client disconnected before the response have their own error type', () => {
    const durations = new RequestDuration();
    durations.record(served('/slow'), { status: undefined, durationMillis: 1, aborted: true }, 'https');
    expect([...durations.seriesByAttributes().values()].map(({ attributes }) => attributes)).toContainEqual({
      'http.request.method': 'GET',
      'http.route': '/slow',
      'url.scheme': 'https',
      'error.type': 'aborted',
    });
  });
});
