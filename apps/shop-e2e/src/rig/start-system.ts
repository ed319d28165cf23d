import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ANY_FREE_PORTS, System } from '@lantern/launcher';

declare global {
  var systemUnderTest: { readonly system: System; readonly folder: string } | undefined;
}

/**
 * Starts the system on free ports with temporary data, unless the environment names one that already runs:
 * `GATEWAY_URL`, `JAEGER_URL` and `LOKI_URL`, all three.
 */
export default async (): Promise<void> => {
  const { GATEWAY_URL, JAEGER_URL, LOKI_URL } = process.env;
  if (GATEWAY_URL !== undefined && JAEGER_URL !== undefined && LOKI_URL !== undefined) return;
  if (GATEWAY_URL !== undefined || JAEGER_URL !== undefined || LOKI_URL !== undefined) {
    throw new Error('Name all of GATEWAY_URL, JAEGER_URL and LOKI_URL to test a running system, or none.');
  }
  const folder = await mkdtemp(join(tmpdir(), 'lantern-shop-e2e-'));
  const system = await System.start({
    ports: ANY_FREE_PORTS,
    dataDir: join(folder, 'data'),
    logDir: join(folder, 'logs'),
  });
  globalThis.systemUnderTest = { system, folder };
  // Read by the suites, which run in processes of their own.
  process.env.GATEWAY_URL = system.urls.gateway;
  process.env.JAEGER_URL = system.urls.jaeger;
  process.env.LOKI_URL = system.urls.loki;
};
