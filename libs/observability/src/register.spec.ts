import { mkdtempSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { closedPort, startServer } from '../test/http-server.js';
import { type FakeLoki, startLoki } from '../test/loki.js';
import { type OtlpSink, startOtlpSink } from '../test/otlp-sink.js';
import { CompiledLibrary, type Program } from '../test/program.js';
import { until } from '../test/until.js';

/** Programs in processes of their own, started with `node --import …/register.js`, as a service is. */

const service = `
import { Controller, Get, Logger, Module, Param } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
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
  @Get('slow')
  slow() {
    new Logger(Shop.name).log('under way');
    return new Promise((resolve) => setTimeout(resolve, 300, { done: true }));
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

const burst = `
import { Tracer } from './library/index.js';
for (let at = 0; at < 10_000; at++) new Tracer().withSpan('step', () => undefined);
`;

const loop = `
import { TraceLogger } from './library/index.js';
const logger = new TraceLogger();
for (let at = 0; at < 100_000; at++) logger.log('at work', { at, text: 'x'.repeat(100) }, 'Loop');
`;

const PG = '@opentelemetry/instrumentation-pg';

let library: CompiledLibrary;
let sink: OtlpSink;
let loki: FakeLoki;
let program: Program | undefined;

beforeAll(() => {
  library = new CompiledLibrary();
  library.add('service', service);
  library.add('job', job);
  library.add('burst', burst);
  library.add('loop', loop);
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
const serve = async (env: NodeJS.ProcessEnv = {}): Promise<string> => {
  program = library.start('service', {
    OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
    LOKI_URL: loki.url,
    ...json,
    ...env,
  });
  const { url } = await program.waitFor('ready');
  return String(url);
};

describe('a service started with --import register', () => {
  it('A variable with its former name still works and gets a warning', async () => {
    program = library.start('job', { OTEL_TRACES_EXPORTER: 'none', LANTERN_EXIT_TIMEOUT: '500' });
    const line = await program.waitFor(/LANTERN_EXIT_TIMEOUT/);
    expect(line).toMatchObject({
      level: 'warn',
      message: 'LANTERN_EXIT_TIMEOUT is now called OBSERVABILITY_EXIT_TIMEOUT; rename it.',
    });
  });

  it('A request of a trace test is sampled, and its spans and lines are sent at once', async () => {
    const url = await serve({ OTEL_TRACES_SAMPLER: 'always_off', OTEL_BSP_SCHEDULE_DELAY: '600000' });
    await fetch(`${url}/users/2`);
    await fetch(`${url}/forward`, { headers: { baggage: 'lantern.test=order-1' } });
    await until('the spans of the test', () => sink.spans.length === 4);
    expect(names()).toEqual(['GET', 'GET /forward', 'GET /users/:id', 'find_user']);
    const marked = sink.spans.filter(({ attributes }) => attributes['lantern.test'] === 'order-1');
    // The baggage has traveled on to the request that the first one made.
    expect(marked.map(({ name }) => name).sort()).toEqual(['GET /forward', 'GET /users/:id']);
  });

  it.each([
    ['OBSERVABILITY_SDK=lean', { OBSERVABILITY_SDK: 'lean' }],
    ['OBSERVABILITY_SDK=node-sdk', { OBSERVABILITY_SDK: 'node-sdk' }],
  ])(
    'A service sends spans by OTLP and lines to stdout and Loki, all with the IDs of one trace, by %s',
    async (_name, sdk) => {
      const url = await serve({
        ...sdk,
        OTEL_SERVICE_NAME: 'order-service',
        OTEL_RESOURCE_ATTRIBUTES: 'team=shop,deployment.environment.name=staging',
      });
      const response = await fetch(`${url}/forward`);
      await response.text();
      // Far below the five seconds of the SDK's own batch processor.
      await until('4 spans', () => sink.spans.length === 4, 3000);
      expect(names()).toEqual(['GET', 'GET /forward', 'GET /users/:id', 'find_user']);
      const traceIds = new Set(sink.spans.map(({ traceId }) => traceId));
      expect(traceIds.size).toBe(1);
      expect(sink.requests.map(({ path }) => path)).toEqual(['/v1/traces']);

      const ids = {
        service: 'order-service',
        trace_id: [...traceIds][0],
        correlation_id: response.headers.get('x-correlation-id'),
      };
      expect(await program?.waitFor('found')).toMatchObject({ ...ids, context: 'Shop', id: '1' });
      expect(await program?.waitFor(/^GET \/users\/1 200 \d+ms$/)).toMatchObject(ids);
      expect(await program?.waitFor(/^GET \/forward 200 \d+ms$/)).toMatchObject(ids);
      await until(
        'the lines in Loki',
        () => loki.lines.filter(({ metadata }) => metadata.trace_id).length === 3,
      );
      expect(loki.lines.at(-1)?.labels).toEqual({ service: 'order-service', env: 'staging' });

      // Who it is, and nothing about the user, the machine or the command line.
      const resource = sink.spans[0]?.resource ?? {};
      expect(resource).toMatchObject({
        'service.name': 'order-service',
        'service.version': '1.2.3',
        'deployment.environment.name': 'staging',
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
    },
  );

  it('A service sends its queued spans before it ends on SIGTERM', async () => {
    const url = await serve({ OTEL_BSP_SCHEDULE_DELAY: '60000' });
    await fetch(`${url}/users/1`);
    await program?.waitFor(/^GET \/users/);
    program?.signal('SIGTERM');
    expect(await program?.ended).toEqual({ code: null, signal: 'SIGTERM' });
    expect(names()).toEqual(['GET /users/:id', 'find_user']);
    expect(loki.lines.map(({ line }) => line).join()).toContain('GET /users/1 200');
  });

  it('A service ends on SIGTERM after the request in flight, whose span is sent too', async () => {
    const url = await serve();
    // A kept connection would hold the server up.
    const answer = new Promise<number | undefined>((resolve, reject) => {
      get(`${url}/slow`, { agent: false }, (response) => {
        response.resume().on('end', () => resolve(response.statusCode));
      }).on('error', reject);
    });
    await program?.waitFor('under way');
    program?.signal('SIGTERM');
    expect(await answer).toBe(200);
    expect(await program?.ended).toEqual({ code: null, signal: 'SIGTERM' });
    expect(names()).toEqual(['GET /slow']);
  });

  it('A service serves requests and ends in time while every backend is down, and reports its losses once', async () => {
    const port = await closedPort();
    const down = `http://127.0.0.1:${port}`;
    const url = await serve({ OTEL_EXPORTER_OTLP_ENDPOINT: down, LOKI_URL: down });
    for (let count = 0; count < 20; count++) {
      const before = performance.now();
      expect((await fetch(`${url}/users/1`)).status).toBe(200);
      expect(performance.now() - before).toBeLessThan(5000);
    }
    await program?.waitFor(/^Loki cannot be reached/);
    await program?.waitFor(/^Spans cannot be sent/);
    const before = performance.now();
    program?.signal('SIGTERM');
    await program?.ended;
    expect(performance.now() - before).toBeLessThan(20_000);
    const complaints = program?.lines().filter(({ level }) => level === 'warn' || level === 'error') ?? [];
    expect(complaints.map(({ message }) => String(message).replace(/\d+/g, 'N')).sort()).toEqual([
      expect.stringMatching(/^Loki cannot be reached \(connect ECONNREFUSED/),
      'N log lines were not sent to Loki before the end',
      'N spans were not sent to http://N.N.N.N:N before the end',
      expect.stringMatching(/^Spans cannot be sent to http:\/\/N.N.N.N:N \(connect ECONNREFUSED/),
    ]);
    expect(program?.stderr).toBe('');
  });
});

