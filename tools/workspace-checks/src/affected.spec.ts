import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';

const root = fileURLToPath(new URL('../../../', import.meta.url));

const affectedBy = async (file: string): Promise<string[]> => {
  const args = ['node_modules/nx/dist/bin/nx.js', 'show', 'projects', '--affected', `--files=${file}`];
  const env = { ...process.env, NX_DAEMON: 'false' };
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root, env });
  return stdout.trim().split('\n');
};

describe('nx affected', () => {
  it('names the trace tests, the browser tests and the checks of docker/ for a change in a service', async () => {
    expect(await affectedBy('apps/order-service/src/main.ts')).toEqual(
      expect.arrayContaining([
        '@lantern/order-service',
        '@lantern/launcher',
        '@lantern/shop-e2e',
        '@lantern/lantern-e2e',
        '@lantern/deploy-checks',
      ]),
    );
  });

  it('names the backend, which serves the UI, and the browser tests for a change in the UI', async () => {
    expect(await affectedBy('apps/lantern-ui/src/main.tsx')).toEqual(
      expect.arrayContaining(['@lantern/lantern-ui', '@lantern/lantern', '@lantern/lantern-e2e']),
    );
  });

  it('names every project that depends on a library, transitively', async () => {
    expect(await affectedBy('libs/telemetry-model/src/span.ts')).toEqual(
      expect.arrayContaining([
        '@lantern/otlp',
        '@lantern/telemetry-store',
        '@lantern/lantern',
        '@lantern/shop-e2e',
      ]),
    );
  });

  it('does not name the services for a change in the backend: they share only the protocol', async () => {
    expect(await affectedBy('apps/lantern/src/lantern.ts')).not.toEqual(
      expect.arrayContaining(['@lantern/order-service']),
    );
  });
});
