import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { isAlive, waitFor, withDescendants } from '@lantern/launcher';

const workspace = fileURLToPath(new URL('../../../', import.meta.url));
const ports = ['gateway', 'user-service', 'order-service', 'ui', 'otlp', 'otlp-grpc', 'loki', 'sampling'];

let folder: string;
let npm: ChildProcess;
let output: string;
let family: number[];

/** Starts the whole stack with `npm start`, on free ports and with its own data folder. Returns its URLs. */
const start = async (): Promise<string[]> => {
  const options = ports.flatMap((name) => [`--${name}-port`, '0']);
  npm = spawn('npm', ['start', '--', '--no-demo', '--data-dir', folder, ...options], {
    cwd: workspace,
    // Without the variables of the Nx task that runs this test.
    env: Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('NX_'))),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  output = '';
  for (const stream of [npm.stdout, npm.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  await waitFor(
    `the stack to be ready; output so far:\n${output}`,
    () => Promise.resolve(/^Ready in/m.test(output) || undefined),
    { deadlineMillis: 100_000 },
  );
  family = withDescendants(npm.pid ?? 0);
  return [...output.matchAll(/ready {2}(http:\S+)/g)].map(([, url = '']) => url);
};

const isListening = async (url: string): Promise<boolean> => {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lantern-npm-start-'));
  family = [];
});
afterEach(() => {
  for (const pid of family) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

describe('npm start', () => {
  it.each(['SIGTERM', 'SIGKILL'] as const)(
    'leaves no process and no port behind when npm gets %s',
    async (signal) => {
      const urls = await start();
      // Four processes of the stack, the launcher, and the processes between npm and it.
      expect(family.length).toBeGreaterThanOrEqual(7);
      expect(urls).toHaveLength(4);
      npm.kill(signal);
      await waitFor('the end of every process', () =>
        Promise.resolve(family.some(isAlive) ? undefined : true),
      );
      for (const url of urls) expect(await isListening(url)).toBe(false);
      expect(output).toContain('Stopping: services first');
    },
  );
});
