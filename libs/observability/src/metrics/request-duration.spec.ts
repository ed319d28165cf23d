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
  it('are no more than allowed; what comes beyond is counted in one of its own', async () => {
    const durations = new RequestDuration(20);
    for (let at = 0; at < 100; at++) {
      durations.record(
        served(`/generated/${at}`),
        { status: 200, durationMillis: 1, aborted: false },
        'http',
      );
    }
    expect(durations.allSeries().size).toBe(21);

    const { scopeMetrics } = (await scrapeReader()?.read()) ?? { scopeMetrics: [] };
    const points = scopeMetrics
      .flatMap(({ metrics }) => metrics)
      .flatMap((metric) => (metric.dataPointType === DataPointType.HISTOGRAM ? metric.dataPoints : []));
    const counted = points.map(({ attributes, value }) => [attributesKey(attributes), value.count]);
    // Each of the first four routes has its four failures and its successes.
    expect(counted).toHaveLength(5);
    expect(counted).toContainEqual(['[["otel.metric.overflow",true]]', 96]);
  });

  it('tell a client that left before the answer by its own kind of error', () => {
    const durations = new RequestDuration();
    durations.record(served('/slow'), { status: undefined, durationMillis: 1, aborted: true }, 'https');
    expect([...durations.allSeries().values()].map(({ attributes }) => attributes)).toContainEqual({
      'http.request.method': 'GET',
      'http.route': '/slow',
      'url.scheme': 'https',
      'error.type': 'aborted',
    });
  });
});
