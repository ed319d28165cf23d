import { TemporarySystem } from '@lantern/launcher';

declare global {
  var systemUnderTest: TemporarySystem | undefined;
}

/** Starts the whole system on free ports with temporary data; the suites read the URLs from the environment. */
export default async (): Promise<void> => {
  const { urls } = (globalThis.systemUnderTest = await TemporarySystem.start());
  Object.assign(process.env, { GATEWAY_URL: urls.gateway, JAEGER_URL: urls.jaeger });
};
