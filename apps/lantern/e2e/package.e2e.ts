import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';

const APP = fileURLToPath(new URL('../', import.meta.url));

/** Packs the package and installs it as a user does, in a folder outside of this workspace. */
let folder = '';
let lantern: ChildProcess | undefined;

const run = (command: string, args: readonly string[], cwd: string): string =>
  execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

const installed = (...path: string[]) => join(folder, 'node_modules', ...path);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lantern-package-'));
  run(process.execPath, ['package/build.mjs'], APP);
  const [tarball = ''] = globSync('dist/package/*.tgz', { cwd: APP });
  writeFileSync(join(folder, 'package.json'), '{}');
  run('npm', ['install', '--no-audit', '--no-fund', join(APP, tarball)], folder);
});

afterAll(async () => {
  if (lantern?.exitCode === null) {
    lantern.kill('SIGTERM');
    await once(lantern, 'close');
  }
  rmSync(folder, { recursive: true });
});

/** Through the link that npm makes for `npx lantern`, on the Node that runs the tests. */
const start = (...args: string[]): ChildProcess =>
  spawn(process.execPath, [installed('.bin', 'lantern'), ...args], {
    cwd: folder,
    env: { PATH: process.env.PATH },
  });

const outputOf = async (child: ChildProcess): Promise<string> => {
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (data: Buffer) => (text += String(data)));
  await once(child, 'close');
  return text;
};

