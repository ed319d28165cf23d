import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TemporarySystem } from '@lantern/launcher';
import type { BrowserServer } from 'playwright-core';
import { launchChromium } from './chromium.ts';

const RULES = fileURLToPath(new URL('../../../../docker/prometheus/rules/red.yml', import.meta.url));

declare global {
  var systemUnderTest: TemporarySystem | undefined;
  var browserServer: BrowserServer | undefined;
  /** Folder of the rule file. */
  var rulesFolder: string | undefined;
}

/** Writes the rules of docker/ without their waiting times, and returns the path of the file. */
const writeEagerRules = async (folder: string): Promise<string> => {
  const path = join(folder, 'red.yml');
  const rules = (await readFile(RULES, 'utf8'))
    .replaceAll('interval: 15s', 'interval: 1s')
    .replaceAll(/^( +for:) .*$/gm, '$1 1s');
  await writeFile(path, rules);
  return path;
};

/**
 * Starts the whole system on free ports with temporary data, and one browser. Suites read the addresses from the
 * environment.
 */
export default async (): Promise<void> => {
  globalThis.rulesFolder = await mkdtemp(join(tmpdir(), 'lantern-rules-'));
  const rules = await writeEagerRules(globalThis.rulesFolder);
  globalThis.systemUnderTest = await TemporarySystem.start({}, { rules, scrapeInterval: '500ms' });
  const { urls } = globalThis.systemUnderTest;
  globalThis.browserServer = await launchChromium();
  Object.assign(process.env, {
    GATEWAY_URL: urls.gateway,
    JAEGER_URL: urls.jaeger,
    OTLP_URL: urls.otlp,
    LOKI_URL: urls.loki,
    CHROMIUM_ENDPOINT: globalThis.browserServer.wsEndpoint(),
  });
};
