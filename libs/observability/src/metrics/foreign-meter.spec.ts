import { describe, expect, it } from '@jest/globals';
import { metrics, trace } from '@opentelemetry/api';
import { DataPointType, MeterProvider } from '@opentelemetry/sdk-metrics';
import type { ServedRequest } from '../http/served-request.js';
import { prepareMetrics } from './meter.js';
import { RequestDuration } from './request-duration.js';
import { ScrapeReader } from './scrape-reader.js';

describe('Where a process has a meter provider of its own', () => {
  it('Request durations are recorded in the process’s own meter provider', async () => {
    const reader = new ScrapeReader();
    metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));
    prepareMetrics();
    new RequestDuration().record(
      {
        server: undefined as unknown as ServedRequest['server'],
        method: 'GET',
        path: '/users/1',
        route: '/users/:id',
        span: trace.wrapSpanContext({ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 0 }),
      },
      { status: 200, durationMillis: 4, aborted: false },
      'http',
    );
    const { scopeMetrics } = await reader.read();
    const points = scopeMetrics
      .flatMap((scope) => scope.metrics)
      .flatMap((metric) => (metric.dataPointType === DataPointType.HISTOGRAM ? metric.dataPoints : []));
    expect(points).toMatchObject([
      { attributes: { 'http.route': '/users/:id' }, value: { count: 1, sum: 0.004 } },
    ]);
  });
});
