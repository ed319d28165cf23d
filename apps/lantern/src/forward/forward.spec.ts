import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { encodeTraceRequest } from '@lantern/otlp';
import { resourceSpans, span } from '@lantern/telemetry-model/testing';
import { RunningLantern } from '../testing/running-lantern.js';
import { waitFor } from '../testing/wait-for.js';
import { FileQueue } from './file-queue.js';
import type { ForwardQueue } from './forward-queue.js';
import type { ForwardedRequest } from './forwarded-request.js';
import { MemoryQueue } from './memory-queue.js';

const folders: string[] = [];
const newFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'lantern-forward-'));
  folders.push(folder);
  return folder;
};
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

const requestOf = (text: string): ForwardedRequest => ({
  signal: 'traces',
  contentType: 'application/json',
  contentEncoding: '',
  body: Buffer.from(text),
});

const textOf = (request: ForwardedRequest | undefined): string | undefined =>
  request && Buffer.from(request.body).toString();

/** Takes all requests out of a queue. */
const drain = async (queue: ForwardQueue): Promise<(string | undefined)[]> => {
  const texts = [];
  for (let first = await queue.first(); first; first = await queue.first()) {
    texts.push(textOf(first.request));
    await queue.remove(first.number);
  }
  return texts;
};

describe.each([
  ['in memory', (maxBytes: number) => new MemoryQueue(maxBytes)],
  ['in a folder', (maxBytes: number) => new FileQueue(newFolder(), maxBytes, () => undefined)],
])('a queue %s', (_where, open) => {
  it('returns requests in the order of arrival, as they were added', async () => {
    const queue = open(100_000);
    const request = { ...requestOf('\u0000é→'), contentEncoding: 'gzip', signal: 'logs' as const };
    await queue.append(request);
    await queue.append(requestOf('second'));
    const first = await queue.first();
    expect({ ...first?.request, body: textOf(first?.request) }).toEqual({ ...request, body: '\u0000é→' });
    expect(queue.length).toBe(2);
    expect(await drain(queue)).toEqual(['\u0000é→', 'second']);
    expect([queue.length, queue.byteLength]).toEqual([0, 0]);
    await queue.close();
  });

  it('drops the oldest requests beyond the limit, counts them, and does not remove another in the place of a dropped one', async () => {
    const queue = open(10_000);
    await queue.append(requestOf('old'.repeat(300)));
    const sending = await queue.first();
    let dropped = 0;
    for (let index = 0; index < 40; index++)
      dropped += await queue.append(requestOf(`${index}`.padEnd(900, '.')));
    expect(queue.byteLength).toBeLessThanOrEqual(10_000);
    expect(queue.length).toBe(41 - dropped);
    await queue.remove(sending?.number ?? 0);
    expect(queue.length).toBe(41 - dropped);
    expect((await drain(queue)).at(-1)).toMatch(/^39\./);
    await queue.close();
  });

  it('drops a request that exceeds the limit alone, and keeps the others', async () => {
    const queue = open(10_000);
    await queue.append(requestOf('kept'));
    expect(await queue.append(requestOf('x'.repeat(10_001)))).toBe(1);
    expect(await drain(queue)).toEqual(['kept']);
    await queue.close();
  });

  it('behaves as a list of limited size', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(fc.integer({ min: 0, max: 3_000 }), fc.constant('take' as const)), {
          maxLength: 30,
        }),
        async (steps) => {
          const queue = open(8_000);
          const model: string[] = [];
          for (const [index, step] of steps.entries()) {
            if (step === 'take') {
              const first = await queue.first();
              expect(textOf(first?.request)).toBe(model.shift());
              if (first) await queue.remove(first.number);
              continue;
            }
            const text = `${index}:`.padEnd(step, 'x');
            const dropped = await queue.append(requestOf(text));
            model.push(text);
            model.splice(0, dropped);
            expect(queue.length).toBe(model.length);
          }
          expect(await drain(queue)).toEqual(model);
          await queue.close();
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe('a queue in a folder', () => {
  it('continues after a restart with the first request that was not removed', async () => {
    const folder = newFolder();
    const queue = new FileQueue(folder, 20_000, () => undefined);
    for (let index = 0; index < 12; index++) await queue.append(requestOf(`${index}`.padEnd(1_000, '.')));
    for (let index = 0; index < 5; index++) await queue.remove((await queue.first())?.number ?? 0);
    // Not closed: the process was killed.
    const reopened = new FileQueue(folder, 20_000, () => undefined);
    expect(reopened.length).toBe(7);
    await reopened.append(requestOf('new'));
    expect((await drain(reopened)).map((text) => text?.split('.')[0])).toEqual([
      ...['5', '6', '7', '8', '9', '10', '11'],
      'new',
    ]);
    await Promise.all([queue.close(), reopened.close()]);
  });

  it('keeps only the files of requests that wait', async () => {
    const folder = newFolder();
    const queue = new FileQueue(folder, 20_000, () => undefined);
    for (let index = 0; index < 12; index++) await queue.append(requestOf('.'.repeat(1_000)));
    await drain(queue);
    expect(readdirSync(folder).filter((name) => name.endsWith('.otlp')).length).toBeLessThanOrEqual(1);
    await queue.close();
  });

  it('cuts off a record that was not written whole', async () => {
    const folder = newFolder();
    const queue = new FileQueue(folder, 20_000, () => undefined);
    await queue.append(requestOf('whole'));
    await queue.close();
    const [file = ''] = readdirSync(folder);
    appendFileSync(join(folder, file), Buffer.from([20, 0, 0, 0, 99, 0, 0, 0, 1, 2]));
    const reopened = new FileQueue(folder, 20_000, () => undefined);
    await reopened.append(requestOf('next'));
    expect(await drain(reopened)).toEqual(['whole', 'next']);
    await reopened.close();
  });
});

/** Collector that answers with a status the test sets, and keeps the requests that it accepted. */
class Collector {
  readonly received: { path: string; headers: IncomingMessage['headers']; body: Buffer }[] = [];
  answer: { status: number; headers?: Record<string, string> } = { status: 200 };
  attempts = 0;
  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  static async start(port = 0): Promise<Collector> {
    const server = createServer();
    await once(server.listen(port, '127.0.0.1'), 'listening');
    const collector = new Collector(server, (server.address() as AddressInfo).port);
    server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        collector.attempts++;
        const { status, headers = {} } = collector.answer;
        if (status === 200)
          collector.received.push({
            path: request.url ?? '',
            headers: request.headers,
            body: Buffer.concat(chunks),
          });
        response.writeHead(status, headers).end();
      });
    });
    return collector;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async stop(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }
}

