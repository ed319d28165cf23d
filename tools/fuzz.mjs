// Runs the property tests of the project in the current folder a hundred times as long as `npm test` does:
// `node ../../tools/fuzz.mjs [jest's arguments]`. LANTERN_FUZZ sets another factor.
import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const HOURS_6 = 6 * 3_600_000;
const toolOf = (name) => fileURLToPath(new URL(name, import.meta.url));

const propertyTests = globSync('src/**/*.spec.ts').filter((file) =>
  readFileSync(file, 'utf8').includes("from 'fast-check'"),
);
const args = process.argv.slice(2);

const { status } = spawnSync(
  process.execPath,
  [toolOf('./jest.mjs'), 'unit', ...(args.length > 0 ? args : propertyTests), `--testTimeout=${HOURS_6}`],
  { stdio: 'inherit', env: { LANTERN_FUZZ: '100', ...process.env } },
);
process.exit(status ?? 1);
