// Runs the suite of the project in the current folder: `node ../../tools/jest.mjs <suite> [jest's arguments]`.
// Writes the results to test-results/<suite>.json, from which tools/test.mjs computes the totals.
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const [suite, ...args] = process.argv.slice(2);
if (suite === undefined || suite.startsWith('-')) {
  console.error("Name the suite, such as unit: node ../../tools/jest.mjs <suite> [jest's arguments]");
  process.exit(2);
}
mkdirSync('test-results', { recursive: true });
const { status } = spawnSync(
  process.execPath,
  [
    // Jest runs ES modules through node:vm, which is experimental in Node.
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    fileURLToPath(new URL('../node_modules/jest/bin/jest.js', import.meta.url)),
    '--json',
    `--outputFile=test-results/${suite}.json`,
    ...args,
  ],
  { stdio: 'inherit' },
);
process.exit(status ?? 1);