const traceRequest = (name: string): Uint8Array =>
  encodeTraceRequest([resourceSpans('orders', span({ name }))]);

describe('LANTERN_FORWARD_OTLP', () => {
  const stops: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const stop of stops.splice(0).reverse()) await stop();
  });

  const startCollector = async (port?: number): Promise<Collector> => {
    const collector = await Collector.start(port);
    stops.push(() => collector.stop());
    return collector;
  };

  const startLantern = async (forwardUrl: string, config = {}): Promise<RunningLantern> => {
    const lantern = new RunningLantern({}, { forwardUrl, ...config });
    await lantern.start();
    stops.push(() => lantern.stop());
    return lantern;
  };

  const send = async (lantern: RunningLantern, path: string, body: Uint8Array, headers = {}) =>
    lantern.otlp(path, {
      method: 'POST',
      headers: { 'content-type': 'application/x-protobuf', ...headers },
      body: new Uint8Array(body),
    });

  it('sends every signal on byte for byte, with its encoding and the configured headers', async () => {
    const collector = await startCollector();
    const lantern = await startLantern(`${collector.url}/`, {
      forwardHeaders: { authorization: 'Bearer secret' },
    });
    const zipped = gzipSync(traceRequest('zipped'));
    const json = Buffer.from('{ "resourceLogs": [] }');
    await send(lantern, '/v1/traces', zipped, { 'content-encoding': 'gzip' });
    await send(lantern, '/v1/logs', json, { 'content-type': 'application/json' });
    await send(lantern, '/v1/metrics', new Uint8Array());
    await waitFor(() => collector.received.length === 3);
    expect(
      collector.received.map(({ path, headers, body }) => [
        path,
        headers['content-type'],
        headers['content-encoding'],
        headers.authorization,
        body,
      ]),
    ).toEqual([
      ['/v1/traces', 'application/x-protobuf', 'gzip', 'Bearer secret', zipped],
      ['/v1/logs', 'application/json', undefined, 'Bearer secret', json],
      ['/v1/metrics', 'application/x-protobuf', undefined, 'Bearer secret', Buffer.alloc(0)],
    ]);
  });

  it('does not send on what Lantern rejected', async () => {
    const collector = await startCollector();
    const lantern = await startLantern(collector.url);
    expect((await send(lantern, '/v1/traces', Buffer.from('nonsense'))).status).toBe(400);
    await send(lantern, '/v1/traces', traceRequest('good'));
    await waitFor(() => collector.received.length === 1);
    expect(collector.received[0]?.body).toEqual(Buffer.from(traceRequest('good')));
  });

  it('keeps requests in order while the collector is away, and sends them when it is back', async () => {
    const collector = await startCollector();
    await collector.stop();
    stops.length = 0;
    const lantern = await startLantern(collector.url);
    const names = Array.from({ length: 20 }, (_, index) => `span ${index}`);
    for (const name of names)
      expect((await send(lantern, '/v1/traces', traceRequest(name))).status).toBe(200);
    await waitFor(() => lantern.reports.some((report) => report.includes('takes no requests')));
    const back = await startCollector(collector.port);
    await waitFor(() => back.received.length === names.length);
    expect(back.received.map(({ body }) => body)).toEqual(
      names.map((name) => Buffer.from(traceRequest(name))),
    );
    await waitFor(() => lantern.reports.some((report) => report.includes('takes requests again')));
  });

  it('waits as long as a collector asks in Retry-After, and drops what it rejects for good', async () => {
    const collector = await startCollector();
    collector.answer = { status: 503, headers: { 'retry-after': '0' } };
    const lantern = await startLantern(collector.url);
    await send(lantern, '/v1/traces', traceRequest('one'));
    await waitFor(() => collector.attempts >= 3);
    collector.answer = { status: 400 };
    await waitFor(() => lantern.reports.some((report) => report.includes('rejects requests with HTTP 400')));
    collector.answer = { status: 200 };
    await send(lantern, '/v1/traces', traceRequest('two'));
    await waitFor(() => collector.received.length === 1);
    expect(collector.received[0]?.body).toEqual(Buffer.from(traceRequest('two')));
    const { text } = await lantern.loki('/metrics');
    expect(text).toContain('lantern_forward_sent_requests_total 1\n');
    expect(text).toContain('lantern_forward_rejected_requests_total 1\n');
    expect(text).toContain('lantern_forward_queued_requests 0\n');
  });

  it('counts and reports what a full queue drops', async () => {
    const lantern = await startLantern('http://127.0.0.1:9', { maxForwardBytes: 2_000 });
    for (let index = 0; index < 30; index++) await send(lantern, '/v1/traces', traceRequest('x'.repeat(500)));
    expect(lantern.reports.some((report) => report.includes('is full'))).toBe(true);
    const { text } = await lantern.loki('/metrics');
    const value = (name: string) => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1]);
    expect(value('lantern_forward_dropped_requests_total') + value('lantern_forward_queued_requests')).toBe(
      30,
    );
  });

  it('loses nothing that was acknowledged when the collector is away and Lantern is killed', async () => {
    const dataDir = newFolder();
    const collector = await startCollector();
    await collector.stop();
    stops.length = 0;
    const acknowledged: string[] = [];
    for (let round = 0; round < 2; round++) {
      const { child, otlp } = await startProcess(dataDir, collector.url);
      for (let index = 0; index < 15; index++) {
        const name = `round ${round} span ${index}`;
        const { ok } = await fetch(`${otlp}/v1/traces`, {
          method: 'POST',
          headers: { 'content-type': 'application/x-protobuf' },
          body: new Uint8Array(traceRequest(name)),
        });
        if (ok) acknowledged.push(name);
      }
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    const back = await startCollector(collector.port);
    const { child } = await startProcess(dataDir, collector.url);
    stops.push(async () => {
      child.kill('SIGKILL');
      await once(child, 'exit');
    });
    await waitFor(() => back.received.length >= acknowledged.length);
    expect(acknowledged).toHaveLength(30);
    expect(back.received.map(({ body }) => body)).toEqual(
      acknowledged.map((name) => Buffer.from(traceRequest(name))),
    );
  });
});

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));
const HOOKS = new URL('../../../../tools/source-modules.mjs', import.meta.url).href;

/** Starts Lantern as a process. */
const startProcess = async (
  dataDir: string,
  forwardUrl: string,
): Promise<{ child: ChildProcess; otlp: string }> => {
  const ports = ['OTLP', 'OTLP_GRPC', 'JAEGER', 'LOKI', 'PROMETHEUS', 'SAMPLING'];
  const child = fork(MAIN, [], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    execArgv: [
      '--experimental-transform-types',
      '--disable-warning=ExperimentalWarning',
      '--conditions=@lantern/source',
      `--import=${HOOKS}`,
    ],
    env: {
      PATH: process.env.PATH,
      LANTERN_DATA_DIR: dataDir,
      LANTERN_FORWARD_OTLP: forwardUrl,
      ...Object.fromEntries(ports.map((name) => [`LANTERN_${name}_PORT`, '0'])),
    },
  });
  const [message] = (await once(child, 'message')) as [{ urls: { otlp: string } }];
  return { child, otlp: message.urls.otlp };
};
