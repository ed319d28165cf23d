// Makes the commands of package.json work in a fresh clone, on a machine with only Node 20 or newer and npm: installs the
// packages of package-lock.json, then runs the given script on Node 24.
//
//   exec node tools/bootstrap.mjs tools/start.mjs [arguments]
//
// `exec`, because npm forwards SIGTERM and SIGINT to its shell, which would not forward them to this process.
// This file runs before the installation and on older versions of Node: no dependency, no syntax beyond Node 20.
import { existsSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runChild } from './bound-child.mjs';
import { installedPackages, reportProgress } from './progress.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const installed = join(root, 'node_modules', '.package-lock.json');
const lockfile = join(root, 'package-lock.json');

const fail = (message) => {
  console.error(`\n${message}\n`);
  process.exit(1);
};

/** Compares ages: npm writes its own record of the installation last. */
const isInstalled = () => existsSync(installed) && statSync(installed).mtimeMs >= statSync(lockfile).mtimeMs;

const install = async () => {
  console.log('Installing dependencies from package-lock.json, once; this takes one to six minutes …');
  const stopReporting = reportProgress(installedPackages(root));
  const status = await runChild('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    shell: process.platform === 'win32',
  }).catch((error) =>
    fail(`npm could not be started: ${error.message}. Install npm 10 or newer, then try again.`),
  );
  stopReporting();
  if (status > 128) process.exit(status);
  if (status !== 0) {
    fail('npm ci failed with the error above. Check the connection to the npm registry, then try again.');
  }
};

/** Returns the path of the Node 24 that npm installed; on platforms without one, the host's own if it is new enough. */
const nodeForTheWork = () => {
  const bundled = join(root, 'node_modules', '.bin', process.platform === 'win32' ? 'node.cmd' : 'node');
  if (existsSync(bundled)) return bundled;
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 24 || (major === 24 && minor >= 11)) return process.execPath;
  return fail(
    `Lantern runs on Node 24.11 or newer. This is Node ${process.versions.node} on ${process.platform}-${process.arch}, ` +
      'for which npm has no bundled Node 24: install one (https://nodejs.org), then try again.',
  );
};

const [script, ...args] = process.argv.slice(2);
if (!script) fail('Usage: node tools/bootstrap.mjs <script> [arguments]');
if (!isInstalled()) await install();

process.exitCode = await runChild(nodeForTheWork(), [join(root, script), ...args], {
  bound: true,
  cwd: root,
  env: {
    ...process.env,
    PATH: `${join(root, 'node_modules', '.bin')}${delimiter}${process.env.PATH ?? ''}`,
    // Nx's daemon would outlive the command.
    NX_DAEMON: 'false',
  },
}).catch((error) => fail(`${script} could not be started: ${error.message}`));
