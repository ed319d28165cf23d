import { TemporarySystem } from '@lantern/launcher';

declare global {
  var systemUnderTest: TemporarySystem | undefined;
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
  const { urls } = (globalThis.systemUnderTest = await TemporarySystem.start());
  // Read by the suites, which run in processes of their own.
  Object.assign(process.env, { GATEWAY_URL: urls.gateway, JAEGER_URL: urls.jaeger, LOKI_URL: urls.loki });
};
