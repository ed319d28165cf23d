// Lints all projects that run in Node in one process, which reads each file and its types once. `nx lint <project>` lints one.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const { status } = spawnSync(
  process.execPath,
  [
    'node_modules/eslint/bin/eslint.js',
    '.',
    // Browser projects: their types include the DOM's, see tsconfig.node.json.
    ...['apps/lantern-ui/**', 'libs/trace-report/**'].flatMap((pattern) => ['--ignore-pattern', pattern]),
    ...process.argv.slice(2),
  ],
  { cwd: root, stdio: 'inherit', env: { ...process.env, LINT_PROGRAM: 'shared' } },
);
process.exit(status ?? 1);
