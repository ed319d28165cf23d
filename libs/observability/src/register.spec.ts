import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { closedPort } from '../test/http-server.js';
import { type FakeLoki, startLoki } from '../test/loki.js';
import { type OtlpSink, startOtlpSink } from '../test/otlp-sink.js';
import { CompiledLibrary, type Program } from '../test/program.js';
import { until } from '../test/until.js';

/** Programs in processes of their own, started with `node --import …/register.js`, as a service is. */

// Starting Node, Nest and the SDK takes a second, several on a busy machine.
jest.setTimeout(60_000);

const service = `
import { Controller, Get, Logger, Module, Param } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { get } from 'node:http';
import { ObservabilityModule, Span, TraceLogger } from './library/index.js';

@Controller()
class Shop {
  private readonly logger = new Logger(Shop.name);
  @Get('users/:id')
  @Span('find_user')
  find(@Param('id') id: string) {
    this.logger.log('found', { id });
    return { id };
  }
  @Get('forward')
  forward() {
    return new Promise((resolve, reject) =>
      get(url + '/users/1', (response) => response.resume().on('end', () => resolve({}))).on('error', reject));
  }
}
@Module({ imports: [ObservabilityModule.forRoot({ shutdownTimeoutMillis: 1500 })], controllers: [Shop] })
class App {}

const app = await NestFactory.create(App, new FastifyAdapter(), { bufferLogs: true });
app.useLogger(app.get(TraceLogger));
app.enableShutdownHooks();
await app.listen(0, '127.0.0.1');
const url = await app.getUrl();
new Logger('Main').log('ready', { url });
`;

const job = `
import { Tracer } from './library/index.js';
console.log(JSON.stringify({ message: 'begun' }));
new Tracer().withSpan('nightly job', () => undefined);
`;

let library: CompiledLibrary;
let sink: OtlpSink;
let loki: FakeLoki;
let program: Program | undefined;

beforeAll(() => {
  library = new CompiledLibrary();
  library.add('service', service);
  library.add('job', job);
});
afterAll(() => library.remove());
beforeEach(async () => {
  [sink, loki] = await Promise.all([startOtlpSink(), startLoki()]);
});
afterEach(async () => {
  program?.signal('SIGKILL');
  await program?.ended;
  await Promise.all([sink.close(), loki.close()]);
});

