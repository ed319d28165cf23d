import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { UserPage } from '@lantern/service-contracts';
import { ServiceProcess } from '@lantern/service-platform/testing';
import { afterAll, beforeAll, expect, it } from '@jest/globals';

const MAIN = new URL('./main.ts', import.meta.url);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lantern-user-service-'));
});
afterAll(() => rm(folder, { recursive: true }));

it('two processes that start together on one SQLite file both become ready, with one user "1"', async () => {
  const env = { PORT: '0', DATA_DIR: folder, OTEL_SDK_DISABLED: 'true' };
  const processes = [1, 2].map(() => ServiceProcess.spawn(MAIN, env));
  try {
    const urls = await Promise.all(processes.map((process) => process.ready()));
    const pages = await Promise.all(
      urls.map(async (url) => (await (await fetch(`${url}/users`)).json()) as UserPage),
    );

    expect(pages.map(({ items }) => items.map(({ id }) => id))).toEqual([['1'], ['1']]);
  } finally {
    for (const process of processes) process.kill('SIGTERM');
    await Promise.all(processes.map((process) => process.exit));
  }
});
