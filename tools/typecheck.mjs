// Checks the types of the project in the current folder: `node ../../tools/typecheck.mjs [tsconfig.json]`.
// By path, because lint needs the API of TypeScript 6, whose `tsc` comes first in PATH.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const tsc = fileURLToPath(new URL('../node_modules/typescript7/bin/tsc', import.meta.url));
const { status } = spawnSync(process.execPath, [tsc, '-p', process.argv[2] ?? 'tsconfig.json'], {
  stdio: 'inherit',
});
process.exit(status ?? 1);
