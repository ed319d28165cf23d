import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { UserPage } from '@lantern/service-contracts';
import { ServiceProcess } from '@lantern/service-platform/testing';
import { afterAll, beforeAll, expect, it } from '@jest/globals';

const MAIN = new URL('./main.ts', import.meta.url);
const START_LIMIT_MS = 20_000;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lantern-user-service-'));
});
afterAll(() => rm(folder, { recursive: true }));

it(
  'two processes that start together on one file both come up, with one user "1"',
  async () => {
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
  },
  START_LIMIT_MS,
);

it(
  'does not start without its database, and says what to do in one message without the password',
  async () => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    const [noServer, noFolder] = [
      // Nobody listens on port 1 of loopback.
      ServiceProcess.spawn(MAIN, { PORT: '0', DATABASE_URL: 'postgres://shop:s3cret@localhost:1/shop' }),
      ServiceProcess.spawn(MAIN, { PORT: '0', DATA_DIR: file }),
    ];

    expect(await noServer.exit).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /^user-service cannot start: the database cannot be used: connect ECONNREFUSED .*:1\. Check DATABASE_URL and whether the server runs\.\n$/,
      ),
    });
    expect(await noFolder.exit).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /^user-service cannot start: .*user-service\.sqlite cannot be opened: .* Set DATA_DIR to a folder that this user may write to\.\n$/,
      ),
    });
  },
  START_LIMIT_MS,
);
