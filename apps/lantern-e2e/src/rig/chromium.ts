import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type BrowserServer } from 'playwright-core';

/**
 * A Chromium inside an npm package, with the shared libraries and fonts that a bare Linux lacks. 70 MB, hence
 * installed only where no browser is found.
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
  // Read when the package is loaded: makes it unpack its own copies of the libraries that the browser links to.
  process.env.AWS_EXECUTION_ENV ??= 'AWS_Lambda_nodejs22.x';
  process.env.AWS_LAMBDA_JS_RUNTIME ??= 'nodejs22.x';
  const entry = createRequire(join(folder, 'package.json')).resolve(PACKAGE);
  const module = (await import(entry)) as { default: { executablePath(): Promise<string> } };
  return module.default.executablePath();
};

/** The browser that `CHROMIUM_PATH` names, else one of this machine, else one from npm. */
export const launchChromium = async (): Promise<BrowserServer> =>
  chromium.launchServer({
    executablePath: process.env.CHROMIUM_PATH ?? installedBrowser() ?? (await browserFromNpm()),
    args: [
      // The suite may run as root in a container, where Chromium's own sandbox cannot start. It visits only
      // pages of this workspace.
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
