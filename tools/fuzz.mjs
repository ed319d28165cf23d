// Runs property tests of the project in the current folder a hundred times as long as `npm test` does:
// `node ../../tools/fuzz.mjs [jest's arguments]`. LANTERN_FUZZ says how many times, when it is set.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const HOURS_6 = 6 * 3_600_000;
const { status } = spawnSync(
  process.execPath,
  [
    fileURLToPath(new URL('./jest.mjs', import.meta.url)),
    'unit',
    `--testTimeout=${HOURS_6}`,
    ...process.argv.slice(2),
  ],
  { stdio: 'inherit', env: { LANTERN_FUZZ: '100', ...process.env } },
);
process.exit(status ?? 1);
