import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from '@jest/globals';
import { LANTERN_VERSION } from './version.js';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));
const HOOKS = new URL('../../../tools/source-modules.mjs', import.meta.url).href;

const FREE_PORTS = {
  LANTERN_OTLP_PORT: '0',
  LANTERN_OTLP_GRPC_PORT: '0',
  LANTERN_SAMPLING_PORT: '0',
  LANTERN_JAEGER_PORT: '0',
  LANTERN_LOKI_PORT: '0',
  LANTERN_PROMETHEUS_PORT: '0',
};

interface Urls {
  readonly otlp: string;
  readonly otlpGrpc: string;
  readonly jaeger: string;
  readonly loki: string;
  readonly prometheus: string;
  readonly sampling: string;
}

let lantern: ChildProcess | undefined;
afterEach(() => {
  lantern?.kill('SIGKILL');
});

const start = (env: Record<string, string>) => {
  const child = fork(MAIN, {
    silent: true,
    env: { PATH: process.env.PATH, ...FREE_PORTS, ...env },
    execArgv: [
      '--experimental-transform-types',
      '--disable-warning=ExperimentalWarning',
      '--conditions=@lantern/source',
      `--import=${HOOKS}`,
    ],
  });
  lantern = child;
  const output = { stdout: '', stderr: '' };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
  return {
    child,
    output,
    ended: once(child, 'close') as Promise<[number | null, string | null]>,
    ready: async (): Promise<Urls> => {
      const [message] = (await once(child, 'message')) as [{ type: string; urls: Urls }];
      expect(message.type).toBe('ready');
      return message.urls;
    },
  };
};

describe('the process', () => {
  it('is ready, says where, and ends well on SIGINT', async () => {
    const { child, output, ended, ready } = start({});
    const urls = await ready();
    expect((await fetch(`${urls.jaeger}/api/services`)).status).toBe(200);
    expect((await fetch(`${urls.loki}/ready`)).status).toBe(200);

    child.kill('SIGINT');
    expect(await ended).toEqual([0, null]);
    expect(output).toEqual({
      stdout: [
        `Lantern ${LANTERN_VERSION}`,
        '',
        `  Web UI and Jaeger API   ${urls.jaeger}`,
        `  OTLP over HTTP          ${urls.otlp}`,
        `  OTLP over gRPC          ${urls.otlpGrpc}`,
        `  Loki API                ${urls.loki}`,
        `  Prometheus API          ${urls.prometheus}`,
        `  Remote sampling         ${urls.sampling}`,
        '  Kept in                 memory, until this process ends',
        '',
        'Send traces here from any OpenTelemetry SDK:',
        '',
        `  export OTEL_EXPORTER_OTLP_ENDPOINT=${urls.otlp}`,
        '',
        '',
      ].join('\n'),
      stderr: '',
    });
  });

  it('finishes the request that it is answering before SIGTERM ends it', async () => {
    const { child, ended, ready } = start({});
    const { otlp } = await ready();
    const sender = request(`${otlp}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', expect: '100-continue' },
    });
    sender.flushHeaders();
    await once(sender, 'continue');

    child.kill('SIGTERM');
    const untilRefused = async () => {
      for (;;) await (await fetch(`${otlp}/v1/traces`)).text();
    };
    await expect(untilRefused()).rejects.toThrow('fetch failed');
    sender.end('{"resourceSpans":[]}');
    const [response] = (await once(sender, 'response')) as [IncomingMessage];
    response.resume();
    expect(response.statusCode).toBe(200);
    expect(await ended).toEqual([0, null]);
  });

  it('goes on when the pipe that takes its messages is closed', async () => {
    const { child, ended, ready } = start({});
    const { otlp } = await ready();
    child.stdout?.destroy();
    child.stderr?.destroy();
    // The first request for metrics is reported, and the second one is answered after the failed write.
    for (let n = 0; n < 2; n++) {
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch(`${otlp}/v1/metrics`, { method: 'POST', headers, body: '{}' });
      expect(answer.status).toBe(200);
    }
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
  });

  it('says in one sentence that a port is taken, and ends with 1', async () => {
    const other = createServer();
    await new Promise<void>((done) => other.listen(0, '127.0.0.1', done));
    const { port } = other.address() as AddressInfo;
    const { output, ended } = start({ LANTERN_LOKI_PORT: String(port) });
    expect(await ended).toEqual([1, null]);
    expect(output).toEqual({
      stdout: '',
      stderr:
        `Port ${port}, for the Loki API, is taken on localhost: stop what uses it, ` +
        'or choose another with LANTERN_LOKI_PORT (0 takes any free one).\n',
    });
    await new Promise((done) => other.close(done));
  });

  it('says which scrape configuration cannot be used, and ends with 1', async () => {
    const { output, ended } = start({ LANTERN_SCRAPE: '/nonexistent/prometheus.yml' });
    expect(await ended).toEqual([1, null]);
    expect(output.stderr).toMatch(/^\/nonexistent\/prometheus\.yml cannot be read: ENOENT.*\n$/);
  });

  it('says what is wrong with its configuration, and ends with 1', async () => {
    const { output, ended } = start({ LANTERN_OTLP_PORT: 'four' });
    expect(await ended).toEqual([1, null]);
    expect(output.stderr).toBe(
      'LANTERN_OTLP_PORT is "four": it must be a whole number from 0 to 65535, where 0 takes any free port.\n',
    );
  });
});
