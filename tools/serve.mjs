// Runs the app of the current folder in watch mode: `nx serve <app>`, or `nx run-many -t serve` for all.
// SWC compiles changed files; Node restarts when an imported file changes, libraries of the workspace included.
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';

const { dependencies = {} } = JSON.parse(readFileSync('package.json', 'utf8'));
const compile = fileURLToPath(new URL('./compile.mjs', import.meta.url));

const { status } = spawnSync(process.execPath, [compile], { stdio: 'inherit' });
if (status !== 0) process.exit(status ?? 1);

const register =
  '@lantern/observability' in dependencies ? ['--import', '@lantern/observability/register'] : [];
const children = [
  spawn(process.execPath, [compile, 'src', '--watch', '--quiet'], { stdio: 'inherit' }),
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
