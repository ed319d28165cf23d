import { request as send } from 'node:http';
import {
  type CanActivate,
  Controller,
  Get,
  HttpCode,
  Injectable,
  InternalServerErrorException,
  Module,
  Param,
  Post,
  type Type,
} from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { ROOT_CONTEXT, context } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type ParsedFamily, type ParsedSample, parseExposition } from '../../test/exposition.js';
import { type RunningApp, adapters, startApp } from '../../test/nest-app.js';
import { MetricService } from '../nestjs-otel.js';
import { ObservabilityModule } from '../observability.module.js';
import { startTestTelemetry } from '../testing/index.js';

process.env.OTEL_SERVICE_NAME = 'order-service';
const telemetry = startTestTelemetry();

const REQUESTS = 'http_server_request_duration_seconds';
const OPEN_METRICS = 'application/openmetrics-text;version=1.0.0,text/plain;q=0.5';

@Controller('users')
class UsersController {
  @Get(':id')
  find(@Param('id') id: string): { id: string } {
    if (id === 'broken') throw new InternalServerErrorException('out of order');
    return { id };
  }

  @Post()
  @HttpCode(201)
  create(): void {
    // The answer is all there is to it.
  }
}

@Controller('health')
class HealthController {
  @Get()
  live(): string {
    return 'ok';
  }
}

@Injectable()
class Orders {
  constructor(metrics: MetricService) {
    // Before any lifecycle hook has run.
    metrics.getCounter('orders.placed', { description: 'Orders "placed"' }).add(2, { product: 'a "b"\\\n' });
  }
}

@Module({
  imports: [ObservabilityModule.forRoot({ accessLog: false })],
  controllers: [UsersController, HealthController],
  providers: [Orders],
})
class App {}

// The client of these tests is another process in real life: it is not traced.
const ask: typeof fetch = (...args) => context.with(suppressTracing(ROOT_CONTEXT), () => fetch(...args));

const scrape = async (
  url: string,
  headers: Record<string, string> = {},
): Promise<Map<string, ParsedFamily>> => {
  const response = await ask(`${url}/metrics`, { headers });
  const isOpenMetrics = response.headers.get('content-type')?.startsWith('application/openmetrics-text');
  return parseExposition(await response.text(), isOpenMetrics ? 'openmetrics' : 'prometheus');
};

/** Returns the `_count` samples of the histogram with these labels. */
const counts = (families: Map<string, ParsedFamily>, labels: Record<string, string> = {}): ParsedSample[] =>
  (families.get(REQUESTS)?.samples ?? []).filter(
    (sample) =>
      sample.name === `${REQUESTS}_count` &&
      Object.entries(labels).every(([name, value]) => sample.labels[name] === value),
  );

const total = (families: Map<string, ParsedFamily>, labels?: Record<string, string>): number =>
  counts(families, labels).reduce((sum, { value }) => sum + value, 0);

