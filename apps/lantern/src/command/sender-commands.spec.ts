import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from '@jest/globals';
import { SENDERS, type Sender } from '@lantern/query-api/senders';
import { useLantern } from '../testing/running-lantern.js';
import { waitFor } from '../testing/wait-for.js';
import { envCommand } from './env-command.js';
import { runCommand } from './run-command.js';

const lantern = useLantern();
const folder = mkdtempSync(join(tmpdir(), 'lantern-run-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));
const HOOKS = new URL('../../../../tools/source-modules.mjs', import.meta.url).href;
const NODE_ARGS = [
  '--experimental-transform-types',
  '--disable-warning=ExperimentalWarning',
  '--conditions=@lantern/source',
  `--import=${HOOKS}`,
];

/** Program that sends one span to the address in its environment, and exits with 3. */
const SENDER = `
  const now = BigInt(Date.now()) * 1000000n;
  const response = await fetch(process.env.OTEL_EXPORTER_OTLP_ENDPOINT + '/v1/traces', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ resourceSpans: [{
      resource: { attributes: [{ key: 'service.name', value: { stringValue: process.env.OTEL_SERVICE_NAME } }] },
      scopeSpans: [{ spans: [{
        traceId: 'c0ffee'.padEnd(32, '0'), spanId: 'c0ffee'.padEnd(16, '0'), name: 'nightly import', kind: 1,
        startTimeUnixNano: String(now), endTimeUnixNano: String(now + 1500000n),
      }] }],
    }] }),
  });
  process.exit(response.ok ? 3 : 4);
`;

describe('lantern env', () => {
  it.each(Object.keys(SENDERS) as Sender[])(
    'prints lines for %s with the port of the running Lantern',
    async (lang) => {
      const text = await envCommand(['--lang', lang], { LANTERN_URL: lantern.urls.jaeger });
      expect(text).toContain(`:${new URL(lantern.urls.otlp).port}`);
      expect(text).not.toContain('undefined');
    },
  );

  it('prints the default address when no Lantern answers', async () => {
    expect(await envCommand(['python'], { LANTERN_URL: 'http://127.0.0.1:9' })).toContain(
      'export OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318\n',
    );
  });

  it('names the header, and not the token, where Lantern asks for one', async () => {
    const text = await envCommand(['node'], {
      LANTERN_URL: lantern.urls.jaeger,
      LANTERN_TOKEN: 'a-token-of-24-characters',
    });
    expect(text).toContain('OTEL_EXPORTER_OTLP_HEADERS=authorization=Bearer%20<the token>');
    expect(text).not.toContain('a-token-of-24-characters');
  });

  it('names the languages for one that it does not know', async () => {
    await expect(envCommand(['--lang', 'cobol'], {})).rejects.toThrow(
      '--lang is one of nest, node, python, java, go, dotnet, browser, not cobol.',
    );
  });
});

describe('lantern run', () => {
  const env = () => ({
    PATH: process.env.PATH,
    LANTERN_URL: lantern.urls.jaeger,
    OTEL_SERVICE_NAME: 'importer',
  });

  it('gives the command the addresses, prints a link to its trace and returns its exit code', async () => {
    const lines: string[] = [];
    const code = await runCommand(
      [process.execPath, '--input-type=module', '--eval', SENDER],
      env(),
      (line) => lines.push(line),
    );
    expect(code).toBe(3);
    expect(lines).toEqual([
      `importer nightly import: 1.5 ms, 1 spans  ${lantern.urls.jaeger}/trace/${'c0ffee'.padEnd(32, '0')}`,
    ]);
  });

  it('names a command that is not found', async () => {
    await expect(runCommand(['no-such-program'], env(), () => undefined)).rejects.toThrow(
      'The command was not found: no-such-program',
    );
  });

  it('starts Lantern if none answers, passes a signal on, and ends with the command', async () => {
    const child = spawn(
      process.execPath,
      [...NODE_ARGS, MAIN, 'run', '--', process.execPath, '--eval', WAITING],
      {
        cwd: folder,
        env: {
          PATH: process.env.PATH,
          LANTERN_URL: 'http://127.0.0.1:9',
          ...Object.fromEntries(
            ['OTLP', 'OTLP_GRPC', 'JAEGER', 'LOKI', 'PROMETHEUS', 'SAMPLING'].map((name) => [
              `LANTERN_${name}_PORT`,
              '0',
            ]),
          ),
        },
      },
    );
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    await waitFor(() => stdout.includes('waiting'));
    expect(stderr).toMatch(/^Lantern started: http:\/\/localhost:\d+\n/);
    child.kill('SIGTERM');
    expect(await ended).toBe(7);
    expect(stdout).toContain('told to stop');
  });
});

/** Program that waits for a signal. */
const WAITING = `
  process.on('SIGTERM', () => { console.log('told to stop'); process.exit(7); });
  setInterval(() => undefined, 1000);
  console.log('waiting', process.env.OTEL_EXPORTER_OTLP_ENDPOINT);
`;
