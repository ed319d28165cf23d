import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { globSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';

const APP = fileURLToPath(new URL('../', import.meta.url));

/** Packed and installed as anybody would, in a folder that knows nothing of this workspace. */
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
});
