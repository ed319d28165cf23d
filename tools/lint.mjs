// Lints all projects but the web UI in one process, which reads each file and its types once. `nx lint <project>` lints one.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const { status } = spawnSync(
  process.execPath,
  [
    'node_modules/eslint/bin/eslint.js',
    '.',
    '--ignore-pattern',
    'apps/lantern-ui/**',
    ...process.argv.slice(2),
  ],
  { cwd: root, stdio: 'inherit', env: { ...process.env, LINT_PROGRAM: 'shared' } },
);
process.exit(status ?? 1);
