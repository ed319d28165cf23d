import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { isAlive } from './process-table.js';
import { waitFor } from './wait.js';

const boundChild = fileURLToPath(new URL('../../bound-child.mjs', import.meta.url));
let folder: string;
let npm: ChildProcess;
type Level = 'front' | 'middle' | 'leaf';
let pids: Record<Level, number>;

/** Processes of `npm start`: npm, its shell, a front process, one in the middle, and a leaf that ends on a signal. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lantern-npm-start-'));
  const level = (name: string, code: string): void => {
    const tell = `console.log('${name} ' + process.pid);`;
    const imports = `import { onAbandoned, runChild } from ${JSON.stringify(boundChild)};`;
    writeFileSync(join(folder, `${name}.mjs`), `${imports}\n${code.replace('TELL', tell)}\n`);
  };
  const run = (name: string): string =>
    `TELL process.exitCode = await runChild(process.execPath, ['${name}.mjs'], { bound: true });`;
  level('front', run('middle'));
  level('middle', run('leaf'));
  level(
    'leaf',
    `const stop = () => process.exit(0);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop);
    onAbandoned(stop);
    setInterval(() => undefined, 1000);
    TELL`,
  );
  const scripts = { start: 'exec node front.mjs', 'behind-a-shell': 'node front.mjs; exit $?' };
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ scripts }));
});
afterAll(() => rmSync(folder, { recursive: true }));

const start = async (script = 'start'): Promise<void> => {
  npm = spawn('npm', ['run', script, '--silent'], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
  pids = { front: 0, middle: 0, leaf: 0 };
  for await (const line of createInterface({ input: npm.stdout ?? process.stdin })) {
    const [name, pid] = line.split(' ') as [Level, string];
    pids[name] = Number(pid);
    if (name === 'leaf') break;
  }
};

afterEach(() => {
  for (const pid of Object.values(pids)) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
});

const allGone = (): Promise<true> =>
  waitFor('the end of every process', () =>
    Promise.resolve(Object.values(pids).some(isAlive) ? undefined : (true as const)),
  );

describe('processes of npm start', () => {
  it.each(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGKILL'] as const)('all end after %s to npm', async (signal) => {
    await start();
    npm.kill(signal);
    await allGone();
  });

  it.each(['SIGTERM', 'SIGHUP', 'SIGKILL'] as const)(
    'all end after %s to npm where a shell stands between',
    async (signal) => {
      await start('behind-a-shell');
      npm.kill(signal);
      await allGone();
    },
  );

  it('are started without a shell in between', () => {
    const { scripts } = JSON.parse(
      readFileSync(fileURLToPath(new URL('../../../package.json', import.meta.url)), 'utf8'),
    ) as { scripts: Record<string, string> };
    expect(scripts.start).toMatch(/^exec node /);
    expect(scripts.test).toMatch(/^exec node /);
  });

  it.each([
    ['front', 'SIGTERM'],
    ['front', 'SIGHUP'],
    ['front', 'SIGKILL'],
    ['middle', 'SIGTERM'],
    ['middle', 'SIGKILL'],
    ['leaf', 'SIGKILL'],
  ] as const)('all end after the %s gets %s, npm too', async (name, signal) => {
    await start();
    process.kill(pids[name], signal);
    await allGone();
    if (npm.exitCode === null && npm.signalCode === null) await once(npm, 'exit');
    expect(npm.exitCode === 0).toBe(signal !== 'SIGKILL');
  });
});