describe('a backend that goes away and comes back', () => {
  it('The failure and the recovery of a backend are logged once each, with the number of lost spans', async () => {
    const port = await closedPort();
    const url = await serve({
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      OTEL_EXPORTER_OTLP_TIMEOUT: '300',
      OTEL_BSP_SCHEDULE_DELAY: '50',
      OTEL_BSP_MAX_QUEUE_SIZE: '8',
      OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '4',
    });
    const request = async (): Promise<string> => (await fetch(`${url}/users/1`)).text();
    await request();
    await program?.waitFor(/^Spans cannot be sent/);
    for (let count = 0; count < 20; count++) await request();
    const back = await startOtlpSink(port);
    while (!program?.line(/^Spans reach/)) await request();
    await back.close();
    const told = program.lines().filter((line) => line.context === 'OpenTelemetry');
    expect(told.map(({ message }) => String(message).replace(/\d+/g, 'N'))).toEqual([
      expect.stringMatching(/^Spans cannot be sent to http:\/\/N.N.N.N:N \(.*ECONNREFUSED/),
      'Spans reach http://N.N.N.N:N again; N were lost',
    ]);
  });
});

describe('spans of a time without a backend', () => {
  it.each(['that refuses connections', 'that accepts connections and never answers'])(
    'Spans survive a backend %s for longer than the request timeout, and arrive once when it is back',
    async (how) => {
      const hanging = await startServer(() => undefined);
      if (how === 'that refuses connections') await hanging.close();
      const url = await serve({
        OTEL_EXPORTER_OTLP_ENDPOINT: hanging.url,
        OTEL_EXPORTER_OTLP_TIMEOUT: '200',
      });
      for (let count = 0; count < 20; count++) await (await fetch(`${url}/users/1`)).text();
      await program?.waitFor(/^Spans cannot be sent/);
      for (let count = 0; count < 20; count++) await (await fetch(`${url}/users/1`)).text();
      if (how !== 'that refuses connections') await hanging.close();
      const back = await startOtlpSink(hanging.port);
      await program?.waitFor(/^Spans reach http:.* again; none were lost$/);
      await until('all spans', () => back.spans.length >= 80);
      await back.close();
      expect(new Set(back.spans.map(({ spanId }) => spanId)).size).toBe(80);
      expect(back.spans).toHaveLength(80);
    },
  );
});

describe("a team's own NodeSDK", () => {
  it('A NodeSDK of a team has the propagator, sampler, exporter and resource of lanternNodeSdk()', async () => {
    library.add(
      'instrument',
      `import { NodeSDK } from '@opentelemetry/sdk-node';
       import { lanternNodeSdk } from './library/node-sdk.js';
       new NodeSDK({ ...lanternNodeSdk(), instrumentations: [] }).start();`,
    );
    program = library.startBare(
      'service',
      { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, OTEL_TRACES_SAMPLER: 'parentbased_always_off', ...json },
      ['--import', join(library.folder, 'instrument.js')],
    );
    const { url } = await program.waitFor('ready');
    await (await fetch(`${String(url)}/users/2`)).text();
    const headers = { 'x-b3-traceid': '80f198ee56343ba864fe8b2a57d3eff7', 'x-b3-spanid': 'e457b5a2e4d86bd1' };
    await (await fetch(`${String(url)}/users/1`, { headers: { ...headers, 'x-b3-sampled': '1' } })).text();
    await until('2 spans', () => sink.spans.length === 2, 3000);
    expect(names()).toEqual(['GET /users/:id', 'find_user']);
    expect(sink.spans[0]?.traceId).toBe(headers['x-b3-traceid']);
    expect(sink.spans[0]?.resource).toMatchObject({ 'service.name': 'shop', 'service.version': '1.2.3' });
    program.signal('SIGTERM');
    expect(await program.ended).toEqual({ code: null, signal: 'SIGTERM' });
    expect(program.lines().filter(({ level }) => level === 'warn' || level === 'error')).toEqual([]);
  });
});

describe('an application whose start fails', () => {
  it('A start that fails is logged as JSON and in Loki, although its logs are buffered', async () => {
    library.add(
      'broken',
      `import { Injectable, Module } from '@nestjs/common';
       import { NestFactory } from '@nestjs/core';
       import { ObservabilityModule, TraceLogger } from './library/index.js';
       class Missing {}
       @Injectable() class Needy { constructor(missing: Missing) {} }
       @Module({ imports: [ObservabilityModule.forRoot()], providers: [Needy] }) class App {}
       const app = await NestFactory.create(App, { bufferLogs: true });
       app.useLogger(app.get(TraceLogger));`,
    );
    program = library.start('broken', { LOKI_URL: loki.url, OTEL_TRACES_EXPORTER: 'none' });
    expect(await program.ended).toEqual({ code: 1, signal: null });
    const failure = program.line(/^Nest can't resolve dependencies of the Needy/);
    expect(failure).toMatchObject({ level: 'error', context: 'ExceptionHandler', service: 'shop' });
    expect(program.stdout.split('\n').filter((line) => line !== '' && !line.startsWith('{'))).toEqual([]);
    expect(program.stderr).toBe('');
    expect(loki.lines.map(({ line }) => line).join()).toContain('resolve dependencies of the Needy');
  });
});

describe('another tracer', () => {
  const exporter = `
    const { NodeSDK } = require('@opentelemetry/sdk-node');
    const { SimpleSpanProcessor } = require('@opentelemetry/sdk-trace');
    const { OTLPTraceExporter } = require('@opentelemetry/exporter-trace-otlp-http');
    const { HttpInstrumentation } = require('@opentelemetry/instrumentation-http');`;
  const sdk = `${exporter}
    new NodeSDK({
      spanProcessors: [new SimpleSpanProcessor({ exporter: new OTLPTraceExporter() })],
      metricReaders: [], logRecordProcessors: [],
      instrumentations: [new HttpInstrumentation()],
    }).start();
    require('node:http');
    require('node:module').syncBuiltinESMExports();`;
  const instrumentation = `${exporter}
    require('@opentelemetry/instrumentation').registerInstrumentations({ instrumentations: [new HttpInstrumentation()] });
    require('node:http');
    require('node:module').syncBuiltinESMExports();`;

  it.each([
    [
      'its SDK alone',
      sdk,
      ['--require', 'FIRST'],
      /^Spans are made by TracerProvider, which was registered before/,
    ],
    [
      'its SDK before register',
      sdk,
      ['--require', 'FIRST', '--import', 'REGISTER'],
      /^Tracing is not started: spans are made by/,
    ],
    [
      'its instrumentation after register',
      instrumentation,
      ['--require', 'REGISTER', '--import', 'FIRST'],
      /^Those of HTTP are left to/,
    ],
    [
      'its instrumentation before register',
      instrumentation,
      ['--require', 'FIRST', '--import', 'REGISTER'],
      /^Those of HTTP are left to/,
    ],
  ])(
    'Beside %s a request has one trace without a duplicate, and log lines have its IDs',
    async (name, code, options, told) => {
      const file = join(library.folder, `${name.replaceAll(' ', '-')}.cjs`);
      writeFileSync(file, code);
      program = library.startBare(
        'service',
        { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, OTEL_SERVICE_NAME: 'order-service', ...json },
        options.map((option) =>
          option.replace('FIRST', file).replace('REGISTER', join(library.folder, 'library/register.js')),
        ),
      );
      const { url } = await program.waitFor('ready');
      const response = await fetch(`${String(url)}/forward`);
      await response.text();
      await until('4 spans', () => sink.spans.length >= 4, 5000);
      expect(sink.spans.map(({ name: span, kind }) => `${span} ${kind}`).sort()).toEqual(
        ['GET /forward 2', 'GET /users/:id 2', 'GET 3', 'find_user 1'].sort(),
      );
      expect(new Set(sink.spans.map(({ traceId }) => traceId)).size).toBe(1);
      const ids = {
        trace_id: sink.spans[0]?.traceId,
        correlation_id: response.headers.get('x-correlation-id'),
      };
      expect(await program.waitFor('found')).toMatchObject(ids);
      expect(await program.waitFor(/^GET \/users\/1 200 \d+ms$/)).toMatchObject({
        ...ids,
        handler: 'Shop.find',
      });
      expect(await program.waitFor(/^GET \/forward 200 \d+ms$/)).toMatchObject({ ...ids, route: '/forward' });
      expect(program.line(told)).toBeDefined();
      expect((await fetch(`${String(url)}/nowhere`)).status).toBe(404);
      const unknown = await program.waitFor(/^GET \/nowhere 404 \d+ms$/);
      expect(unknown.trace_id).toMatch(/^[0-9a-f]{32}$/);
    },
  );
});

describe("a team's own instrumentations", () => {
  const query = `
    const client = new pg.Client({ connectionString: process.env.DATABASE, connectionTimeoutMillis: 2000 });
    client.connect().catch(() => undefined);`;

  it.each([
    ['an ES module', 'query-esm.js', `import pg from 'pg'; ${query}`, { LANTERN_INSTRUMENTATIONS: PG }],
    [
      'CommonJS',
      'query-cjs.cjs',
      `const pg = require('pg'); ${query}`,
      { OBSERVABILITY_INSTRUMENTATIONS: PG },
    ],
    [
      'an ES module with the stock SDK',
      'query-stock.js',
      `import pg from 'pg'; ${query}`,
      { OBSERVABILITY_INSTRUMENTATIONS: PG, OBSERVABILITY_SDK: 'node-sdk' },
    ],
  ])('Instrumentations of a team trace %s', async (_name, file, code, env) => {
    writeFileSync(join(library.folder, file), code);
    program = library.startFile(file, {
      OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
      DATABASE: `postgres://shop@127.0.0.1:${await closedPort()}/orders`,
      ...json,
      ...env,
    });
    expect(await program.ended).toEqual({ code: 0, signal: null });
    expect(sink.spans.map(({ name, scope }) => [name, scope])).toEqual([['pg.connect', PG]]);
  });

  it('Instrumentations come from otel.instrumentations.js too, and those that cannot be loaded are named', async () => {
    const folder = mkdtempSync(join(library.folder, 'own-'));
    writeFileSync(
      join(folder, 'otel.instrumentations.js'),
      `import { PgInstrumentation } from '${PG}';
       import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
       export default [new PgInstrumentation(), new HttpInstrumentation({ enabled: false })];`,
    );
    writeFileSync(join(folder, 'main.js'), `import pg from 'pg'; ${query}`);
    program = library.startFile(
      join(folder, 'main.js'),
      {
        OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
        OBSERVABILITY_INSTRUMENTATIONS: 'no-such-instrumentation',
        DATABASE: `postgres://shop@127.0.0.1:${await closedPort()}/orders`,
        ...json,
      },
      { cwd: folder },
    );
    expect(await program.ended).toEqual({ code: 0, signal: null });
    expect(names()).toEqual(['pg.connect']);
    expect(program.line(/no-such-instrumentation cannot be loaded/)).toBeDefined();
    expect(program.line(/instrumentation-http is left out/)).toBeDefined();
  });
});

describe('the standard variables', () => {
  it('OTEL_EXPORTER_OTLP_PROTOCOL selects JSON; protobuf is the default', async () => {
    program = library.start('job', { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url });
    await program.ended;
    expect(sink.requests).toEqual([
      { path: '/v1/traces', contentType: 'application/x-protobuf', bytes: expect.any(Number) },
    ]);
  });

  it('With OTEL_TRACES_EXPORTER=none log lines have trace IDs, and no spans are sent', async () => {
    const url = await serve({ OTEL_TRACES_EXPORTER: 'none' });
    await fetch(`${url}/users/1`);
    expect((await program?.waitFor('found'))?.trace_id).toMatch(/^[0-9a-f]{32}$/);
    program?.signal('SIGTERM');
    await program?.ended;
    expect(sink.requests).toEqual([]);
  });

  it('With OTEL_SDK_DISABLED there are no spans, but IDs are propagated and requests are logged', async () => {
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

  it('With OTEL_TRACES_SAMPLER no spans of unsampled traces are sent', async () => {
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
});

describe('ten thousand spans at once', () => {
  it('Ten thousand spans at once are delivered or reported as lost', async () => {
    program = library.start('burst', { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, ...json });
    expect((await program.ended).code).toBe(0);
    const told = program.lines().filter(({ level }) => level === 'warn');
    expect(told.map(({ message }) => String(message).replace(/\d+/g, 'N'))).toEqual([
      'N spans were dropped: they end faster than they are sent to http://N.N.N.N:N',
    ]);
    expect(sink.spans.length).toBeGreaterThanOrEqual(2048);
    expect(sink.spans.length + Number.parseInt(String(told[0]?.message))).toBe(10_000);
  });
});

describe('a loop that writes 100,000 lines without returning to the event loop', () => {
  it('needs no more than a heap of 72 MB while Loki is down, and its lost lines are counted', async () => {
    program = library.start('loop', { LOKI_URL: `http://127.0.0.1:${await closedPort()}` }, [
      '--max-old-space-size=72',
    ]);
    expect(await program.ended).toEqual({ code: 0, signal: null });
    expect(program.line(/^\d+ log lines were not sent to Loki before the end$/)).toBeDefined();
  });
});

describe('beside a loader hook that wraps every module', () => {
  it('A call has one client span beside a loader hook that wraps every module', async () => {
    const hook =
      "data:text/javascript,import { register } from 'node:module'; register('import-in-the-middle/hook.mjs', '" +
      pathToFileURL(`${library.folder}/`).href +
      "');";
    program = library.start('service', { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, ...json }, [
      '--import',
      hook,
    ]);
    const { url } = await program.waitFor('ready');
    await (await fetch(`${String(url)}/forward`)).text();
    await until('4 spans', () => sink.spans.length >= 4);
    program.signal('SIGTERM');
    await program.ended;
    expect(names()).toEqual(['GET', 'GET /forward', 'GET /users/:id', 'find_user']);
  });
});

describe('a program that simply ends', () => {
  it('A program that ends delivers its last spans, and metrics and logs only if they are configured', async () => {
    program = library.start('job', { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, ...json });
    expect(await program.ended).toEqual({ code: 0, signal: null });
    expect(names()).toEqual(['nightly job']);
    expect(sink.requests.map(({ path }) => path)).toEqual(['/v1/traces']);
  });
});
