// Compiles the TypeScript of the project in the current folder with SWC, without type checks:
// `node ../../tools/compile.mjs [folder] [SWC's arguments]`. `src` becomes `dist`; any other folder gets a `dist` of its own.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const [folder = 'src', ...args] = process.argv.slice(2);
const output = folder === 'src' ? 'dist' : `${folder}/dist`;
const pathOf = (name) => fileURLToPath(new URL(name, import.meta.url));

const swc = spawn(
  process.execPath,
  [
    pathOf('../node_modules/@swc/cli/bin/swc.js'),
    ...[folder, '-d', output, '--strip-leading-paths', '--config-file', pathOf('../.swcrc')],
    ...['--ignore', '**/*.spec.ts', '--ignore', '**/dist/**', ...args],
  ],
  { stdio: 'inherit' },
);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => swc.kill(signal));
swc.on('exit', (code, signal) => process.exit(code ?? (signal === null ? 1 : 0)));
