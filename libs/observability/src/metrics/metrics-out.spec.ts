import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { parseExposition } from '../../test/exposition.js';
import { type RunningServer, readBody, startServer } from '../../test/http-server.js';
import { CompiledLibrary, type Program } from '../../test/program.js';
import { until } from '../../test/until.js';

interface Pushed {
  resourceMetrics: { scopeMetrics: { metrics: { name: string }[] }[] }[];
}

describe('The metrics of a program that was started with --import', () => {
  const library = new CompiledLibrary();
  const pushed: { path: string; names: string[] }[] = [];
  let backend: RunningServer;
  const programs: Program[] = [];

  beforeAll(async () => {
    library.add(
      'service',
      `
      import { Controller, Get, Module } from '@nestjs/common';
      import { NestFactory } from '@nestjs/core';
      import { FastifyAdapter } from '@nestjs/platform-fastify';
      import { MetricService, ObservabilityModule } from './library/index.js';
      const early = new MetricService().getCounter('early');
      @Controller() class Home { @Get() home() { early.add(1); return 'hello'; } }
      @Module({ imports: [ObservabilityModule.forRoot()], controllers: [Home] }) class App {}
      const app = await NestFactory.create(App, new FastifyAdapter(), { logger: false });
      app.enableShutdownHooks();
      await app.listen(0, '127.0.0.1');
      console.log(JSON.stringify({ message: 'listening', url: await app.getUrl() }));
      `,
    );
    // Takes metrics and refuses spans for good, so that they are lost at once.
    backend = await startServer((request, response) => {
      void readBody(request).then((body) => {
        if (request.url === '/v1/metrics') {
          const { resourceMetrics } = JSON.parse(body) as Pushed;
          const names = resourceMetrics
            .flatMap(({ scopeMetrics }) => scopeMetrics)
            .flatMap(({ metrics }) => metrics.map(({ name }) => name));
          pushed.push({ path: request.url, names });
        }
        response
          .writeHead(request.url === '/v1/metrics' ? 200 : 400, { 'content-type': 'application/json' })
          .end('{}');
      });
    });
  });

  afterEach(async () => {
    for (const program of programs.splice(0)) {
      program.signal('SIGTERM');
      await program.ended;
    }
    pushed.length = 0;
  });

  afterAll(async () => {
    await backend.close();
    library.remove();
  });

  const start = async (name: string, env: NodeJS.ProcessEnv = {}): Promise<string> => {
    const program = library.start('service', {
      OTEL_SERVICE_NAME: name,
      OTEL_EXPORTER_OTLP_ENDPOINT: backend.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      ...env,
    });
    programs.push(program);
    const { url } = await program.waitFor('listening');
    return String(url);
  };

  const scrape = async (url: string) =>
    parseExposition(await (await fetch(`${url}/metrics`)).text(), 'prometheus');

  it('Metrics of two services differ by their service label', async () => {
    const urls = await Promise.all([start('order-service'), start('user-service')]);
    for (const url of urls) await (await fetch(url)).text();
    const all = await Promise.all(urls.map(scrape));
    const services = all.map(
      (families) =>
        families.get('http_server_request_duration_seconds')?.samples.find(({ value }) => value > 0)?.labels
          .service,
    );
    expect(services).toEqual(['order-service', 'user-service']);
    expect(pushed).toEqual([]);
  });

  it('Metrics include instruments that were created before the application, and the number of lost spans', async () => {
    const url = await start('order-service');
    await (await fetch(url)).text();
    const lost = async () =>
      (await scrape(url))
        .get('telemetry_spans_dropped_total')
        ?.samples.find(({ labels }) => labels.reason === 'refused')?.value ?? 0;
    let seen = 0;
    const deadline = Date.now() + 30_000;
    while (seen === 0 && Date.now() < deadline) seen = await lost();
    expect(seen).toBe(1);
    expect((await scrape(url)).get('early_total')?.samples[0]?.value).toBe(1);
  });

  it('Metrics are sent by OTLP instead of being served if OTEL_METRICS_EXPORTER is otlp', async () => {
    const url = await start('order-service', {
      OTEL_METRICS_EXPORTER: 'otlp',
      OTEL_METRIC_EXPORT_INTERVAL: '100',
    });
    await (await fetch(url)).text();
    await until('metrics by OTLP', () =>
      pushed.some(({ names }) => names.includes('http.server.request.duration') && names.includes('early')),
    );
    expect(pushed.at(-1)?.names).toEqual(
      expect.arrayContaining(['process.cpu.time', 'v8js.memory.heap.used']),
    );
    expect((await fetch(`${url}/metrics`)).status).toBe(404);
  });

  it('Metrics are served and sent if OTEL_METRICS_EXPORTER names both', async () => {
    const url = await start('order-service', { OTEL_METRICS_EXPORTER: 'otlp,prometheus' });
    expect((await scrape(url)).has('process_uptime_seconds')).toBe(true);
  });

  it('A disabled SDK exposes no metrics', async () => {
    const url = await start('order-service', { OTEL_SDK_DISABLED: 'true' });
    expect((await fetch(`${url}/metrics`)).status).toBe(404);
  });
});