describe.each(adapters)('Metrics on %s', (_name, adapter) => {
  let running: RunningApp;
  beforeAll(async () => {
    running = await startApp(App, adapter, {
      configure: (app) => app.setGlobalPrefix('api', { exclude: ['health'] }),
    });
  });
  beforeEach(() => telemetry.reset());
  afterEach(() => telemetry.reset());
  afterAll(() => running.app.close());

  const get = async (path: string): Promise<number> => {
    const response = await ask(running.url + path);
    await response.arrayBuffer();
    return response.status;
  };

  it('Failures of each route are exposed at zero before the first one, and counted in the same series', async () => {
    const labels = {
      service: 'order-service',
      http_request_method: 'GET',
      http_route: '/api/users/:id',
      http_response_status_code: '500',
      error_type: '500',
      url_scheme: 'http',
    };
    const before = counts(await scrape(running.url), labels);
    expect(before).toHaveLength(1);

    expect(await get('/api/users/broken')).toBe(500);
    await telemetry.waitForSpans(1);

    const [after, ...others] = counts(await scrape(running.url), labels);
    expect(others).toEqual([]);
    expect(after?.labels).toEqual(labels);
    expect(after?.value).toBe((before[0]?.value ?? 0) + 1);
  });

  it('A request duration has an exemplar with its trace', async () => {
    await get('/api/users/7');
    await telemetry.waitForSpans(1);
    const { traceId, spanId } = telemetry.span('GET /api/users/:id').spanContext();

    const families = await scrape(running.url, { accept: OPEN_METRICS });
    const exemplars = families.get(REQUESTS)?.samples.flatMap(({ exemplar }) => exemplar ?? []) ?? [];
    expect(exemplars.map(({ labels }) => labels)).toContainEqual({ trace_id: traceId, span_id: spanId });
    expect(families.get(REQUESTS)?.unit).toBe('seconds');
  });

  it('Unsampled requests are counted without an exemplar', async () => {
    startTestTelemetry({ OTEL_TRACES_SAMPLER: 'always_off' });
    const labels = { http_route: '/api/users', http_response_status_code: '201' };
    const before = total(await scrape(running.url), labels);
    await ask(`${running.url}/api/users`, { method: 'POST' });
    const families = await scrapeUntil((all) => total(all, labels) > before);
    startTestTelemetry();

    expect(total(families, labels)).toBe(before + 1);
    expect(
      families
        .get(REQUESTS)
        ?.samples.filter(({ labels: { http_route: route }, exemplar }) => route === '/api/users' && exemplar),
    ).toEqual([]);
  });

  // A request is counted when its connection has sent the response, which may be after the client has received it.
  const scrapeUntil = async (
    done: (families: Map<string, ParsedFamily>) => boolean,
  ): Promise<Map<string, ParsedFamily>> => {
    const deadline = Date.now() + 5000;
    for (;;) {
      const families = await scrape(running.url, { accept: OPEN_METRICS });
      if (done(families) || Date.now() > deadline) return families;
    }
  };

  it('All unknown paths share one series, and unknown methods have none', async () => {
    const unknown = { http_request_method: 'GET', http_response_status_code: '404' };
    const before = total(await scrape(running.url), unknown);
    for (const path of ['/wp-login.php', '/.env', '/api/users/1/2/3']) expect(await get(path)).toBe(404);
    await new Promise<void>((resolve, reject) => {
      context.with(suppressTracing(ROOT_CONTEXT), () => {
        send(`${running.url}/api/users/1`, { method: 'PURGE' }, (response) => {
          response.resume().on('end', resolve);
        })
          .on('error', reject)
          .end();
      });
    });
    await telemetry.waitForSpans(4);

    const families = await scrape(running.url);
    const [series, ...others] = counts(families, unknown);
    expect(others).toEqual([]);
    expect(series?.labels).not.toHaveProperty('http_route');
    expect(series?.value).toBe(before + 3);
    const methods = new Set(counts(families).map(({ labels }) => labels.http_request_method));
    expect([...methods].sort()).toEqual(['GET', 'POST', '_OTHER']);
  });

  it('Probes and scrapes are neither counted nor traced', async () => {
    const before = total(await scrape(running.url));
    await get('/health');
    expect(total(await scrape(running.url))).toBe(before);
    expect(telemetry.spans()).toEqual([]);
    expect(
      counts(await scrape(running.url)).some(({ labels }) => labels.http_route?.includes('health')),
    ).toBe(false);
  });

  it('Instruments of MetricService are exposed, even if a constructor creates them', async () => {
    const families = await scrape(running.url);
    const placed = families.get('orders_placed_total');
    expect(placed?.type).toBe('counter');
    expect(placed?.samples[0]?.labels).toEqual({ service: 'order-service', product: 'a "b"\\\n' });
    expect(placed?.samples[0]?.value).toBeGreaterThanOrEqual(2);
  });

  it('Metrics of the process, the runtime and lost telemetry have the service label', async () => {
    const families = await scrape(running.url);
    const value = (name: string): number => families.get(name)?.samples[0]?.value ?? NaN;
    expect(value('process_cpu_time_seconds_total')).toBeGreaterThan(0);
    expect(value('process_memory_usage_bytes')).toBeGreaterThan(1e7);
    expect(value('process_uptime_seconds')).toBeGreaterThan(0);
    expect(value('nodejs_eventloop_utilization_ratio')).toBeGreaterThanOrEqual(0);
    const heap = families.get('v8js_memory_heap_used_bytes')?.samples ?? [];
    expect(heap.map(({ labels }) => labels.v8js_heap_space_name)).toContain('old_space');
    expect(heap.reduce((sum, sample) => sum + sample.value, 0)).toBeGreaterThan(1e6);
    expect(value('v8js_memory_heap_limit_bytes')).toBeGreaterThan(1e7);
    expect(families.get('telemetry_spans_dropped_total')?.samples.map(({ labels }) => labels.reason)).toEqual(
      ['queue_full', 'export_failed', 'keep_limit', 'refused'],
    );
    expect(families.get('telemetry_log_lines_dropped_total')?.samples).toHaveLength(2);
    const services = [...families.values()].flatMap(({ samples }) =>
      samples.map(({ labels }) => labels.service),
    );
    expect(new Set(services)).toEqual(new Set(['order-service']));
  });

  it.each([
    [{}, 'text/plain; version=0.0.4; charset=utf-8'],
    [{ accept: 'text/plain' }, 'text/plain; version=0.0.4; charset=utf-8'],
    [{ accept: OPEN_METRICS }, 'application/openmetrics-text; version=1.0.0; charset=utf-8'],
    [{ accept: 'application/openmetrics-text;q=0.1,text/plain' }, 'text/plain; version=0.0.4; charset=utf-8'],
    [{ accept: 'application/openmetrics-text;q=0' }, 'text/plain; version=0.0.4; charset=utf-8'],
  ])('A scraper that sends %j gets %s', async (headers, type) => {
    const response = await ask(`${running.url}/metrics`, { headers });
    expect(response.headers.get('content-type')).toBe(type);
    await response.arrayBuffer();
  });

  it('HEAD on the metrics path gets no body, and the application gets other methods', async () => {
    const head = await ask(`${running.url}/metrics`, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
    const post = await ask(`${running.url}/metrics`, { method: 'POST' });
    expect(post.status).toBe(404);
    await post.arrayBuffer();
  });
});

@Injectable()
class NobodyPasses implements CanActivate {
  canActivate(): boolean {
    return false;
  }
}

@Controller('metrics')
class OwnMetricsController {
  @Get()
  own(): string {
    return 'mine';
  }
}

const observed = (metrics: Parameters<typeof ObservabilityModule.forRoot>[0] = {}) =>
  ObservabilityModule.forRoot({ accessLog: false, ...metrics });

@Module({ imports: [observed({ metrics: false })] })
class WithoutMetrics {}

@Module({ imports: [observed({ metrics: { path: '/internal/metrics' } })] })
class ElsewhereMetrics {}

@Module({ imports: [observed()], providers: [{ provide: APP_GUARD, useClass: NobodyPasses }] })
class GuardedApp {}

@Module({ imports: [observed()], controllers: [OwnMetricsController] })
class OwnMetrics {}

describe.each(adapters)('The place of metrics on %s', (_name, adapter) => {
  const answer = async (module: new () => unknown, path: string): Promise<[number, string]> => {
    const { app, url } = await startApp(module, adapter);
    try {
      const response = await ask(url + path);
      return [response.status, await response.text()];
    } finally {
      await app.close();
    }
  };

  it('The metrics path does not exist if metrics are off', async () => {
    expect((await answer(WithoutMetrics, '/metrics'))[0]).toBe(404);
  });

  it('Metrics are served on the configured path', async () => {
    expect((await answer(ElsewhereMetrics, '/metrics'))[0]).toBe(404);
    const [status, text] = await answer(ElsewhereMetrics, '/internal/metrics');
    expect(status).toBe(200);
    expect(parseExposition(text, 'prometheus').has('process_uptime_seconds')).toBe(true);
  });

  it('Metrics are served before the guards of the application', async () => {
    expect((await answer(GuardedApp, '/metrics'))[0]).toBe(200);
  });

  it('A route of the application on the metrics path takes precedence', async () => {
    expect(await answer(OwnMetrics, '/metrics')).toEqual([200, 'mine']);
  });
});

const applicationOf = (routes: number): Type => {
  @Controller('customers')
  class Customers {}
  for (let at = 0; at < routes; at++) {
    const handler = { value: (): string => '' };
    Object.defineProperty(Customers.prototype, `find${at}`, handler);
    Get(`${at}/orders/:id`)(Customers.prototype, `find${at}`, handler);
  }
  @Module({ imports: [ObservabilityModule.forRoot({ accessLog: false })], controllers: [Customers] })
  class Application {}
  return Application;
};

describe('An application of 1,000 routes', () => {
  it('An application of 1,000 routes exposes less than 300 KB of metrics before its first request', async () => {
    const { app, url } = await startApp(applicationOf(1000));
    try {
      const text = await (await ask(`${url}/metrics`)).text();
      expect(text.match(/_count\{[^}]*http_route="\/customers\/[^}]*\} 0$/gm)).toHaveLength(1000);
      expect(text.length).toBeLessThan(300_000);
      parseExposition(text, 'prometheus');
    } finally {
      await app.close();
    }
  });
});