describe('the package', () => {
  it('is small, and installs nothing but itself', () => {
    const [tarball = ''] = globSync('dist/package/*.tgz', { cwd: APP });
    expect(statSync(join(APP, tarball)).size).toBeLessThan(5_000_000);
    expect(readdirSync(installed()).filter((name) => !name.startsWith('.'))).toEqual(['lantern-otel']);
    expect(globSync('**/*.node', { cwd: installed() })).toEqual([]);
    const licences = readFileSync(installed('lantern-otel', 'THIRD-PARTY-LICENSES'), 'utf8');
    expect(licences).toContain('@grpc/grpc-js');
  });

  it('says its version and its options', async () => {
    const { version } = JSON.parse(readFileSync(join(APP, 'package.json'), 'utf8')) as { version: string };
    expect(await outputOf(start('--version'))).toBe(`${version}\n`);
    expect(await outputOf(start('--help'))).toContain('--data-dir <folder>');
    expect(await outputOf(start('--colour'))).toContain("Unknown option '--colour'");
  });

  it('tells an older Node what it needs, in one sentence', () => {
    const script = readFileSync(installed('lantern-otel', 'dist', 'lantern.cjs'), 'utf8').replace(
      /^#!.*/,
      '',
    );
    const written: string[] = [];
    const old = {
      versions: { node: '10.24.1' },
      exitCode: 0,
      stderr: { write: (text: string) => written.push(text) },
    };
    runInNewContext(script, { process: old, require: () => written.push('required') });
    expect([old.exitCode, written]).toEqual([
      1,
      ['Lantern runs on Node 24 or newer, and this is Node 10.24.1: install one from https://nodejs.org.\n'],
    ]);
    // Nothing that a Node of ten years ago cannot read.
    expect(script).not.toMatch(/=>|`|\b(?:const|let|import|async|class)\b|\?\.|\?\?/);
  });

  it('starts in an empty folder, takes a span from the stock SDK, and gives it back after a restart', async () => {
    const ports = ['--ui-port', '--otlp-port', '--otlp-grpc-port', '--loki-port', '--sampling-port'];
    const args = [...ports.flatMap((option) => [option, '0']), '--data-dir', 'data', '--retention', '7d'];
    const ready = async () => {
      lantern = start(...args);
      let card = '';
      lantern.stdout?.on('data', (data: Buffer) => (card += String(data)));
      lantern.stderr?.on('data', (data: Buffer) => (card += String(data)));
      while (!card.includes('OTEL_EXPORTER_OTLP_ENDPOINT=')) {
        if (lantern.exitCode !== null) throw new Error(card.slice(-2_000));
        await Promise.race([once(lantern.stdout ?? lantern, 'data'), once(lantern, 'close')]);
      }
      return {
        ui: /Web UI and Jaeger API +(\S+)/.exec(card)?.[1] ?? '',
        endpoint: /export OTEL_EXPORTER_OTLP_ENDPOINT=(\S+)/.exec(card)?.[1] ?? '',
      };
    };

    const { ui, endpoint } = await ready();
    const provider = new TracerProvider({
      resource: resourceFromAttributes({ 'service.name': 'somebody' }),
      spanProcessors: [
        new SimpleSpanProcessor({ exporter: new OTLPTraceExporter({ url: `${endpoint}/v1/traces` }) }),
      ],
    });
    const span = provider.getTracer('test').startSpan('hello');
    span.end();
    await provider.shutdown();
    const { traceId } = span.spanContext();
    const trace = await (await fetch(`${ui}/api/traces/${traceId}`)).text();
    expect(trace).toContain('"operationName":"hello"');
    expect(await (await fetch(ui)).text()).toContain('<div id="root">');

    lantern?.kill('SIGTERM');
    expect((await once(lantern ?? process, 'close'))[0]).toBe(0);
    const again = await ready();
    expect(await (await fetch(`${again.ui}/api/traces/${traceId}`)).text()).toBe(trace);
  });

  it('compares the traces of two runs of the tests in the GitHub Action, and fails on a new error', async () => {
    const [ui, otlp] = [await freePort(), await freePort()];
    const action = fileURLToPath(new URL('../../../.github/actions/compare-runs/', import.meta.url));
    const bin = join(folder, 'bin');
    mkdirSync(bin);
    // As npx --yes <package> runs the command of the installed package.
    writeFileSync(join(bin, 'npx'), `#!/bin/sh\nshift 2\nexec "${installed('.bin', 'lantern')}" "$@"\n`, {
      mode: 0o755,
    });
    writeFileSync(join(folder, 'send.mjs'), SEND_TRACES);
    const script = (name: string, env: Readonly<Record<string, string>>) =>
      spawnSync(join(action, name), {
        cwd: folder,
        encoding: 'utf8',
        env: {
          ...process.env,
          PATH: [bin, dirname(process.execPath), process.env.PATH].join(delimiter),
          LANTERN_PACKAGE: 'lantern-otel',
          LANTERN_JAEGER_PORT: String(ui),
          LANTERN_OTLP_PORT: String(otlp),
          LANTERN_OTLP_GRPC_PORT: '0',
          LANTERN_LOKI_PORT: '0',
          LANTERN_PROMETHEUS_PORT: '0',
          LANTERN_SAMPLING_PORT: '0',
          LANTERN_URL: `http://127.0.0.1:${ui}`,
          OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${otlp}`,
          GITHUB_STEP_SUMMARY: join(folder, 'summary.md'),
          ...env,
        },
      });
    const tests = (run: string, outcome: string) =>
      script('run-tests.sh', { LANTERN_RUN: run, TEST_COMMAND: `node send.mjs ${outcome}` }).status;

    expect(tests('base', 'fine')).toBe(0);
    await expect(fetch(`http://127.0.0.1:${ui}/`)).rejects.toThrow('fetch failed');
    expect(script('compare.sh', { FAIL_ON: 'new-errors' }).stdout).toContain('nothing to compare');
    renameSync(join(folder, 'lantern-run'), join(folder, 'lantern-base'));
    expect(tests('pr', 'failed')).toBe(0);
    const { status, stderr } = script('compare.sh', { FAIL_ON: 'new-errors' });
    expect([status, stderr]).toEqual([2, 'The runs differ by new-errors.\n']);
    expect(readFileSync(join(folder, 'summary.md'), 'utf8')).toContain(
      '- `shop` `GET /`: out of stock (1 span)',
    );
    expect(readdirSync(join(folder, 'lantern-run')).sort()).toEqual([
      'comparison.md',
      'failed-trace.html',
      'lantern.log',
      'run.json',
    ]);
  });
});

/** Script that exports ten traces, of which the first fails if the argument is `failed`. */
const SEND_TRACES = `
const attributes = \`service.name=shop,\${process.env.OTEL_RESOURCE_ATTRIBUTES}\`
  .split(',')
  .map((pair) => ({ key: pair.split('=')[0], value: { stringValue: pair.split('=')[1] } }));
const now = BigInt(Date.now()) * 1000000n;
const spans = Array.from({ length: 10 }, (_, i) => ({
  traceId: (i + 1).toString(16).padStart(32, '0'),
  spanId: '00000000000000a1',
  name: 'GET /',
  kind: 2,
  startTimeUnixNano: String(now),
  endTimeUnixNano: String(now + 5000000n),
  status: process.argv[2] === 'failed' && i === 0 ? { code: 2, message: 'out of stock' } : {},
}));
const body = JSON.stringify({ resourceSpans: [{ resource: { attributes }, scopeSpans: [{ scope: {}, spans }] }] });
const headers = { 'content-type': 'application/json' };
const url = \`\${process.env.OTEL_EXPORTER_OTLP_ENDPOINT}/v1/traces\`;
const { status } = await fetch(url, { method: 'POST', headers, body });
process.exitCode = status === 200 ? 0 : 1;
`;

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
};
