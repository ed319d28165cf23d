import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { ManagedProcess, ProcessFailedError } from './managed-process.js';

const folder = mkdtempSync(join(tmpdir(), 'lantern-launcher-'));
afterAll(() => rmSync(folder, { recursive: true }));

const start = (script: string): ManagedProcess =>
  new ManagedProcess({
    name: 'example',
    args: ['--eval', script],
    cwd: folder,
    env: { GREETING: 'hello' },
    logFile: join(folder, 'logs', 'example.log'),
  });

const READY = `process.send({ type: 'ready', urls: { http: 'http://127.0.0.1:1' } });`;

describe('a managed process', () => {
  it('is ready with its URLs when it reports so, and ends on stop()', async () => {
    const child = start(
      `process.on('SIGTERM', () => process.exit(0)); setInterval(() => {}, 1000); ${READY}`,
    );
    expect(await child.ready).toEqual({ http: 'http://127.0.0.1:1' });
    expect(await child.stop()).toBe(0);
    expect(await child.stop()).toBe(0);
  });

  it('writes its output to its log file', async () => {
    const child = start(
      `console.log(process.env.GREETING); console.error('and an error'); ${READY} process.disconnect();`,
    );
    await child.exited;
    const log = join(folder, 'logs', 'example.log');
    expect(existsSync(log)).toBe(true);
    expect(readFileSync(log, 'utf8')).toMatch(/hello[\s\S]*and an error/);
  });

  it('that ends before it is ready fails with its last output', async () => {
    const child = start(`console.error('PORT is "x": it must be a number'); process.exit(3);`);
    await expect(child.ready).rejects.toThrow(ProcessFailedError);
    await expect(child.ready).rejects.toThrow(/example ended \(3\)[\s\S]*PORT is "x"/);
  });
});
