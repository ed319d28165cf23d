import { TemporarySystem } from '@lantern/launcher';
import type { BrowserServer } from 'playwright-core';
import { launchChromium } from './chromium.ts';

declare global {
  var systemUnderTest: TemporarySystem | undefined;
  var browserServer: BrowserServer | undefined;
}

/**
 * Starts the whole system on free ports with temporary data, and one browser. Suites read the addresses from the
 * environment.
 */
export default async (): Promise<void> => {
  const { urls } = (globalThis.systemUnderTest = await TemporarySystem.start());
  globalThis.browserServer = await launchChromium();
  Object.assign(process.env, {
    GATEWAY_URL: urls.gateway,
    JAEGER_URL: urls.jaeger,
    OTLP_URL: urls.otlp,
    LOKI_URL: urls.loki,
    CHROMIUM_ENDPOINT: globalThis.browserServer.wsEndpoint(),
  });
};
