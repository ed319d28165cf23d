// Runs the app of the current folder in watch mode: `nx serve <app>`, or `nx run-many -t serve` for all.
// SWC compiles what is saved, Node restarts what it has imported, libraries of the workspace included.
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';

const { dependencies = {} } = JSON.parse(readFileSync('package.json', 'utf8'));
const compile = [
  ...['src', '-d', 'dist', '--strip-leading-paths', '--config-file', '../../.swcrc'],
  ...['--ignore', '**/*.spec.ts'],
];
const swc = '../../node_modules/@swc/cli/bin/swc.js';

const { status } = spawnSync(process.execPath, [swc, ...compile], { stdio: 'inherit' });
if (status !== 0) process.exit(status ?? 1);

const register =
  '@lantern/observability' in dependencies ? ['--import', '@lantern/observability/register'] : [];
const children = [
  spawn(process.execPath, [swc, ...compile, '--watch', '--quiet'], { stdio: 'inherit' }),
  spawn(process.execPath, ['--watch', '--watch-preserve-output', ...register, 'dist/main.js'], {
    stdio: 'inherit',
    env: {
      OTEL_SERVICE_NAME: basename(process.cwd()),
      LOKI_URL: 'http://127.0.0.1:3100',
      ...process.env,
    },
  }),
];

const stop = () => children.forEach((child) => child.kill('SIGTERM'));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop);
for (const child of children) child.on('exit', stop);