const json = { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' };
const names = (): string[] => sink.spans.map(({ name }) => name).sort();

/** Starts the service, sends a request, and waits for its spans to arrive. */
async function serve(env: NodeJS.ProcessEnv = {}): Promise<string> {
  program = library.start('service', {
    OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
    LOKI_URL: loki.url,
    ...json,
    ...env,
  });
  const { url } = await program.waitFor('ready');
  return String(url);
}

describe('a service started with --import register', () => {
  it('sends its spans, within a second of the request, by OTLP', async () => {
    const url = await serve();
    await (await fetch(`${url}/forward`)).text();
    await until('4 spans', () => sink.spans.length === 4, 1000);
    expect(names()).toEqual(['GET', 'GET /forward', 'GET /users/:id', 'find_user']);
    expect(new Set(sink.spans.map(({ traceId }) => traceId)).size).toBe(1);
    expect(sink.requests.map(({ path }) => path)).toEqual(['/v1/traces']);
  });

  it('says who it is, and nothing about the machine or its command line', async () => {
    const url = await serve({ OTEL_RESOURCE_ATTRIBUTES: 'team=shop,deployment.environment.name=staging' });
    await fetch(`${url}/users/1`);
    await until('2 spans', () => sink.spans.length === 2);
    const resource = sink.spans[0]?.resource ?? {};
    expect(resource).toMatchObject({
      'service.name': 'shop',
      'service.version': '1.2.3',
      'deployment.environment.name': 'staging',
      'process.runtime.name': 'nodejs',
      team: 'shop',
    });
    expect(Object.keys(resource).sort()).toEqual([
      'deployment.environment.name',
      'host.name',
      'process.pid',
      'process.runtime.name',
      'process.runtime.version',
      'service.instance.id',
      'service.name',
      'service.version',
      'team',
      'telemetry.sdk.language',
      'telemetry.sdk.name',
      'telemetry.sdk.version',
    ]);
  });

  it('writes lines to stdout and to Loki that carry the ids of the trace', async () => {
    const url = await serve({ OTEL_SERVICE_NAME: 'order-service' });
    const response = await fetch(`${url}/users/1`);
    const found = await program?.waitFor('found');
    const access = await program?.waitFor(/^GET \/users\/1 200 \d+ms$/);
    await until(
      'both lines in Loki',
      () => loki.lines.filter(({ metadata }) => metadata.trace_id).length === 2,
    );
    await until('2 spans', () => sink.spans.length === 2);
    const [span] = sink.spans;
    for (const line of [found, access]) {
      expect(line).toMatchObject({
        service: 'order-service',
        trace_id: span?.traceId,
        correlation_id: response.headers.get('x-correlation-id'),
      });
    }
    expect(found).toMatchObject({ context: 'Shop', id: '1' });
    expect(loki.lines.at(-1)?.labels).toEqual({
      level: 'info',
      service: 'order-service',
      env: 'development',
    });
  });

  it('sends what it holds before it ends by SIGTERM', async () => {
    const url = await serve({ OTEL_BSP_SCHEDULE_DELAY: '60000' });
    await fetch(`${url}/users/1`);
    await program?.waitFor(/^GET \/users/);
    program?.signal('SIGTERM');
    expect(await program?.ended).toEqual({ code: null, signal: 'SIGTERM' });
    expect(names()).toEqual(['GET /users/:id', 'find_user']);
    expect(loki.lines.map(({ line }) => line).join()).toContain('GET /users/1 200');
  });

  it('serves and ends in time with every backend down, saying once what it lost', async () => {
    const port = await closedPort();
    const down = `http://127.0.0.1:${port}`;
    const url = await serve({ OTEL_EXPORTER_OTLP_ENDPOINT: down, LOKI_URL: down });
    for (let count = 0; count < 20; count++) {
      const before = performance.now();
      expect((await fetch(`${url}/users/1`)).status).toBe(200);
      expect(performance.now() - before).toBeLessThan(1000);
    }
    await program?.waitFor(/^Loki cannot be reached/);
    const before = performance.now();
    program?.signal('SIGTERM');
    await program?.ended;
    expect(performance.now() - before).toBeLessThan(5000);
    const complaints = program?.lines().filter(({ level }) => level === 'warn' || level === 'error') ?? [];
    expect(complaints.map(({ message }) => String(message).replace(/\d+/g, 'N'))).toEqual([
      expect.stringMatching(/^Loki cannot be reached \(connect ECONNREFUSED/),
      'N log lines were not sent to Loki before the end',
      'N spans were not sent to http://N.N.N.N:N before the end',
    ]);
    expect(program?.stderr).toBe('');
  });
});

describe('the standard variables', () => {
  it('OTEL_EXPORTER_OTLP_PROTOCOL: protobuf unless JSON is asked for', async () => {
    program = library.start('job', { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url });
    await program.ended;
    expect(sink.requests).toEqual([
      { path: '/v1/traces', contentType: 'application/x-protobuf', bytes: expect.any(Number) },
    ]);
  });

  it('OTEL_TRACES_EXPORTER=none: trace ids in the log, nothing on the wire', async () => {
    const url = await serve({ OTEL_TRACES_EXPORTER: 'none' });
    await fetch(`${url}/users/1`);
    expect((await program?.waitFor('found'))?.trace_id).toMatch(/^[0-9a-f]{32}$/);
    program?.signal('SIGTERM');
    await program?.ended;
    expect(sink.requests).toEqual([]);
  });

  it('OTEL_SDK_DISABLED: no spans, but ids are handed on and requests are logged', async () => {
    const url = await serve({ OTEL_SDK_DISABLED: 'true' });
    const traceparent = '00-80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-01';
    await fetch(`${url}/forward`, { headers: { traceparent, 'x-correlation-id': 'order-42' } });
    expect(await program?.waitFor('found')).toMatchObject({
      trace_id: '80f198ee56343ba864fe8b2a57d3eff7',
      correlation_id: 'order-42',
    });
    program?.signal('SIGTERM');
    await program?.ended;
    expect(sink.requests).toEqual([]);
    expect(program?.line(/No spans are made/)).toBeUndefined();
  });

  it('OTEL_TRACES_SAMPLER: nothing is sent for what was sampled out', async () => {
    const url = await serve({
      OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
      OTEL_TRACES_SAMPLER_ARG: '0',
    });
    await fetch(`${url}/users/1`);
    await fetch(`${url}/users/1`, { headers: { b3: '1' } });
    await until('the spans of the accepted request', () => sink.spans.length === 2);
    program?.signal('SIGTERM');
    await program?.ended;
    expect(sink.spans).toHaveLength(2);
  });

  it('OTEL_METRICS_EXPORTER and OTEL_LOGS_EXPORTER: off unless asked for', async () => {
    program = library.start('job', { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, ...json });
    await program.ended;
    expect(names()).toEqual(['nightly job']);
    expect(sink.requests.map(({ path }) => path)).toEqual(['/v1/traces']);
  });
});

describe('a program that simply ends', () => {
  it('delivers its last spans', async () => {
    program = library.start('job', { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, ...json });
    expect(await program.ended).toEqual({ code: 0, signal: null });
    expect(names()).toEqual(['nightly job']);
  });
});
