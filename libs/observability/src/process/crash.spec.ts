import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { closedPort, startServer } from '../../test/http-server.js';
import { type OtlpSink, startOtlpSink } from '../../test/otlp-sink.js';
import { CompiledLibrary, type Program } from '../../test/program.js';

/** A service that gets one request and then goes the way that `WAY` names. */
const service = `
import { createServer, get } from 'node:http';

const ways = {
  throw: () => { throw new Error('boom'); },
  reject: () => void Promise.reject(new Error('boom')),
  exit: () => process.exit(3),
  survive: () => {
    process.on('uncaughtException', () => setImmediate(() => { console.log('{"message":"survived"}'); server.close(); }));
    throw new Error('boom');
  },
};
const server = createServer((request, response) => {
  if (request.url === '/done') return response.end();
  setTimeout(() => { response.destroy(); ways[process.env.WAY](); }, 10);
});
server.listen(0, '127.0.0.1', () => {
  const url = 'http://127.0.0.1:' + server.address().port;
  get(url + '/done', (response) => response.resume().on('end', () =>
    get(url + '/crash').on('error', () => undefined)));
});
`;

const early = `throw new TypeError('no such setting');`;

let library: CompiledLibrary;
let sink: OtlpSink;
let program: Program | undefined;

beforeAll(() => {
  library = new CompiledLibrary();
  library.add('service', service);
  library.add('early', early);
});
afterAll(() => library.remove());
beforeEach(async () => {
  sink = await startOtlpSink();
});
afterEach(async () => {
  program?.signal('SIGKILL');
  await program?.ended;
  await sink.close();
});

// No batch would be sent during the life of the process.
const held = { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json', OTEL_BSP_SCHEDULE_DELAY: '60000' };

// For what is to arrive: a busy machine may need more than two seconds.
const patience = { OBSERVABILITY_EXIT_TIMEOUT: '60000' };
const defaultTimeout = { OBSERVABILITY_EXIT_TIMEOUT: '' };

const run = async (way: string, env: NodeJS.ProcessEnv = {}) => {
  program = library.start('service', {
    OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
    ...held,
    ...patience,
    WAY: way,
    ...env,
  });
  return { ...(await program.ended), stderr: program.stderr };
};

const runBare = async (way: string) => {
  const bare = library.startBare('service', { WAY: way });
  return { ...(await bare.ended), stderr: bare.stderr };
};

const span = (name: string, path?: string) =>
  sink.spans.find(
    (each) => each.name === name && (path === undefined || each.attributes['url.path'] === path),
  );

describe.each([
  ['uncaughtException', 'throw', 'Uncaught exception: boom'],
  ['unhandledRejection', 'reject', 'Unhandled rejection: boom'],
])('an %s', (name, way, message) => {
  it('An uncaught error is sent with its request and all queued spans, and ends the process as it does without tracing', async () => {
    expect(await run(way)).toEqual(await runBare(way));
    const crash = span(name);
    expect(crash?.status).toMatchObject({ code: 2, message: 'boom' });
    expect(crash?.events.map((event) => event.name)).toEqual(['exception']);
    const request = span('GET', '/crash');
    expect(request?.status).toMatchObject({ code: 2, message: 'boom' });
    expect(request?.attributes['error.type']).toBe('Error');
    expect(crash?.parentSpanId).toBe(request?.spanId);
    // And what was held before.
    expect(span('GET', '/done')?.status.code ?? 0).toBe(0);
    expect(program?.line(message)).toMatchObject({
      level: 'fatal',
      trace_id: request?.traceId,
      error: { name: 'Error' },
    });
  });
});

describe('an error that ends the process', () => {
  it('An uncaught error is sent even if nearly everything is sampled out', async () => {
    await run('throw', { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0' });
    expect(sink.spans.map(({ name }) => name)).toEqual(['uncaughtException']);
  });

  it('An uncaught error during the load of the main module is sent', async () => {
    program = library.start('early', { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, ...held, ...patience });
    expect((await program.ended).code).toBe(1);
    expect(sink.spans.map(({ name, status }) => [name, status.message])).toEqual([
      ['unhandledRejection', 'no such setting'],
    ]);
  });

  it.each(['hangs', 'is down'])(
    'An uncaught error ends the process while the backend %s, and the lost spans are reported',
    async (how) => {
      let crashedAt = 0;
      const hanging = await startServer(() => {
        crashedAt ||= performance.now();
      });
      const url = how === 'hangs' ? hanging.url : `http://127.0.0.1:${await closedPort()}`;
      const { code, stderr } = await run('throw', { OTEL_EXPORTER_OTLP_ENDPOINT: url, ...defaultTimeout });
      if (how === 'hangs') expect(performance.now() - crashedAt).toBeLessThan(20_000);
      await hanging.close();
      expect([code, stderr]).toEqual([1, (await runBare('throw')).stderr]);
      expect(program?.line(/^\d+ spans were not sent to .* before the end$/)?.level).toBe('warn');
    },
  );

  it('An uncaught error that the host handles is recorded and sent later', async () => {
    expect(await run('survive')).toMatchObject({ code: 0, stderr: '' });
    expect(program?.line('survived')).toBeDefined();
    expect(span('uncaughtException')?.status.message).toBe('boom');
  });
});

describe('process.exit()', () => {
  it('process.exit() sends the queued spans and keeps its exit code', async () => {
    expect(await run('exit')).toEqual({ code: 3, signal: null, stderr: '' });
    expect(span('GET', '/done')).toBeDefined();
  });
});
